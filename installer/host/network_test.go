package host_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
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

// TestToolsKnowTheNetwork: package tools get the CA certificates, which take precedence
// over the environment, and as proxy one of their own, which is gone afterwards.
func TestToolsKnowTheNetwork(t *testing.T) {
	t.Parallel()
	_, network := secured(t, "127.0.0.1")
	network.Proxy = "http://user:secret@proxy.example:3128"
	env := []string{"SSL_CERT_FILE=/other.pem", "TOOL=set"}
	seen := toolVariables(t, host.Config{Network: network, ToolEnv: env}, network.CAs)
	bundle := seen["SSL_CERT_FILE"]
	want := map[string]string{"SSL_CERT_FILE": bundle, "REQUESTS_CA_BUNDLE": bundle, "NODE_EXTRA_CA_CERTS": bundle, "TOOL": "set"}
	own := seen["https_proxy"]
	for _, name := range []string{"ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"} {
		want[name], want[strings.ToLower(name)] = own, own
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	proxy, err := url.Parse(own)
	must(t, err)
	if conn, err := net.Dial("tcp", proxy.Host); err == nil || proxy.Hostname() != "127.0.0.1" {
		t.Errorf("the proxy %s is still there: %v", own, conn)
	}
	if _, err := host.Open(t.Context(), host.Config{Root: t.TempDir(), ToolEnv: []string{"NO_PROXY=x"}}); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("a proxy in the environment: %v", err)
	}
}

// toolVariables returns the variables of pip beside those of every program. The file with
// certificates must contain the authorities.
func toolVariables(t *testing.T, c host.Config, authorities []byte) map[string]string {
	t.Helper()
	tools := newTools(t)
	c.Runner, c.SearchPath = tools, tools.SearchPath()
	variables := map[string]string{}
	tools.OnRun = func(_ context.Context, command pack.Command) (*pack.Result, error) {
		if !strings.Contains(strings.Join(command.Args, " "), "-m pip") {
			return nil, nil
		}
		for _, v := range command.Env {
			name, value, _ := strings.Cut(v, "=")
			variables[name] = value
		}
		if data, err := os.ReadFile(variables["SSL_CERT_FILE"]); err != nil || !bytes.Contains(data, authorities) {
			t.Errorf("the authorities are not in the file: %v", err)
		}
		if strings.Contains(strings.Join(command.Env, " "), "canary") {
			t.Errorf("a tool was given the credentials: %q", command.Env)
		}
		return nil, nil
	}
	_, err := openHost(t, c).Builder.Build(t.Context(), envbuild.Request{Paths: []string{write(t, tested("demo"))}})
	must(t, err)
	for _, name := range []string{"HOME", "LANG", "PIP_CONFIG_FILE", "PYTHONDONTWRITEBYTECODE", "TMPDIR"} {
		delete(variables, name)
	}
	return variables
}
