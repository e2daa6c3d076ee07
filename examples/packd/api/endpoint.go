package api

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/packtrain/pack/examples/packd/wire"
)

// securityScheme is the name of the bearer tokens in the document.
const securityScheme = "bearer"

// newAPI makes the API without endpoints. The document is made of the types that
// are marshalled, by [schemas].
func (s *Server) newAPI() {
	format := huma.Format{Marshal: wire.WriteJSON, Unmarshal: json.Unmarshal}
	s.api = humago.New(s.mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "packd", Version: "1", Description: about},
			Servers: []*huma.Server{{URL: "/", Description: "The packd that serves this description."}},
			Tags:    tagTexts(),
			Components: &huma.Components{
				Schemas: s.schemas,
				SecuritySchemes: map[string]*huma.SecurityScheme{securityScheme: {
					Type: "http", Scheme: "bearer", Description: "A token with the scope that the operation names: read, install or configure.",
				}},
			},
		},
		Formats:       map[string]huma.Format{wire.TypeJSON: format, wire.TypeReport: format, typeHumaError: format},
		DefaultFormat: wire.TypeJSON,
		Transformers:  []huma.Transformer{s.transform},
	})
	s.api.UseMiddleware(s.authorize, s.readBody)
}

const about = `The pack-management API: four stages and the whole installation, the installed packs, and work in the background.

Success is {"data", "message"}, everything else {"error", "code", "details"}.`

// endpoint describes one operation of the API.
type endpoint struct {
	id, method, path string
	tag, summary     string
	scope            Scope // "" if none is required
	tickets          bool  // a ticket admits as well as a token
	conditional      bool  // it answers with 304 what the client has
	// statuses are those of its own with which it fails, beside those that
	// follow from its method and its scope.
	statuses []int
	// body is a value of the type of the body, nil when there is none; dotenv
	// says that it may be written in that format, too.
	body   any
	dotenv bool
	// responses describe success where it is not the type of the handler's body.
	responses map[string]*huma.Response
	// report describes the bare report, nil when there is none.
	report *huma.Schema
}

// handle adds an endpoint. What h returns as an error is turned into the body of
// an error.
func handle[I, O any](s *Server, e endpoint, h func(context.Context, *I) (*O, error)) {
	huma.Register(s.api, s.describe(e), func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			p := problemOf(err)
			s.logInternal(ctx, p)
			return nil, p
		}
		return out, nil
	})
}

// logInternal logs a problem of packd itself: the client cannot solve it.
func (s *Server) logInternal(ctx context.Context, p *wire.Problem) {
	if p.Status == http.StatusInternalServerError {
		s.log.ErrorContext(ctx, "a request failed", "request_id", stateOf(ctx).id, "code", p.Code, "error", p.Text)
	}
}

func (s *Server) describe(e endpoint) huma.Operation {
	op := huma.Operation{
		OperationID: e.id, Method: e.method, Path: e.path, Tags: []string{e.tag}, Summary: e.summary,
		Responses: e.responses, MaxBodyBytes: -1, BodyReadTimeout: -1, // the middleware sees to both
	}
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	} else {
		op.DefaultStatus, _ = strconv.Atoi(slices.Min(slices.Collect(maps.Keys(op.Responses))))
	}
	if e.scope != "" {
		op.Security = []map[string][]string{{securityScheme: {string(e.scope)}}}
	}
	op.Metadata = map[string]any{bodyValue: e.body, ticketsAdmit: e.tickets}
	if e.dotenv {
		op.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{wire.TypeDotenv: {Schema: &huma.Schema{
			Type: huma.TypeString, Description: "The fields of the JSON object, one name='value' per line; values that are not text are JSON.",
		}}}}
	}
	if e.conditional {
		op.Responses["304"] = notModified()
	}
	for _, status := range e.failures() {
		op.Responses[strconv.Itoa(status)] = s.failure(status, e.report)
	}
	return op
}

// failures returns the statuses with which an endpoint fails.
func (e endpoint) failures() []int {
	statuses := append([]int{http.StatusInternalServerError, http.StatusUnprocessableEntity}, e.statuses...)
	if e.scope != "" {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests)
	}
	if e.body != nil {
		statuses = append(statuses, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	return statuses
}

// failure describes the answer of a status that is none of success.
func (s *Server) failure(status int, report *huma.Schema) *huma.Response {
	r := jsonResponse(status, schemaOf[wire.ErrorBody](s))
	if report != nil {
		r.Content[wire.TypeReport] = &huma.MediaType{Schema: report}
	}
	header := func(name, text string) {
		r.Headers = map[string]*huma.Param{name: {Description: text, Schema: &huma.Schema{Type: huma.TypeString}}}
	}
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		header("Retry-After", "Seconds after which to try again.")
	case http.StatusUnauthorized:
		header("WWW-Authenticate", "How to prove who asks.")
	}
	return r
}

// notModified describes the answer to a client that has the answer.
func notModified() *huma.Response {
	return &huma.Response{
		Description: "What the client has, by its If-None-Match, is the answer.",
		Headers:     map[string]*huma.Param{"ETag": {Description: "That of the answer.", Schema: &huma.Schema{Type: huma.TypeString}}},
	}
}

func jsonResponse(status int, schema *huma.Schema) *huma.Response {
	return &huma.Response{
		Description: http.StatusText(status),
		Content:     map[string]*huma.MediaType{wire.TypeJSON: {Schema: schema}},
	}
}

// schemaOf returns a reference to the schema of T.
func schemaOf[T any](s *Server) *huma.Schema {
	return s.schemas.Schema(reflect.TypeFor[T](), true, "")
}
