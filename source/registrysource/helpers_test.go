package registrysource_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

type m = map[string]any

type list = []any

var (
	sumA   = "sha256:" + strings.Repeat("a", 64)
	sumB   = "sha256:" + strings.Repeat("b", 64)
	commit = strings.Repeat("0c", 20)
)

func archiveSource() m {
	return m{"type": "archive", "url": "https://host.example/demo.tar.gz", "checksum": sumA}
}

func gitSource() m {
	return m{"type": "git", "url": "https://host.example/demo.git", "ref": commit, "checksum": sumB}
}

// demo is an entry with changes: a nil value removes a key.
func demo(version string, changes m) m {
	e := m{
		"ref": "demo", "label": "Demo", "description": "", "version": version, "author": "a", "license": "MIT",
		"keywords": list{"x"}, "runtime_deps": list{"python"}, "contents": m{"actions": list{}},
		"install_sources": list{gitSource(), archiveSource()},
		"unknown":         m{"is": "fine"},
	}
	maps.Copy(e, changes)
	maps.DeleteFunc(e, func(_ string, v any) bool { return v == nil })
	return e
}

// indexOf makes an index of entries.
func indexOf(t testing.TB, entries ...any) []byte {
	t.Helper()
	data, err := json.MarshalIndent(m{
		"registry_name": "Test", "registry_url": "https://index.example", "version": "1.0",
		"last_updated": "2026-01-01T00:00:00Z", "packs": append(list{}, entries...),
	}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func entryOf(t testing.TB, entry any) []byte {
	t.Helper()
	data, err := json.Marshal(entry)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// fileSource is a source for an index in a file.
func fileSource(t testing.TB, data []byte, cfg registrysource.Config) *registrysource.Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "index.json")
	write(t, path, data)
	cfg.Indices = one(path)
	return newSource(t, cfg)
}

// one configures one index.
func one(url string) []registrysource.Index { return []registrysource.Index{{URL: url}} }

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func newSource(t testing.TB, cfg registrysource.Config) *registrysource.Source {
	t.Helper()
	s, err := registrysource.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func loopback() pack.NetworkPolicy {
	return pack.NetworkPolicy{AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
}

// local is a client of servers of this machine.
func local() *web.Client { return must(web.New(pack.Network{Policy: loopback()}, nil)) }

// sending is a client whose requests are sent by rt, which repeats nothing.
func sending(rt http.RoundTripper) *web.Client {
	return must(web.New(pack.Network{}, &web.Options{HTTP: &http.Client{Transport: rt}}))
}

func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

func locator(t testing.TB, spec string) source.Locator {
	t.Helper()
	loc, err := source.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func wantCode(t testing.TB, err error, want pack.Code) {
	t.Helper()
	if got := pack.CodeOf(err); got != want {
		t.Errorf("code %q of error %v, want %q", got, err, want)
	}
}

// corpus returns the path of a real index.
func corpus(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("PACK_CORPUS")
	if dir == "" {
		t.Skip("PACK_CORPUS does not name the directory of the corpus")
	}
	path, err := filepath.Abs(filepath.Join(dir, "indices", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// must returns v of a constructor that cannot fail here.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// problemsOf returns those of the only index, and why it cannot be read.
func problemsOf(t testing.TB, s *registrysource.Source) ([]registrysource.Problem, error) {
	t.Helper()
	status := s.Status(t.Context())
	return status[0].Problems, status[0].Err
}
