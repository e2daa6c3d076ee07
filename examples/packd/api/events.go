package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/packtrain/pack/examples/packd/wire"
)

// eventsInput says where a reader begins: after the greater of both.
type eventsInput struct {
	ID          string `path:"id" doc:"The id of an operation"`
	After       uint64 `query:"after" doc:"The number of the last event that is known"`
	LastEventID uint64 `header:"Last-Event-ID" doc:"The same; what a browser sends when it connects again"`
	Ticket      string `query:"ticket" maxLength:"64" doc:"A ticket for this stream, in place of a token"`
}

// eventStream describes the answer.
func eventStream() map[string]*huma.Response {
	return map[string]*huma.Response{"200": {
		Description: "Of each event, id is its number, event its kind, and data the event as JSON (schema Event). Comments are signs of life.",
		Content:     map[string]*huma.MediaType{wire.TypeEvents: {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
}

func (s *Server) followOperation(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	if err := s.mayAccess(ctx, in.ID); err != nil {
		return nil, err
	}
	return s.stream(ctx, "operation "+in.ID, func(ctx context.Context, out *sseWriter) error {
		if err := out.flush(ctx); err != nil {
			return err
		}
		return s.follow(ctx, in.ID, max(in.After, in.LastEventID), out)
	})
}

// stream answers with the Server-Sent Events that write writes. Each token has a limited
// number of streams.
func (s *Server) stream(ctx context.Context, of string, write func(context.Context, *sseWriter) error) (*huma.StreamResponse, error) {
	token := stateOf(ctx).token
	if err := s.streams.enter(token); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		defer s.streams.leave(token)
		r, w := humago.Unwrap(ctx)
		out := startEvents(w, s.streams.limits.WriteTimeout)
		if r.Method == http.MethodHead {
			return
		}
		if err := write(r.Context(), out); err != nil { // the reader comes back, if it still lives
			s.log.DebugContext(r.Context(), "a stream of events broke", "of", of, "error", err)
		}
	}}, nil
}

// startEvents begins a stream of Server-Sent Events.
func startEvents(w http.ResponseWriter, writeTimeout time.Duration) *sseWriter {
	w.Header().Set("Content-Type", wire.TypeEvents)
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	return &sseWriter{w: w, control: http.NewResponseController(w), writeTimeout: writeTimeout}
}

// An sseWriter writes Server-Sent Events.
type sseWriter struct {
	w            http.ResponseWriter
	control      *http.ResponseController
	writeTimeout time.Duration
}

func (s *sseWriter) event(_ context.Context, e wire.Event) error {
	return s.send(e.Seq, e.Kind, e)
}

// send writes an event.
func (s *sseWriter) send(id, event, content any) error {
	data, err := json.Marshal(content) // one line
	if err != nil {
		return err
	}
	return s.write("id: %d\nevent: %s\ndata: %s\n\n", id, event, data)
}

func (s *sseWriter) heartbeat(context.Context) error { return s.write(": still here\n\n") }

func (s *sseWriter) write(format string, args ...any) error {
	if err := s.extendDeadline(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.w, format, args...)
	return err
}

func (s *sseWriter) flush(context.Context) error {
	if err := s.extendDeadline(); err != nil {
		return err
	}
	return s.control.Flush()
}

// extendDeadline sets the time limit for the reader to take the next write.
func (s *sseWriter) extendDeadline() error {
	return s.control.SetWriteDeadline(time.Now().Add(s.writeTimeout))
}
