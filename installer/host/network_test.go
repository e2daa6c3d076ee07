package host_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/source/registrysource"
)

// secured serves an index with the pack "base", and its archive, to clients with
// credentials, at the given name or address of this machine.
func secured(t *testing.T, at string) (index string, network pack.Network) {
	t.Helper()
	archive := archivetest.ZipOf(archivetest.Entry{Name: "pack.yaml", Content: demo("base")["pack.yaml"]})
	sum := sha256.Sum256(archive)
	var base string
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer canary":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/base.zip":
			_, _ = w.Write(archive)
		default:
			_ = json.NewEncoder(w).Encode(map[string]any{"registry_name": "T", "registry_url": base, "version": "1.0", "packs": []any{map[string]any{
				"ref": "base", "label": "B", "description": "B", "version": "1.0.0", "author": "a", "license": "MIT",
				"install_sources": []any{map[string]any{"type": "archive", "url": base + "/base.zip", "checksum": "sha256:" + hex.EncodeToString(sum[:])}},
			}}})
		}
	}))
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	base = strings.Replace(srv.URL, "127.0.0.1", at, 1)
	return base + "/index.json", pack.Network{
		Policy:      pack.NetworkPolicy{AllowPrivateHosts: []string{at}},
		Credentials: map[string]pack.Credential{base: pack.BearerCredential("canary")},
		CAs:         pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}),
	}
}

// TestNetwork omits each part of the network in turn: downloads and lookups of
// dependencies succeed only with all of them.
func TestNetwork(t *testing.T) {
	t.Parallel()
	index, network := secured(t, "127.0.0.1")
	for name, leaveOut := range map[string]func(*pack.Network){
		"nothing":     func(*pack.Network) {},
		"policy":      func(n *pack.Network) { n.Policy = pack.NetworkPolicy{} },
		"credentials": func(n *pack.Network) { n.Credentials = nil },
		"authorities": func(n *pack.Network) { n.CAs = nil },
	} {
		n := network
		leaveOut(&n)
		h, err := host.Open(t.Context(), host.Config{Root: t.TempDir(), Indices: []registrysource.Index{{URL: index}}, Network: n})
		if name == "policy" { // the index is an address
			if pack.CodeOf(err) != pack.CodePolicyDenied {
				t.Errorf("without policy: got %v", err)
			}
			continue
		}
		must(t, err)
		_, downloading := h.Installer.Download(t.Context(), installer.DownloadRequest{Specs: []string{"base"}, Dest: t.TempDir()})
		report, _ := h.Analyzer.Analyze(t.Context(), deps.Request{Paths: []string{write(t, demo("app").with("pack.yaml", "dependencies: [base]\n"))}})
		got, want := []bool{downloading == nil, report != nil && len(report.Additions) == 1}, name == "nothing"
		if diff := cmp.Diff([]bool{want, want}, got); diff != "" {
			t.Errorf("without %s: downloaded, found: -want +got:\n%s\n%v", name, diff, downloading)
		}
		must(t, h.Close())
	}
}

// TestToolsKnowTheNetwork checks that package tools get the proxy and the CA
// certificates, which take precedence over the environment, and no credentials.
func TestToolsKnowTheNetwork(t *testing.T) {
	t.Parallel()
	_, network := secured(t, "127.0.0.1")
	network.Proxy = "http://user:secret@proxy.example:3128"
	env := []string{"https_proxy=http://other.example", "NO_PROXY=inside.example"}
	got := toolVariables(t, host.Config{Network: network, ToolEnv: env})
	bundle := got["SSL_CERT_FILE"]
	data, err := os.ReadFile(bundle)
	must(t, err)
	if !bytes.Contains(data, network.CAs) {
		t.Error("the authorities are not in the file")
	}
	want := map[string]string{
		"HTTP_PROXY": network.Proxy, "HTTPS_PROXY": network.Proxy, "http_proxy": network.Proxy, "https_proxy": network.Proxy,
		"SSL_CERT_FILE": bundle, "REQUESTS_CA_BUNDLE": bundle, "NODE_EXTRA_CA_CERTS": bundle, "NO_PROXY": "inside.example",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("given: -want +got:\n%s", diff)
	}
	want = map[string]string{"https_proxy": "http://other.example", "NO_PROXY": "inside.example"}
	if diff := cmp.Diff(want, toolVariables(t, host.Config{ToolEnv: env})); diff != "" {
		t.Errorf("left out: -want +got:\n%s", diff)
	}
}

// toolVariables returns the variables of pip that concern the network.
func toolVariables(t *testing.T, c host.Config) map[string]string {
	t.Helper()
	tools := newTools(t)
	c.Runner, c.SearchPath = tools, tools.SearchPath()
	_, err := openHost(t, c).Builder.Build(t.Context(), envbuild.Request{Paths: []string{write(t, tested("demo"))}})
	must(t, err)
	variables := map[string]string{}
	for _, command := range tools.Commands() {
		if !strings.Contains(strings.Join(command.Args, " "), "-m pip") {
			continue
		}
		for _, v := range envbuild.NetworkVariables(command.Env) {
			name, value, _ := strings.Cut(v, "=")
			variables[name] = value
		}
		if strings.Contains(strings.Join(command.Env, " "), "canary") {
			t.Errorf("a tool was given the credentials: %q", command.Env)
		}
	}
	return variables
}
