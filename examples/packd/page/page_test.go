package page_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/packd/page"
)

func newPage(t *testing.T) *page.Page {
	t.Helper()
	p, err := page.New()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// file asks for a file of a version.
func file(t *testing.T, p *page.Page, version, name string) (*httptest.ResponseRecorder, bool) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.SetPathValue("version", version)
	r.SetPathValue("file", name)
	w := httptest.NewRecorder()
	return w, p.ServeFile(w, r)
}

// TestDocument wants the document to name files that exist, in its version, and nothing
// that the policy forbids.
func TestDocument(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	w := httptest.NewRecorder()
	p.ServeDocument(w, nil)
	if got := w.Header().Get("Content-Security-Policy"); got != page.Policy {
		t.Errorf("policy %q", got)
	}
	text := w.Body.String()
	for _, forbidden := range []string{"<style", " style=", "onclick", "javascript:", "http://", "https://", "VERSION"} {
		if strings.Contains(text, forbidden) {
			t.Errorf("the document has %s", forbidden)
		}
	}
	named := regexp.MustCompile(`page/([0-9a-f]+)/([a-z.]+)`).FindAllStringSubmatch(text, -1)
	if len(named) != 3 {
		t.Errorf("the document names %d files", len(named))
	}
	for _, m := range named {
		if w, ok := file(t, p, m[1], m[2]); !ok || w.Header().Get("Content-Type") == "application/octet-stream" {
			t.Errorf("%s: %v, %q", m[0], ok, w.Header())
		}
	}
	if !strings.Contains(text, "<script type=\"module\" src=") || strings.Count(text, "<script") != 1 {
		t.Error("the document has a script of its own")
	}
}

// TestFiles refuses files of another version, files outside, and the document as a file.
func TestFiles(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	for _, x := range [][2]string{{"0123456789abcdef", "main.js"}, {p.Version(), "index.html"}, {p.Version(), "../page.go"}, {p.Version(), ""}} {
		if w, ok := file(t, p, x[0], x[1]); ok || w.Body.Len() > 0 {
			t.Errorf("%q is served", x)
		}
	}
	if w, ok := file(t, p, p.Version(), "main.js"); !ok || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("main.js: %v, %q", ok, w.Header())
	}
}

// TestModules wants modules that import others that exist, and never make markup, styles
// or code of text, and write no styles into elements.
func TestModules(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(os.DirFS("static"), "*.js")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d modules, %v", len(names), err)
	}
	forbidden := []string{
		"innerHTML", "outerHTML", "insertAdjacent", "document.write", "DOMParser", "createContextualFragment", "eval(", "new Function",
		"localStorage", "document.cookie", ".style", "srcdoc", "console.", "http://www.w3.org/1999",
	}
	imports := regexp.MustCompile(`from '\./([a-z]+\.js)'`)
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join("static", name))
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for _, f := range forbidden {
			if strings.Contains(text, f) {
				t.Errorf("%s has %s", name, f)
			}
		}
		if !strings.HasPrefix(text, "// ") {
			t.Errorf("%s does not say what it is for", name)
		}
		if n := strings.Count(text, "\n"); n > 170 {
			t.Errorf("%s has %d lines", name, n)
		}
		for _, m := range imports.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join("static", m[1])); err != nil {
				t.Errorf("%s imports %s: %v", name, m[1], err)
			}
		}
	}
}
