package server

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/danielgtaylor/huma/v2/negotiation"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/client"
)

// typeReport asks for the bare report of a stage, and for one that says why when
// there is none.
const typeReport = "application/vnd.packtrain.report+json"

// shape is the transformer that gives every answer its body.
func (s *Server) shape(ctx huma.Context, _ string, v any) (any, error) {
	r, _ := humago.Unwrap(ctx)
	kind := wantsReport(r)
	ctx.SetHeader("Content-Type", typeJSON)
	switch v := v.(type) {
	case *problem:
		return s.problemBody(ctx, kind, v), nil
	case *huma.ErrorModel:
		return s.problemBody(ctx, kind, problemOfModel(v)), nil
	case reporter:
		if kind != "" {
			ctx.SetHeader("Content-Type", typeReport)
			return v.report(), nil
		}
	}
	return v, nil
}

func (s *Server) problemBody(ctx huma.Context, kind string, p *problem) any {
	if kind == "" {
		return p.body()
	}
	ctx.SetHeader("Content-Type", typeReport)
	return client.EmptyReport(kind, p.text)
}

// fail answers a request that did not come to its handler.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, p *problem) {
	h := w.Header()
	for name, values := range p.header {
		h[name] = values
	}
	var body any = p.body()
	h.Set("Content-Type", typeJSON)
	if kind := wantsReport(r); kind != "" {
		h.Set("Content-Type", typeReport)
		body = client.EmptyReport(kind, p.text)
	}
	w.WriteHeader(p.status)
	_ = writeJSON(w, body) // nobody is left to be told
}

// problemOfModel takes over what huma found wrong, without the values: they
// may hold credentials.
func problemOfModel(m *huma.ErrorModel) *problem {
	p := problemf(m.Status, pack.CodeInvalidRequest, m.Detail)
	var fields []map[string]string
	for _, e := range m.Errors {
		field := strings.TrimPrefix(e.Location, "body.")
		fields = append(fields, map[string]string{"field": field, "message": e.Message})
	}
	if len(fields) > 0 {
		p.details = map[string]any{"fields": fields}
		p.text += ": " + fields[0]["field"] + ": " + fields[0]["message"]
	}
	return p
}

// wantsReport returns the kind of work whose bare report the request asks for,
// "" when it does not.
func wantsReport(r *http.Request) string {
	kind := strings.TrimPrefix(r.URL.Path, packsPath+"/")
	if negotiation.SelectQValueFast(r.Header.Get("Accept"), []string{typeJSON, typeReport}) != typeReport || client.EmptyReport(kind, "") == nil {
		return ""
	}
	return kind
}
