package bundle

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// serveNode serves what npm asks a registry for: /NAME for all versions of a package, and
// /NAME/-/VERSION.tgz for one of them.
func (b *Bundle) serveNode(w http.ResponseWriter, r *http.Request) {
	name, file, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, nodePath), "/-/")
	if ok {
		b.serve(w, r, b.entry(KindNode, name+"@"+strings.TrimSuffix(file, ".tgz")))
		return
	}
	versions := map[string]any{}
	latest := ""
	for i := range b.manifest.Entries {
		e := &b.manifest.Entries[i]
		if of, version := splitNode(e.Name); e.Kind == KindNode && of == name {
			description, err := b.describe(r.Context(), e, "http://"+r.Host+nodePath)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			versions[version], latest = description, version
		}
	}
	if len(versions) == 0 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	// The client is gone if this fails.
	_ = json.NewEncoder(w).Encode(map[string]any{"name": name, "dist-tags": map[string]string{"latest": latest}, "versions": versions})
}

// splitNode splits NAME@VERSION.
func splitNode(text string) (name, version string) {
	at := strings.LastIndexByte(text, '@')
	return text[:max(at, 0)], text[at+1:]
}

// describe returns the description of a package in a registry: its package.json, and where
// it is.
func (b *Bundle) describe(ctx context.Context, e *Entry, registry string) (d map[string]any, err error) {
	c, err := b.open(ctx, e)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if d, err = packageJSON(c); err != nil {
		return nil, malformed("Node.js package %s: %w", e.Name, err)
	}
	name, version := splitNode(e.Name)
	d["name"], d["version"] = name, version
	d["dist"] = map[string]string{"tarball": registry + name + "/-/" + version + ".tgz", "integrity": e.Integrity}
	return d, nil
}

const (
	maxUnpacked    = 256 << 20 // of a package, until its package.json is found
	maxDescription = 4 << 20
)

// packageJSON returns the package.json in the top directory of a package.
func packageJSON(r io.Reader) (map[string]any, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	t := tar.NewReader(io.LimitReader(z, maxUnpacked))
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil, errors.New("it has no package.json")
		}
		if err != nil {
			return nil, err
		}
		if _, name, _ := strings.Cut(strings.TrimPrefix(h.Name, "./"), "/"); name == "package.json" && h.Typeflag == tar.TypeReg {
			d := map[string]any{}
			return d, json.NewDecoder(io.LimitReader(t, maxDescription)).Decode(&d)
		}
	}
}
