package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/packtrain/pack/examples/packd/wire"
)

//go:embed docs.html
var docsTemplate string

//go:embed docs.css
var docsStyle string

// addDocument adds the description of all endpoints, for programs and for people.
// It is the last to be added.
func (s *Server) addDocument() {
	var document, page []byte
	s.plain(endpoint{id: "get-docs", path: "/docs", tag: "Service", summary: "This description for people"}, "text/html",
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Security-Policy", contentPolicy())
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(page)
		})
	s.plain(endpoint{id: "get-openapi", path: "/openapi.json", tag: "Service", summary: "This description as an OpenAPI document"}, wire.TypeJSON,
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", wire.TypeJSON)
			_, _ = w.Write(document)
		})
	s.schemas.describeTypes()
	describeOperations(s.api.OpenAPI())
	document, page = render(s.api.OpenAPI())
}

// contentPolicy lets a browser load nothing, and use no style but ours.
func contentPolicy() string {
	sum := sha256.Sum256([]byte(docsStyle))
	return fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		base64.StdEncoding.EncodeToString(sum[:]))
}

// render writes the document twice. It panics when that cannot be done, which
// depends on nothing but the program.
func render(d *huma.OpenAPI) (document, page []byte) {
	document, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	t := template.Must(template.New("docs").Funcs(template.FuncMap{
		"type": typeText, "ref": refName, "scope": scopeOf, "answers": answers, "marked": marked, "contents": contents, "props": properties, "curl": curl,
	}).Parse(docsTemplate))
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"Info": d.Info, "Style": template.CSS(docsStyle), "Tags": byTag(d), "Schemas": d.Components.Schemas.Map(),
	})
	if err != nil {
		panic(err)
	}
	return document, b.Bytes()
}

// A taggedOperations are the operations of one tag.
type taggedOperations struct {
	*huma.Tag
	Operations []*huma.Operation
}

// byTag returns the operations in the order of operations.md, which has all of them.
func byTag(d *huma.OpenAPI) []taggedOperations {
	tags := map[string][]*huma.Operation{}
	byID := map[string]*huma.Operation{}
	for _, item := range d.Paths {
		for _, op := range operationsOf(item) {
			byID[op.OperationID] = op
		}
	}
	for _, id := range operationOrder() {
		if op := byID[id]; op != nil {
			tags[op.Tags[0]] = append(tags[op.Tags[0]], op)
		}
	}
	all := make([]taggedOperations, len(d.Tags))
	for i, tag := range d.Tags {
		all[i] = taggedOperations{tag, tags[tag.Name]}
	}
	return all
}

// curl returns a command that sends the example of op, "" if there is none.
func curl(op *huma.Operation) string {
	if op.RequestBody == nil || op.RequestBody.Content[wire.TypeJSON] == nil {
		return ""
	}
	example, ok := op.RequestBody.Content[wire.TypeJSON].Example.(json.RawMessage)
	if !ok {
		return ""
	}
	return fmt.Sprintf("curl -X %s \"$PACKD%s\" -H \"Authorization: Bearer $TOKEN\" \\\n  -H 'Content-Type: application/json' -d '%s'", op.Method, op.Path, example)
}

// A named is something with a name, in the order of names.
type named[T any] struct {
	Name  string
	Value T
}

func inOrder[T any](m map[string]T) []named[T] {
	var all []named[T]
	for _, name := range slices.Sorted(maps.Keys(m)) {
		all = append(all, named[T]{name, m[name]})
	}
	return all
}

// A documentedAnswer is a body, and the statuses that it comes with.
type documentedAnswer struct {
	Statuses, Type string
	Schema         *huma.Schema
}

// answers returns the answers of op, in the order of their lowest statuses.
func answers(op *huma.Operation) []*documentedAnswer {
	var all []*documentedAnswer
	for _, r := range inOrder(op.Responses) {
		status := r.Name
		if r.Name < "4" {
			status += " " + r.Value.Description
		}
		for _, c := range inOrder(r.Value.Content) {
			same := slices.IndexFunc(all, func(a *documentedAnswer) bool {
				return r.Name >= "4" && a.Statuses >= "4" && a.Type == c.Name && refName(a.Schema) == refName(c.Value.Schema)
			})
			if same >= 0 {
				all[same].Statuses += ", " + status
				continue
			}
			all = append(all, &documentedAnswer{status, c.Name, c.Value.Schema})
		}
	}
	return all
}

// marked shows text between backquotes as code.
func marked(text string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(text, "`") {
		part = template.HTMLEscapeString(part)
		if i%2 == 1 {
			part = "<code>" + part + "</code>"
		}
		b.WriteString(part)
	}
	return template.HTML(b.String()) // every part is escaped
}

func contents(m map[string]*huma.MediaType) []named[*huma.MediaType] { return inOrder(m) }
