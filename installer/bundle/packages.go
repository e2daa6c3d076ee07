package bundle

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The paths below which [Bundle.Packages] serves.
const (
	pythonPath = "/python/"
	nodePath   = "/node/"
)

// PythonPage returns the path of the page with links to the Python distributions, for pip
// and uv (--find-links). It is another one for each bundle, because tools keep what
// they find at an address.
func (b *Bundle) PythonPage() string { return pythonPath + b.id() + "/" }

// NodeRegistry returns the path of the registry with the Node.js packages.
func (b *Bundle) NodeRegistry() string { return nodePath }

// Packages serves the packages of Python and Node.js in the bundle, at [Bundle.PythonPage]
// and [Bundle.NodeRegistry]. A content that was changed is a failure of the server.
func (b *Bundle) Packages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+b.PythonPage()+"{$}", b.servePage)
	mux.HandleFunc("GET "+b.PythonPage()+"{name}", b.servePython)
	mux.HandleFunc("GET "+nodePath, b.serveNode)
	return mux
}

func (b *Bundle) servePage(w http.ResponseWriter, _ *http.Request) {
	var page strings.Builder
	page.WriteString("<!DOCTYPE html>\n<html><body>\n")
	for i := range b.manifest.Entries {
		if e := &b.manifest.Entries[i]; e.Kind == KindPython {
			_, sum, _ := strings.Cut(string(e.Digest), ":")
			fmt.Fprintf(&page, "<a href=\"%s%s#sha256=%s\">%s</a>\n", b.PythonPage(), url.PathEscape(e.Name), sum, html.EscapeString(e.Name))
		}
	}
	page.WriteString("</body></html>\n")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(page.String())) // the client is gone otherwise
}

func (b *Bundle) servePython(w http.ResponseWriter, r *http.Request) {
	b.serve(w, r, b.entry(KindPython, r.PathValue("name")))
}

// entry returns an entry, nil for none.
func (b *Bundle) entry(kind Kind, name string) *Entry {
	for i := range b.manifest.Entries {
		if e := &b.manifest.Entries[i]; e.Kind == kind && e.Name == name {
			return e
		}
	}
	return nil
}

// serve serves the content of an entry, nil for none.
func (b *Bundle) serve(w http.ResponseWriter, r *http.Request, e *Entry) {
	if e == nil {
		http.NotFound(w, r)
		return
	}
	c, err := b.open(r.Context(), e)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer func() { _ = c.Close() }() // it was only read
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", time.Time{}, c)
}
