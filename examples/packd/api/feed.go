package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// changesInput says where a reader of changes begins.
type changesInput struct {
	Conditional
	Since int64  `query:"since" minimum:"-1" default:"0" doc:"The position after which to begin; -1 for now"`
	Pack  string `query:"pack" doc:"Only changes of the pack with this ref"`
	Actor string `query:"actor" maxLength:"64" doc:"Only changes in the name of the token with this name"`
}

// chooses reports whether the request asks for a change.
func (in *changesInput) chooses(c registry.Change) bool {
	of := func(p registry.PackChange) bool { return p.Ref.String() == in.Pack }
	return (in.Actor == "" || c.Actor == in.Actor) && (in.Pack == "" || slices.ContainsFunc(c.Packs, of))
}

// followChangesInput says where a reader of the stream begins: after the greater of both.
type followChangesInput struct {
	Since       int64  `query:"since" minimum:"-1" default:"0" doc:"The position after which to begin; -1 for now"`
	LastEventID int64  `header:"Last-Event-ID" minimum:"0" doc:"The same; what a browser sends when it connects again"`
	Ticket      string `query:"ticket" maxLength:"64" doc:"A ticket for this stream, in place of a token"`
}

const changesPath = "/api/v1/changes"

func (s *Server) addFeed() {
	changes := endpoint{
		id: "list-changes", method: http.MethodGet, path: changesPath, tag: "Packs", scope: ScopeRead,
		summary:  "List the recorded changes of packs, the oldest first",
		statuses: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}
	events := changes
	changes.conditional = true
	handle(s, changes, s.listChanges)
	events.id, events.path, events.summary = "follow-changes", changesPath+"/events", "Read the changes of packs as Server-Sent Events"
	events.responses = map[string]*huma.Response{"200": {
		Description: "Of each event, id is the position, event is change, and data the change as JSON (schema Change). Comments are signs of life.",
		Content:     map[string]*huma.MediaType{wire.TypeEvents: {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
	events.tickets = true
	handle(s, events, s.followChanges)
	handle(s, endpoint{
		id: "issue-ticket-for-changes", method: http.MethodPost, path: changesPath + "/ticket", tag: "Packs", scope: ScopeRead,
		summary: "Issue a ticket for the stream of changes",
	}, s.issueChangesTicket)
}

func (s *Server) listChanges(ctx context.Context, in *changesInput) (*tagged[wire.Changes], error) {
	batch, err := s.host.Store.Changes(ctx, in.Since)
	if err != nil {
		return nil, err
	}
	batch.Changes = slices.DeleteFunc(batch.Changes, func(c registry.Change) bool { return !in.chooses(c) })
	return tag(in.Conditional, wire.Changes(batch))
}

func (s *Server) followChanges(ctx context.Context, in *followChangesInput) (*huma.StreamResponse, error) {
	since := in.Since
	if in.LastEventID > 0 {
		since = max(since, in.LastEventID)
	}
	batch, err := s.host.Store.Changes(ctx, since) // before the stream begins: it may be an error
	if err != nil {
		return nil, err
	}
	return s.stream(ctx, "changes", func(ctx context.Context, out *sseWriter) error { return s.writeChanges(ctx, batch, out) })
}

// writeChanges writes the changes of batch and later ones until ctx ends, the reader is
// gone or the server is being closed.
func (s *Server) writeChanges(ctx context.Context, batch registry.ChangeBatch, out *sseWriter) error {
	poll, beat := time.NewTicker(s.streams.limits.Poll), time.NewTicker(s.streams.limits.Heartbeat)
	defer poll.Stop()
	defer beat.Stop()
	if err := out.flush(ctx); err != nil {
		return err
	}
	for {
		if err := writeBatch(ctx, batch, out); err != nil {
			return err
		}
		if len(batch.Changes) < registry.MaxChanges {
			if err := s.awaitPoll(ctx, poll.C, beat.C, out); err != nil {
				return err
			}
		}
		if s.draining.Load() {
			return nil
		}
		var err error
		if batch, err = s.host.Store.Changes(ctx, batch.Next); err != nil {
			return err
		}
	}
}

func writeBatch(ctx context.Context, batch registry.ChangeBatch, out *sseWriter) error {
	for _, c := range batch.Changes {
		if err := out.send(c.Position, "change", c); err != nil {
			return err
		}
	}
	if len(batch.Changes) == 0 {
		return nil
	}
	return out.flush(ctx)
}

// awaitPoll waits until the records are to be read again, and shows that the stream
// lives.
func (s *Server) awaitPoll(ctx context.Context, poll, beat <-chan time.Time, out *sseWriter) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-poll:
			return nil
		case <-beat:
			if err := out.heartbeat(ctx); err != nil {
				return err
			}
			if err := out.flush(ctx); err != nil {
				return err
			}
		}
	}
}
