package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

// socketInput says where a reader begins.
type socketInput struct {
	ID     string `path:"id" doc:"The id of an operation"`
	After  uint64 `query:"after" doc:"The number of the last event that is known"`
	Ticket string `query:"ticket" maxLength:"64" doc:"A ticket for this stream, in place of a token"`
}

func (s *Server) addSocket() {
	handle(s, endpoint{
		id: "follow-operation-by-websocket", method: http.MethodGet, path: operationsPath + "/{id}/ws", tag: "Operations", scope: ScopeRead,
		summary:   "Read the events of an operation through a WebSocket",
		statuses:  []int{http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusUpgradeRequired},
		tickets:   true,
		responses: map[string]*huma.Response{"101": {Description: http.StatusText(http.StatusSwitchingProtocols)}},
	}, s.followBySocket)
}

func (s *Server) followBySocket(ctx context.Context, in *socketInput) (*huma.StreamResponse, error) {
	if err := s.mayAccess(ctx, in.ID); err != nil {
		return nil, err
	}
	token := stateOf(ctx).token
	if err := s.streams.enter(token); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer s.streams.leave(token)
		r, w := humago.Unwrap(hc)
		shake := &handshake{ResponseWriter: w}
		conn, err := websocket.Accept(shake, r, nil) // it refuses pages of other hosts
		if err != nil {
			s.fail(w, r, wire.NewProblem(shake.status, pack.CodeInvalidRequest, strings.TrimSpace(shake.text.String())))
			return
		}
		// The context of the request does not end with the connection any more.
		ctx := conn.CloseRead(context.WithoutCancel(r.Context()))
		out := &socketWriter{conn: conn, writeTimeout: s.streams.limits.WriteTimeout}
		err = s.follow(ctx, in.ID, in.After, out)
		shake.hangUp(out.writeTimeout)
		_ = conn.Close(closeStatus(err)) // the client may have left
	}}, nil
}

// closeStatus says how a stream ended.
func closeStatus(err error) (code websocket.StatusCode, reason string) {
	switch {
	case err == nil:
		return websocket.StatusNormalClosure, ""
	case errors.Is(err, operations.ErrClosed):
		return websocket.StatusGoingAway, "packd is shutting down"
	}
	return websocket.StatusInternalError, "the events cannot be read"
}

// A handshake keeps why a connection did not become a WebSocket.
type handshake struct {
	http.ResponseWriter
	status int // 0 as long as it may become one
	text   bytes.Buffer
	conn   net.Conn // nil as long as it is none
}

// WriteHeader writes the status of success.
func (h *handshake) WriteHeader(status int) {
	if status < http.StatusBadRequest {
		h.ResponseWriter.WriteHeader(status)
		return
	}
	h.status = status
}

// Write keeps the text of a failure.
func (h *handshake) Write(data []byte) (int, error) { return h.text.Write(data) }

// Hijack lets the connection be taken over.
func (h *handshake) Hijack() (conn net.Conn, buffer *bufio.ReadWriter, err error) {
	h.conn, buffer, err = http.NewResponseController(h.ResponseWriter).Hijack()
	return h.conn, buffer, err
}

// hangUp closes the connection after a while, however it may be closed before:
// package websocket waits for the rest of a message, whether it comes or not.
func (h *handshake) hangUp(after time.Duration) {
	time.AfterFunc(after, func() { _ = h.conn.Close() })
}

// A socketWriter writes messages.
type socketWriter struct {
	conn         *websocket.Conn
	writeTimeout time.Duration
}

func (s *socketWriter) event(ctx context.Context, e wire.Event) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.writeTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, data)
}

// heartbeat waits for the answer of the reader.
func (s *socketWriter) heartbeat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.writeTimeout)
	defer cancel()
	return s.conn.Ping(ctx)
}

func (s *socketWriter) flush(context.Context) error { return nil }
