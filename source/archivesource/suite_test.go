package archivesource_test

import (
	"archive/tar"
	"io/fs"
	"net/http"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	t.Run("kind server", func(t *testing.T) {
		t.Parallel()
		sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
			t.Helper()
			return harness(t, func(w http.ResponseWriter, r *http.Request, data []byte) {
				w.Header().Set("ETag", string(`"`+digest(data)+`"`))
				w.Write(data)
			})
		})
	})
	// No HEAD, no entity tag, no length, a redirect, and pieces of one byte.
	t.Run("unkind server", func(t *testing.T) {
		t.Parallel()
		sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
			t.Helper()
			return harness(t, func(w http.ResponseWriter, r *http.Request, data []byte) {
				switch {
				case r.Method == http.MethodHead:
					w.WriteHeader(http.StatusMethodNotAllowed)
				case !r.URL.Query().Has("moved"):
					http.Redirect(w, r, r.URL.Path+"?moved", http.StatusFound)
				default:
					for i := range data {
						w.Write(data[i : i+1])
						w.(http.Flusher).Flush()
					}
				}
			})
		})
	})
}

// harness serves a pack, and what no tree takes, through answer.
func harness(t *testing.T, answer func(http.ResponseWriter, *http.Request, []byte)) sourcetest.Harness {
	t.Helper()
	want := fstest.MapFS{
		"pack.yaml":      {Data: []byte("ref: demo\nversion: 1.0.0\n"), Mode: 0o644},
		"actions/run.sh": {Data: []byte("#!/bin/sh\n"), Mode: 0o755},
		"empty":          {Mode: 0o644},
	}
	archives := map[string][]byte{
		"/demo.tar.gz":    archive(t, headers(t, want)...),
		"/link.tar.gz":    archive(t, file("pack.yaml", "x"), link(tar.TypeSymlink, "l", "pack.yaml")),
		"/escape.tar.gz":  archive(t, file("pack.yaml", "x"), file("../x", "x")),
		"/collide.tar.gz": archive(t, file("pack.yaml", "x"), file("PACK.yaml", "x")),
		"/cut.tar.gz":     demo(t)[:100],
	}
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		data, ok := archives[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		answer(w, r, data)
	})
	locator := func(name string) source.Locator {
		return source.Locator{Scheme: source.SchemeHTTP, Location: srv.URL + name}
	}
	h := sourcetest.Harness{Source: newSource(), Locator: locator("/demo.tar.gz"), Want: want, Missing: locator("/missing.tar.gz")}
	for name := range archives {
		if name != "/demo.tar.gz" {
			h.Hostile = append(h.Hostile, locator(name))
		}
	}
	return h
}

// headers describes the files of fsys, below one top directory.
func headers(t *testing.T, fsys fs.FS) []tar.Header {
	t.Helper()
	hs := []tar.Header{dir("demo-1.0.0/")}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		content, err := fs.ReadFile(fsys, name)
		h := file("demo-1.0.0/"+name, string(content))
		h.Mode = int64(info.Mode().Perm())
		hs = append(hs, h)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hs
}
