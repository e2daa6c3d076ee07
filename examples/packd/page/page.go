// Package page is the page of packd for people: one document with a few modules of
// JavaScript and a style sheet, embedded as they are, without a build.
//
// The page is a client of the API like any other. It has no rights of its own: the person who
// uses it enters a token, which stays in the browser until its tab is closed. It loads
// nothing from elsewhere, and its Content-Security-Policy forbids that, and scripts and
// styles inside of the document. The modules write all they show as text, never as markup.
//
// The files are in static. Each module has one purpose; main.js is the first, and
// dom.js is the one that makes elements.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
)

//go:embed static
var static embed.FS

// Policy is the Content-Security-Policy of the page.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// FilePath is the pattern of the paths of the files; version and file are its parts. It is
// relative to the path of the document.
const FilePath = "/page/{version}/{file}"

// A Page serves the document and its files. It is safe for concurrent use.
type Page struct {
	document []byte
	version  string
	files    map[string][]byte
}

// New reads the embedded files.
func New() (*Page, error) {
	p := &Page{files: map[string][]byte{}}
	sum := sha256.New()
	entries, err := fs.ReadDir(static, "static")
	if err != nil {
		return nil, err
	}
	for _, e := range entries { // in the order of names
		data, err := static.ReadFile(path.Join("static", e.Name()))
		if err != nil {
			return nil, err
		}
		p.files[e.Name()] = data
		_, _ = sum.Write(append([]byte(e.Name()+"\n"), data...))
	}
	p.version = hex.EncodeToString(sum.Sum(nil)[:8])
	p.document = bytes.ReplaceAll(p.files["index.html"], []byte("VERSION"), []byte(p.version))
	delete(p.files, "index.html")
	return p, nil
}

// Version identifies the files: their paths contain it, so that browsers may keep them.
func (p *Page) Version() string { return p.version }

// ServeDocument answers with the document.
func (p *Page) ServeDocument(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", Policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(p.document)
}

// ServeFile answers with the file that the path of a request names, and reports whether
// there is one.
func (p *Page) ServeFile(w http.ResponseWriter, r *http.Request) bool {
	name := r.PathValue("file")
	data, ok := p.files[name]
	if !ok || r.PathValue("version") != p.version {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", typeOf(name))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(data)
	return true
}

// typeOf returns the type of a file. The system's table of types does not matter.
func typeOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}
