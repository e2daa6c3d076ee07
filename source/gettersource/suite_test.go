package gettersource_test

import (
	"archive/tar"
	"net/http"
	"os"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/gettersource"
	"github.com/packtrain/pack/source/sourcetest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	t.Run("kind server", func(t *testing.T) {
		t.Parallel()
		sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
			t.Helper()
			return harness(t, func(w http.ResponseWriter, _ *http.Request, data []byte) {
				w.Header().Set("ETag", string(`"`+digest(data)+`"`))
				w.Write(data)
			})
		})
	})
	t.Run("unkind server", func(t *testing.T) {
		t.Parallel()
		sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
			t.Helper()
			return harness(t, unkind)
		})
	})
}

// unkind has no HEAD, no entity tag, no length, a redirect, headers that go-getter
// knows, and pieces of one byte.
func unkind(w http.ResponseWriter, r *http.Request, data []byte) {
	w.Header().Set("X-Terraform-Get", "file:///etc")
	w.Header().Set("Accept-Ranges", "bytes")
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
}

// harness serves a pack, and content that no tree takes, through answer, to
// clients with a token.
func harness(t *testing.T, answer func(http.ResponseWriter, *http.Request, []byte)) sourcetest.Harness {
	t.Helper()
	const token = "canary"
	good := archive(t,
		tar.Header{Typeflag: tar.TypeReg, Name: "demo-1.0.0/actions/run.sh", Linkname: "#!/bin/sh\n", Mode: 0o755},
		file("demo-1.0.0/pack.yaml", "ref: demo\nversion: 1.0.0\n"))
	archives := map[string][]byte{
		"/demo.tar.gz":   good,
		"/link.tar.gz":   archive(t, file("pack.yaml", "x"), tar.Header{Typeflag: tar.TypeSymlink, Name: "l", Linkname: "pack.yaml"}),
		"/escape.tar.gz": archive(t, file("pack.yaml", "x"), file("../x", "x")),
		"/cut.tar.gz":    good[:len(good)-1],
	}
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		data, ok := archives[r.URL.Path]
		switch {
		case r.Header.Get("Private-Token") != token:
			w.WriteHeader(http.StatusUnauthorized)
		case !ok:
			w.WriteHeader(http.StatusNotFound)
		default:
			answer(w, r, data)
		}
	})
	locator := func(path string) source.Locator {
		return source.Locator{Scheme: gettersource.Scheme, Location: url + path}
	}
	scratch := t.TempDir()
	t.Cleanup(func() {
		if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
			t.Errorf("left in the scratch directory: %v, %v", left, err)
		}
	})
	return sourcetest.Harness{
		Source: newSource(t, gettersource.Config{
			Scratch: scratch, Client: clientWith(t, map[string]pack.Credential{url: pack.HeaderCredential("Private-Token", token)}),
		}),
		Locator: locator("/demo.tar.gz"),
		Want: fstest.MapFS{
			"pack.yaml":      {Data: []byte("ref: demo\nversion: 1.0.0\n"), Mode: 0o644},
			"actions/run.sh": {Data: []byte("#!/bin/sh\n"), Mode: 0o755},
		},
		Missing: locator("/missing.tar.gz"),
		Hostile: []source.Locator{locator("/link.tar.gz"), locator("/escape.tar.gz"), locator("/cut.tar.gz")},
		Secrets: []string{token},
	}
}
