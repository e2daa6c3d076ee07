package server

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// endpoint describes one operation of the API.
type endpoint struct {
	id, method, path string
	summary          string
	scope            Scope // "" for none: anybody may
	tag              string
	// statuses are those of its own with which it fails, beside those that
	// any endpoint has.
	statuses []int
	// responses describe success where it is not the type of the handler's body.
	responses map[string]*huma.Response
}

// handle adds an endpoint. What h returns as an error is turned into the body of
// an error.
func handle[I, O any](s *Server, e endpoint, h func(context.Context, *I) (*O, error)) {
	huma.Register(s.api, s.describe(e), func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, problemOf(err)
		}
		return out, nil
	})
}

func (s *Server) describe(e endpoint) huma.Operation {
	op := huma.Operation{
		OperationID: e.id, Method: e.method, Path: e.path, Summary: e.summary, Tags: []string{e.tag},
		Responses: e.responses, MaxBodyBytes: -1, BodyReadTimeout: -1,
	}
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	statuses := append([]int{http.StatusInternalServerError}, e.statuses...)
	if e.scope != "" {
		op.Security = []map[string][]string{{securityScheme: {string(e.scope)}}}
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests)
	}
	if e.method == http.MethodPost || e.method == http.MethodPut {
		statuses = append(statuses, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	for _, status := range statuses {
		op.Responses[strconv.Itoa(status)] = s.errorResponse(status)
	}
	return op
}

const securityScheme = "bearer"

func (s *Server) errorResponse(status int) *huma.Response {
	return &huma.Response{
		Description: http.StatusText(status),
		Content:     map[string]*huma.MediaType{typeJSON: {Schema: &huma.Schema{Ref: schemaPrefix + "ErrorBody"}}},
	}
}

// admit is the middleware that lets in who has the scope of the endpoint.
func (s *Server) admit(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	if len(op.Security) == 0 {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	key := s.keys.find(bearer(r.Header))
	if key == nil {
		s.fail(w, r, problemf(http.StatusUnauthorized, "", "a valid bearer token is needed").with("WWW-Authenticate", `Bearer realm="packd"`))
		return
	}
	for _, scope := range op.Security[0][securityScheme] {
		if !slices.Contains(key.scopes, Scope(scope)) {
			s.fail(w, r, problemf(http.StatusForbidden, "", "the token does not have the scope "+scope))
			return
		}
	}
	next(ctx)
}
