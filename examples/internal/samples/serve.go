package samples

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"path/filepath"
	"time"
)

func (w *World) handler() (http.Handler, error) {
	hello, err := tarGz("packs/hello", "hello-1.2.0")
	if err != nil {
		return nil, err
	}
	slugs, err := tarGz("packs/slugs", "slugs-2.0.1")
	if err != nil {
		return nil, err
	}
	tinyslug, err := tarGz("npm/tinyslug", "package")
	if err != nil {
		return nil, err
	}
	git, err := gitHandler("/git", filepath.Join(w.dir, "git"))
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/git/", git)
	mux.Handle("GET /index.json", document(w.index(hello)))
	mux.Handle("GET /archives/hello-1.2.0.tar.gz", w.archive(hello))
	mux.Handle("GET /archives/slugs-2.0.1.tar.gz", w.archive(slugs))
	mux.Handle("GET /npm/tinyslug", document(w.npmPackage(tinyslug)))
	mux.Handle("GET /npm/tinyslug/-/tinyslug-1.0.0.tgz", file(tinyslug))
	return mux, nil
}

// index is a format-1 index with the one pack hello.
func (w *World) index(hello []byte) any {
	type m = map[string]any
	type list = []any
	return m{
		"registry_name": "Packtrain samples", "registry_url": w.url, "version": "1.0",
		"last_updated": "2026-01-01T00:00:00Z",
		"packs": list{m{
			"ref": "hello", "label": "Hello", "description": "Greets people from a shell script.", "version": "1.2.0",
			"author": "Packtrain", "license": "Apache-2.0", "keywords": list{"sample"}, "runtime_deps": list{"shell"},
			"install_sources": list{m{
				"type": "archive", "url": w.url + "/archives/hello-1.2.0.tar.gz",
				"checksum": "sha256:" + hexSum(hello),
			}},
			"contents": m{
				"actions": list{m{"name": "greet", "description": "Prints a greeting."}},
				"sensors": list{}, "triggers": list{}, "rules": list{}, "workflows": list{},
			},
		}},
	}
}

// npmPackage is the response of an npm registry for a package with one version.
func (w *World) npmPackage(tarball []byte) any {
	type m = map[string]any
	sum := sha512.Sum512(tarball)
	return m{
		"name": "tinyslug", "dist-tags": m{"latest": "1.0.0"},
		"versions": m{"1.0.0": m{
			"name": "tinyslug", "version": "1.0.0", "main": "index.js",
			"dist": m{
				"tarball":   w.url + "/npm/tinyslug/-/tinyslug-1.0.0.tgz",
				"integrity": "sha512-" + base64.StdEncoding.EncodeToString(sum[:]),
			},
		}},
	}
}

// archive serves data with a strong entity tag and counts the downloads.
func (w *World) archive(data []byte) http.Handler {
	next := file(data)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.downloads.Add(1)
		}
		next.ServeHTTP(rw, r)
	})
}

func file(data []byte) http.Handler {
	tag := `"` + hexSum(data) + `"`
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("ETag", tag)
		rw.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(rw, r, "", time.Time{}, bytes.NewReader(data))
	})
}

func document(v any) http.Handler {
	data, err := json.Marshal(v)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		http.ServeContent(rw, r, "", time.Time{}, bytes.NewReader(data))
	})
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
