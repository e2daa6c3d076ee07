package api

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/danielgtaylor/huma/v2/negotiation"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// typeHumaError is what huma calls the body of an error, before it is ours.
const typeHumaError = "application/problem+json"

// stageAnswer is the success of a stage.
type stageAnswer struct{ report any }

// transform is the transformer that gives every answer its body.
func (s *Server) transform(ctx huma.Context, _ string, v any) (any, error) {
	r, w := humago.Unwrap(ctx)
	switch v := v.(type) {
	case *wire.Problem:
		return problemBody(w, r, v), nil
	case *huma.ErrorModel:
		return problemBody(w, r, problemOfModel(v)), nil
	case stageAnswer:
		for _, name := range stateOf(r.Context()).ignored {
			wire.Warn(v.report, fmt.Sprintf("there is no parameter %.80q: it was ignored", name))
		}
		if wantsReport(r) != "" {
			w.Header().Set("Content-Type", wire.TypeReport)
			return v.report, nil
		}
		w.Header().Set("Content-Type", wire.TypeJSON)
		return wire.Envelope[any]{Data: v.report}, nil
	}
	w.Header().Set("Content-Type", wire.TypeJSON)
	return v, nil
}

// problemBody returns the body for a problem, and sets its type.
func problemBody(w http.ResponseWriter, r *http.Request, p *wire.Problem) any {
	if kind := wantsReport(r); kind != "" {
		w.Header().Set("Content-Type", wire.TypeReport)
		return wire.EmptyReport(kind, p.Fault())
	}
	w.Header().Set("Content-Type", wire.TypeJSON)
	return p.Body()
}

// fail answers a request that did not come to its handler.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, p *wire.Problem) {
	for name, values := range p.Header {
		w.Header()[name] = values
	}
	body := problemBody(w, r, p)
	w.WriteHeader(p.Status)
	_ = wire.WriteJSON(w, body) // the connection is broken if it fails
}

// problemOfModel takes over what huma found wrong, without the values: they
// may hold credentials.
func problemOfModel(m *huma.ErrorModel) *wire.Problem {
	p := wire.NewProblem(m.Status, pack.CodeInvalidRequest, m.Detail)
	var fields []map[string]string
	for _, e := range m.Errors {
		fields = append(fields, map[string]string{"field": fieldOf(e), "message": e.Message})
	}
	if len(fields) > 0 {
		p.Details = map[string]any{"fields": fields}
		p.Text += ": " + strings.TrimPrefix(fields[0]["field"]+": "+fields[0]["message"], ": ")
	}
	return p
}

// fieldOf returns the field that is wrong; a missing one is only named by the
// message.
func fieldOf(e *huma.ErrorDetail) string {
	if rest, ok := strings.CutPrefix(e.Message, "expected required property "); ok {
		return strings.TrimSuffix(rest, " to be present")
	}
	return strings.TrimPrefix(strings.TrimPrefix(e.Location, "body"), ".")
}

// wantsReport returns the kind of work whose bare report the request asks for,
// "" when it does not.
func wantsReport(r *http.Request) string {
	kind := strings.TrimPrefix(r.URL.Path, packsPath+"/")
	if wire.EmptyReport(kind, wire.Fault{}) == nil {
		return ""
	}
	if negotiation.SelectQValueFast(r.Header.Get("Accept"), []string{wire.TypeJSON, wire.TypeReport}) != wire.TypeReport {
		return ""
	}
	return kind
}
