package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

// operationInput names an operation.
type operationInput struct {
	ID string `path:"id" doc:"The id of an operation"`
}

// operationsInput chooses operations.
type operationsInput struct {
	Conditional
	Actor  string `query:"actor" maxLength:"64" doc:"Only those of the token with this name"`
	State  string `query:"state" enum:"queued,running,completed,failed,cancelled" doc:"Only those in this state"`
	Kind   string `query:"kind" enum:"install,plan,apply,download,dependencies,build-envs,register-batch" doc:"Only those of this kind"`
	Before string `query:"before" doc:"Only those older than the one with this id"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many; the header Link has the rest"`
}

func (s *Server) addOperations() {
	endpoint := func(id, method, path, summary string, scope Scope, statuses ...int) endpoint {
		return endpoint{id: id, method: method, path: operationsPath + path, tag: "Operations", summary: summary, scope: scope, statuses: statuses}
	}
	list := endpoint("list-operations", http.MethodGet, "", "List operations of this token, with the scope admin of all, the newest first, without progress and reports",
		ScopeRead, http.StatusUnprocessableEntity)
	list.conditional = true
	handle(s, list, s.listOperations)
	handle(s, endpoint("show-operation", http.MethodGet, "/{id}", "Show the state of an operation",
		ScopeRead, http.StatusNotFound), s.showOperation)
	handle(s, endpoint("cancel-operation", http.MethodPost, "/{id}/cancel", "End an operation; one that is over stays as it is",
		ScopeInstall, http.StatusNotFound), s.cancelOperation)
	events := endpoint("follow-operation", http.MethodGet, "/{id}/events", "Read the events of an operation as Server-Sent Events",
		ScopeRead, http.StatusNotFound, http.StatusUnprocessableEntity)
	events.responses, events.tickets = eventStream(), true
	handle(s, events, s.followOperation)
	s.addSocket()
	ticket := endpoint("issue-ticket", http.MethodPost, "/{id}/ticket", "Issue a ticket for the events of an operation",
		ScopeRead, http.StatusNotFound)
	handle(s, ticket, s.issueOperationTicket)
}

// owner returns whose operations a request may see: "" for those of all tokens.
func owner(ctx context.Context) string {
	x := stateOf(ctx)
	if x.key != nil && slices.Contains(x.key.scopes, ScopeAdmin) {
		return ""
	}
	return x.token
}

// mayAccess returns an error unless the request may know of an operation. One of another
// token looks like one that does not exist.
func (s *Server) mayAccess(ctx context.Context, id string) error {
	if actor := owner(ctx); actor != "" {
		return s.jobs.Owned(id, actor)
	}
	_, err := s.jobs.Summary(id)
	return err
}

func (s *Server) listOperations(ctx context.Context, in *operationsInput) (*tagged[[]wire.Operation], error) {
	f := operations.Filter{Actor: in.Actor, State: wire.State(in.State), Kind: in.Kind, Before: in.Before, Limit: in.Limit + 1}
	if own := owner(ctx); own != "" {
		if in.Actor != "" && in.Actor != own {
			return tag(in.Conditional, []wire.Operation{})
		}
		f.Actor = own
	}
	list, next := s.jobs.List(f), ""
	if len(list) > in.Limit {
		list = list[:in.Limit]
		next = linkNext(in.query(list[in.Limit-1].ID))
	}
	a, err := tag(in.Conditional, list)
	if err != nil {
		return nil, err
	}
	a.Link = next
	return a, nil
}

// query returns the URL of the part before an operation.
func (in *operationsInput) query(before string) string {
	q := url.Values{"before": {before}, "limit": {strconv.Itoa(in.Limit)}}
	for name, value := range map[string]string{"actor": in.Actor, "state": in.State, "kind": in.Kind} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return "?" + q.Encode()
}

func (s *Server) showOperation(ctx context.Context, in *operationInput) (*answer[wire.Operation], error) {
	if err := s.mayAccess(ctx, in.ID); err != nil {
		return nil, err
	}
	op, err := s.jobs.Get(in.ID)
	if err != nil {
		return nil, err
	}
	return success(op), nil
}

func (s *Server) cancelOperation(ctx context.Context, in *operationInput) (*answer[wire.Operation], error) {
	if err := s.mayAccess(ctx, in.ID); err != nil {
		return nil, err
	}
	op, err := s.jobs.Cancel(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return success(op), nil
}
