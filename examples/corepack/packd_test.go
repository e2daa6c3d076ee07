package corepack_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/internal/samples"
	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/settings"
	"github.com/packtrain/pack/source/registrysource"
)

// A packd is a real server that installs the sample packs.
type packd struct {
	url   string
	dir   string // which requests may use
	world *samples.World
}

func startPackd(t *testing.T) packd {
	t.Helper()
	find(t, "git")
	world, err := samples.Serve(t.Context(), t.TempDir(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	policy, err := settings.ParsePolicy(true, []string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	p := packd{dir: t.TempDir(), world: world}
	s, err := api.Open(t.Context(), api.Config{
		Host: hostflags.Config{Config: host.Config{
			Root: t.TempDir(), SearchPath: filepath.SplitList(os.Getenv("PATH")), Network: pack.Network{Policy: policy}, Indices: []registrysource.Index{{URL: world.Index()}},
			FindLinks: []string{world.Wheels()}, NodeRegistry: world.NodeRegistry(),
		}},
		AllowRoots: []string{p.dir, filepath.Dir(world.Directory())},
		Tokens:     []api.Token{{Secret: token, Scopes: []api.Scope{api.ScopeRead, api.ScopeInstall}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	hs := httptest.NewServer(s)
	t.Cleanup(func() {
		hs.Close()
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	p.url = hs.URL
	return p
}

// post asks for a report in JSON, without an action.
func (p packd) post(t *testing.T, kind, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/api/v1/packs/"+kind, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", typeReport)
	resp, err := new(http.Client).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestPackdAccepts downloads into a directory whose name has all special
// characters of shells, and expects the report of a request in JSON.
func TestPackdAccepts(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, sh shell) {
		t.Helper()
		p := startPackd(t)
		dest := filepath.Join(p.dir, "it's \"$(id)\" `id` \\ \\n $HOME é 字 * \napi_token='x'\n'")
		none := "no\nsuch 'pack' $(id)\\"
		packs := asJSON(t, []string{"hello@^1.0", p.world.Directory(), none})
		got := sh.run(t, "download_packs", encode(t,
			"packs", packs, "destination_dir", dest, "registry_url", "", "timeout", "60", "verify_ssl", "true", "api_url", p.url, "api_token", token))
		want := p.post(t, wire.KindDownload, `{"packs":`+packs+`,"destination_dir":`+asJSON(t, dest)+`}`)
		if got != (outcome{stdout: want}) {
			t.Errorf("got %+v, want %s", got, want)
		}
		if !strings.Contains(want, `"success_count":2,"failure_count":1`) || !strings.Contains(want, asJSON(t, filepath.Join(dest, "hello"))) {
			t.Errorf("the report is %s", want)
		}
		if _, err := os.Stat(filepath.Join(dest, "hello", "pack.yaml")); err != nil {
			t.Error(err)
		}
	})
}

// TestPackdRefuses expects packd's empty report, with its reason, from each action.
func TestPackdRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		reason string // the beginning of it
		code   pack.Code
		params []string
	}{
		{"a valid bearer token is needed", "", []string{"api_token", "not-the-token"}},
		{"validation failed: pack", pack.CodeInvalidRequest, []string{"api_token", token, "packs", "[]", "pack_paths", "[]", "destination_dir", "/"}},
		{"the body is not proper dotenv: dotenv line 2: ", pack.CodeMalformedContent, []string{"api_token", token, "twice", "1", "twice", "2"}},
	}
	eachShell(t, func(t *testing.T, sh shell) {
		t.Helper()
		p := startPackd(t)
		for _, w := range wrappers() {
			for _, tt := range tests {
				got := sh.run(t, w.action, encode(t, append(tt.params, "api_url", p.url)...))
				_, reason, _ := strings.Cut(got.stdout, `"error":"`)
				reason, _, _ = strings.Cut(reason, `"`)
				if !strings.HasPrefix(reason, tt.reason) || got.stderr != "" {
					t.Errorf("%s: got %+v, want %q", w.action, got, tt.reason)
				}
				wantRefused(t, w.action, got, w.kind, tt.code, reason)
			}
		}
	})
}
