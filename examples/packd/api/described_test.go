package api_test

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// described checks traffic against the OpenAPI document: undescribed traffic is an
// error.
type described struct {
	t        testing.TB
	document map[string]any
	compiler *jsonschema.Compiler
}

// A loader that loads nothing, because the document is self-contained.
type nowhere struct{}

func (nowhere) Load(url string) (any, error) { return nil, fmt.Errorf("%s is elsewhere", url) }

const documentURL = "packd:///openapi.json"

func newDescribed(t testing.TB, data []byte) *described {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(nowhere{})
	c.AssertFormat()
	if err := c.AddResource(documentURL, document); err != nil {
		t.Fatal(err)
	}
	return &described{t: t, document: document.(map[string]any), compiler: c} //nolint:forcetypeassert // a test
}

// schema returns the schema at a place of the document.
func (d *described) schema(place ...string) *jsonschema.Schema {
	d.t.Helper()
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	url := documentURL + "#"
	for _, p := range place {
		url += "/" + escape.Replace(p)
	}
	s, err := d.compiler.Compile(url)
	if err != nil {
		d.t.Fatalf("schema %s: %v", url, err)
	}
	return s
}

// at returns the value at a place of the document, or nil.
func (d *described) at(place ...string) any {
	var v any = d.document
	for _, p := range place {
		object, _ := v.(map[string]any)
		v = object[p]
	}
	return v
}

// path returns the path of the document that a request's path matches, "" for
// none. One without a variable is preferred, as by the server.
func (d *described) path(path string) string {
	found := ""
	for template := range d.document["paths"].(map[string]any) { //nolint:forcetypeassert // a test
		if matches(template, path) && (found == "" || !strings.Contains(template, "{")) {
			found = template
		}
	}
	return found
}

func matches(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && !strings.HasPrefix(want[i], "{") || got[i] == "" && want[i] != "" {
			return false
		}
	}
	return true
}

// check compares a request and its response with the document.
func (d *described) check(r *http.Request, sent []byte, a answer) {
	d.t.Helper()
	where := fmt.Sprintf("%s %s: %d", r.Method, r.URL.Path, a.status)
	template := d.path(r.URL.EscapedPath())
	op, _ := d.at("paths", template, strings.ToLower(r.Method)).(map[string]any)
	switch {
	case template == "" && a.status != http.StatusNotFound, template != "" && op == nil && a.status != http.StatusMethodNotAllowed:
		d.t.Errorf("%s: the operation is not described", where)
	case op != nil:
		d.checkParameters(where, op, r)
		place := []string{"paths", template, strings.ToLower(r.Method)}
		d.checkRequest(where, place, r, sent, a)
		d.checkAnswer(where, append(place, "responses", fmt.Sprint(a.status)), a)
		return
	}
	d.checkBody(where, []string{"components", "schemas", "ErrorBody"}, a.body)
}

func (d *described) checkParameters(where string, op map[string]any, r *http.Request) {
	d.t.Helper()
	known := map[string]bool{}
	parameters, _ := op["parameters"].([]any)
	for _, p := range parameters {
		known[fmt.Sprint(p.(map[string]any)["in"], " ", p.(map[string]any)["name"])] = true //nolint:forcetypeassert // a test
	}
	for name := range r.URL.Query() {
		if !known["query "+name] && !strings.Contains(where, ": 422") {
			d.t.Errorf("%s: query parameter %s is not described", where, name)
		}
	}
	for _, name := range []string{"Prefer", "Idempotency-Key", "If-None-Match"} {
		if r.Header.Get(name) != "" && !known["header "+name] {
			d.t.Errorf("%s: header %s is not described", where, name)
		}
	}
}

// checkRequest wants requests that are done to be described, and those that are
// not to be refused.
func (d *described) checkRequest(where string, place []string, r *http.Request, sent []byte, a answer) {
	d.t.Helper()
	if len(sent) == 0 || a.status >= 300 {
		return
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	place = append(place, "requestBody", "content", kind)
	if d.at(place...) == nil {
		d.t.Errorf("%s: a body of type %s is not described, but was taken", where, kind)
		return
	}
	if kind == "application/json" {
		d.checkBody(where+" to a request", append(place, "schema"), sent)
	}
}

func (d *described) checkAnswer(where string, place []string, a answer) {
	d.t.Helper()
	if d.at(place...) == nil {
		d.t.Errorf("%s: the status is not described", where)
		return
	}
	for _, name := range []string{"Location", "Preference-Applied", "Retry-After", "WWW-Authenticate", "ETag", "Link", "Total-Count"} {
		if a.header.Get(name) != "" && d.at(append(place, "headers", name)...) == nil {
			d.t.Errorf("%s: header %s is not described", where, name)
		}
	}
	kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	place = append(place, "content", kind)
	switch {
	case a.status == http.StatusNotModified && len(a.body) == 0:
	case d.at(place...) == nil:
		d.t.Errorf("%s: a body of type %s is not described", where, kind)
	case strings.HasSuffix(kind, "json") && d.at(append(place, "schema", "type")...) != "string":
		d.checkBody(where, append(place, "schema"), a.body)
	}
}

func (d *described) checkBody(where string, schema []string, body []byte) {
	d.t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		d.t.Errorf("%s: the body is not JSON: %v\n%s", where, err, body)
		return
	}
	if err := d.schema(schema...).Validate(v); err != nil {
		d.t.Errorf("%s: %v\n%s", where, err, body)
	}
}

// TestSuccessThatNeverIs looks for statuses that no request ever gets.
func TestSuccessThatNeverIs(t *testing.T) {
	t.Parallel()
	f := start(t)
	if f.api.at("paths", "/api/v1/operations/{id}/ws", "get", "responses", "200") != nil {
		t.Error("200 of a WebSocket is described")
	}
	installed := f.api.at("paths", "/api/v1/packs/install", "post", "responses", "200", "content")
	if content, ok := installed.(map[string]any); !ok || len(content) != 1 || content["application/vnd.packtrain.report+json"] == nil {
		t.Errorf("an installation that is waited for has a report alone: got %v", installed)
	}
}

// TestDocumentIsOpenAPI holds the document against the official schema, and
// compiles every schema in it.
func TestDocumentIsOpenAPI(t *testing.T) {
	t.Parallel()
	f := start(t)
	data, err := os.ReadFile(filepath.Join("testdata", "openapi", "schema-3.1.json"))
	if err != nil {
		t.Fatal(err)
	}
	meta, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(nowhere{})
	if err := c.AddResource("openapi:///schema", meta); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("openapi:///schema")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(f.api.document); err != nil {
		t.Error(err)
	}
	for name := range f.api.at("components", "schemas").(map[string]any) { //nolint:forcetypeassert // a test
		f.api.schema("components", "schemas", name)
	}
}
