package api

import (
	"context"
	"net/http"

	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

// operationInput names an operation.
type operationInput struct {
	ID string `path:"id" doc:"The id of an operation"`
}

// operationsInput chooses operations.
type operationsInput struct {
	State  string `query:"state" enum:"queued,running,completed,failed,cancelled" doc:"Only those in this state"`
	Kind   string `query:"kind" enum:"install,plan,apply,download,dependencies,build-envs,register-batch" doc:"Only those of this kind"`
	Before string `query:"before" doc:"Only those older than the one with this id"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many"`
}

func (s *Server) addOperations() {
	endpoint := func(id, method, path, summary string, scope Scope, statuses ...int) endpoint {
		return endpoint{id: id, method: method, path: operationsPath + path, tag: "Operations", summary: summary, scope: scope, statuses: statuses}
	}
	handle(s, endpoint("list-operations", http.MethodGet, "", "List operations, the newest first, without progress and reports",
		ScopeRead, http.StatusUnprocessableEntity), s.listOperations)
	handle(s, endpoint("show-operation", http.MethodGet, "/{id}", "Show the state of an operation",
		ScopeRead, http.StatusNotFound), s.showOperation)
	handle(s, endpoint("cancel-operation", http.MethodPost, "/{id}/cancel", "End an operation; one that is over stays as it is",
		ScopeInstall, http.StatusNotFound), s.cancelOperation)
	events := endpoint("follow-operation", http.MethodGet, "/{id}/events", "Read the events of an operation as Server-Sent Events",
		ScopeRead, http.StatusNotFound, http.StatusUnprocessableEntity)
	events.description = "First those that were, then those that come. The stream ends after the last event; " +
		"a reader that is cut off continues with the header Last-Event-ID."
	events.responses = eventStream()
	handle(s, events, s.followOperation)
	s.addSocket()
}

func (s *Server) listOperations(_ context.Context, in *operationsInput) (*answer[[]wire.Operation], error) {
	return success(s.jobs.List(operations.Filter{
		State: wire.State(in.State), Kind: in.Kind, Before: in.Before, Limit: in.Limit,
	})), nil
}

func (s *Server) showOperation(_ context.Context, in *operationInput) (*answer[wire.Operation], error) {
	op, err := s.jobs.Get(in.ID)
	if err != nil {
		return nil, err
	}
	return success(op), nil
}

func (s *Server) cancelOperation(ctx context.Context, in *operationInput) (*answer[wire.Operation], error) {
	op, err := s.jobs.Cancel(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return success(op), nil
}
