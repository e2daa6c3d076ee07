package gitsource_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/web"
)

// hosting returns a client for which every host is one server on loopback,
// which serves repositories below the host's name: what a resolver that leads
// to it would do, and a certificate for all names.
func hosting(t *testing.T, repos map[string]*gittest.Repo) *http.Client {
	t.Helper()
	inner := gittest.Handler(t, repos)
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = "/" + r.Host + r.URL.Path
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	trusted := x509.NewCertPool()
	trusted.AddCert(srv.Certificate())
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trusted, ServerName: "example.com"},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, srv.Listener.Addr().String())
		},
		DisableCompression: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// TestShortForms follows specs from what a user types to the files.
func TestShortForms(t *testing.T) {
	t.Parallel()
	hub, lab := gittest.NewRepo(t), gittest.NewRepo(t)
	hub.Tag("v1.0.0", hub.Commit("main", samplePack()))
	nested := samplePack()
	for name, file := range samplePack() {
		nested["packs/one/"+name] = file
	}
	lab.Commit("main", nested)
	s := must(gitsource.New(must(web.New(pack.Network{}, &web.Options{HTTP: hosting(t, map[string]*gittest.Repo{
		"github.com/org/pack.git": hub, "gitlab.com/group/sub/packs.git": lab,
	})})), nil))
	whole := []string{"actions/hello.sh", "actions/hello.yaml", "docs/a/b.md", "pack.yaml"}
	below := []string{"packs/one/actions/hello.sh", "packs/one/actions/hello.yaml", "packs/one/docs/a/b.md", "packs/one/pack.yaml"}
	for spec, want := range map[string][]string{
		"github:org/pack":                        whole,
		"github:org/pack@v1.0.0":                 whole,
		"GitHub:org/pack.git#main":               whole,
		"https://github.com/org/pack.git@v1.0.0": whole,
		"gitlab:group/sub/packs//packs/one":      below,
		"gitlab:group/sub/packs@main//packs/one": below,
	} {
		loc, err := source.Parse(spec)
		if err != nil {
			t.Fatal(err)
		}
		pins, err := s.Resolve(t.Context(), loc)
		if err != nil {
			t.Errorf("%s: %v", spec, err)
			continue
		}
		got := files{}
		if err := s.Fetch(t.Context(), pins[0], got); err != nil {
			t.Errorf("%s: %v", spec, err)
		}
		if diff := cmp.Diff(want, got.names()); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", spec, diff)
		}
	}
	missing, err := source.Parse("github:org/other")
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Resolve(t.Context(), missing)
	wantCode(t, err, pack.CodeNotFound)
}
