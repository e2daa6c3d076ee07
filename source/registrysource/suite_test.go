package registrysource_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/sourcetest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	t.Run("index on a server", func(t *testing.T) {
		t.Parallel()
		sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
			t.Helper()
			return harness(t, registrysource.Config{TTL: -1})
		})
	})
	t.Run("index in a file", func(t *testing.T) {
		t.Parallel()
		sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
			t.Helper()
			return harness(t, registrysource.Config{Indices: one("file")})
		})
	})
}

// harness serves an index, and the archives that it names.
func harness(t *testing.T, cfg registrysource.Config) sourcetest.Harness {
	t.Helper()
	want := fstest.MapFS{"pack.yaml": {Data: []byte("ref: demo\nversion: 1.0.0\n")}, "README": {Data: []byte("x")}}
	good, link := archive(t, want, ""), archive(t, want, "/etc/passwd")
	var index []byte
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Write(map[string][]byte{"/index.json": index, "/good": good, "/link": link}[r.URL.Path])
	})
	from := func(path string, data []byte) m {
		sum := sha256.Sum256(data)
		return m{"install_sources": list{m{"type": "archive", "url": srv.URL + path, "checksum": "sha256:" + hex.EncodeToString(sum[:])}}}
	}
	index = indexOf(t,
		demo("1.0.0", from("/good", good)),
		demo("0.9.0", from("/good", link)),
		demo("0.8.0", from("/link", link)),
	)
	cfg.Client = local()
	h := sourcetest.Harness{
		With:    []source.Plugin{archivesource.New(cfg.Client, nil)},
		Locator: locator(t, "demo"),
		Want:    want,
		Missing: locator(t, "missing"),
		Hostile: []source.Locator{locator(t, "demo@0.9.0"), locator(t, "demo@0.8.0")},
	}
	if len(cfg.Indices) == 0 {
		cfg.Indices = one(srv.URL + "/index.json")
		h.Source = newSource(t, cfg)
	} else {
		h.Source = fileSource(t, index, cfg)
	}
	return h
}

// archive makes a tar.gz of the files, and of a symbolic link when link says
// where to.
func archive(t *testing.T, files fstest.MapFS, link string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	w := tar.NewWriter(z)
	for name, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(f.Data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.Data); err != nil {
			t.Fatal(err)
		}
	}
	if link != "" {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: "l", Linkname: link}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
