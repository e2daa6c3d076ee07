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
		"type": typeText, "ref": refName, "scope": scopeOf, "responses": statuses, "contents": contents, "props": properties,
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
	Tag        string
	Operations []*huma.Operation
}

func byTag(d *huma.OpenAPI) []taggedOperations {
	tags := map[string][]*huma.Operation{}
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		item := d.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if op != nil {
				tags[op.Tags[0]] = append(tags[op.Tags[0]], op)
			}
		}
	}
	var all []taggedOperations
	for _, tag := range slices.Sorted(maps.Keys(tags)) {
		all = append(all, taggedOperations{tag, tags[tag]})
	}
	return all
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

func statuses(op *huma.Operation) []named[*huma.Response] { return inOrder(op.Responses) }

func contents(m map[string]*huma.MediaType) []named[*huma.MediaType] { return inOrder(m) }

// A property is a field of an object.
type property struct {
	Name     string
	Required bool
	Schema   *huma.Schema
}

func properties(s *huma.Schema) []property {
	var all []property
	for _, p := range inOrder(s.Properties) {
		all = append(all, property{p.Name, slices.Contains(s.Required, p.Name), p.Value})
	}
	return all
}

// refName returns the name of the schema that s, or its element for a list, refers to;
// "" for none.
func refName(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return strings.TrimPrefix(s.Ref, schemaPrefix)
	case s.Items != nil:
		return refName(s.Items)
	case len(s.AnyOf) > 0:
		return refName(s.AnyOf[0])
	}
	values, _ := s.AdditionalProperties.(*huma.Schema)
	return refName(values)
}

// typeText describes s in words.
func typeText(s *huma.Schema) string {
	text := s.Type
	switch {
	case s.Ref != "":
		text = refName(s)
	case s.Items != nil:
		text = "list of " + typeText(s.Items)
	case len(s.AnyOf) > 0:
		return typeText(s.AnyOf[0]) + " or null"
	case text == "":
		return "any"
	}
	if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
		text = "map to " + typeText(values)
	}
	if s.Nullable {
		text += " or null"
	}
	return text + limits(s)
}

// limits returns the other constraints on a value.
func limits(s *huma.Schema) string {
	var parts []string
	if s.Minimum != nil && s.Maximum != nil {
		parts = append(parts, fmt.Sprintf("%g to %g", *s.Minimum, *s.Maximum))
	}
	if s.MinItems != nil && s.MaxItems != nil {
		parts = append(parts, fmt.Sprintf("%d to %d", *s.MinItems, *s.MaxItems))
	}
	for _, value := range s.Enum {
		parts = append(parts, fmt.Sprint(value))
	}
	if s.Default != nil {
		b, _ := json.Marshal(s.Default) // it came from JSON
		parts = append(parts, "default "+string(b))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
