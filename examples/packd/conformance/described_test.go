package conformance_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/installer/host"
)

// A description is the OpenAPI document of packd.
type description struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]schema }
}

type operation struct {
	RequestBody struct{ Content map[string]media }
	Responses   map[string]struct{ Content map[string]media }
}

type media struct{ Schema schema }

type schema struct {
	Ref        string `json:"$ref"`
	AnyOf      []schema
	Properties map[string]schema
}

// properties returns the names of the members of what s describes.
func (a *description) properties(s schema) []string {
	var names []string
	for name := range a.resolve(s).Properties {
		if name != "$schema" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (a *description) resolve(s schema) schema {
	if len(s.AnyOf) > 0 {
		s = s.AnyOf[0]
	}
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return a.Components.Schemas[name]
	}
	return s
}

// A section of the document describes one endpoint.
type section struct {
	parameters, fields []string // nil without a table
}

// sections returns the sections by their headings, such as "GET /api/v1/packs".
func sections(lines []string) map[string]*section {
	all := map[string]*section{}
	var now *section
	var names *[]string
	for _, line := range lines {
		heading, isHeading := strings.CutPrefix(line, "### ")
		switch {
		case isHeading && strings.Contains(heading, " /"):
			now, names = &section{}, nil
			all[heading] = now
		case strings.HasPrefix(line, "#"):
			now = nil
		case now == nil:
		case strings.HasPrefix(line, "| parameter |"):
			names = &now.parameters
		case strings.HasPrefix(line, "| field |"):
			names = &now.fields
		case names != nil && strings.HasPrefix(line, "|"):
			first, _, _ := strings.Cut(line[1:], "|")
			for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(first, -1) {
				*names = append(*names, m[1])
			}
		default:
			names = nil
		}
	}
	for _, s := range all {
		slices.Sort(s.parameters)
		slices.Sort(s.fields)
	}
	return all
}

// TestEndpoints wants the document to describe every endpoint under /api/v1, of
// every parameter and of every field of an answer, and of no others.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	described := describe(t)
	lines, _ := readDocument(t)
	documented := sections(lines)
	for path, operations := range described.Paths {
		for method, op := range operations {
			name := strings.ToUpper(method) + " " + path
			s := documented[name]
			delete(documented, name)
			switch {
			case strings.HasPrefix(path, "/api/") && s == nil:
				t.Errorf("the document does not describe %s", name)
			case s != nil:
				s.check(t, name, described, op)
			}
		}
	}
	for name := range documented {
		t.Errorf("there is no %s", name)
	}
}

func (s *section) check(t *testing.T, name string, a *description, op operation) {
	t.Helper()
	body := a.properties(op.RequestBody.Content["application/json"].Schema)
	if diff := cmp.Diff(body, s.parameters); diff != "" {
		t.Errorf("%s: parameters -API +document:\n%s", name, diff)
	}
	if s.fields == nil {
		return
	}
	answer := a.resolve(op.Responses["200"].Content["application/json"].Schema)
	if diff := cmp.Diff(a.properties(answer.Properties["data"]), s.fields); diff != "" {
		t.Errorf("%s: fields -API +document:\n%s", name, diff)
	}
}

// describe asks a server for its description.
func describe(t *testing.T) *description {
	t.Helper()
	s, err := api.Open(t.Context(), api.Config{
		Host:   hostflags.Config{Config: host.Config{Root: t.TempDir(), SearchPath: filepath.SplitList(os.Getenv("PATH"))}},
		Tokens: []api.Token{{Secret: "unused-in-this-test", Scopes: []api.Scope{api.ScopeRead}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/openapi.json", nil))
	var a description
	if err := json.Unmarshal(answer.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	return &a
}
