package host_test

import (
	"archive/tar"
	"compress/gzip"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/host"
)

// TestUnverified downloads from a server with a self-signed certificate.
func TestUnverified(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "" {
			t.Errorf("a server without a valid certificate received %q", got)
		}
		z := gzip.NewWriter(w)
		archive := tar.NewWriter(z)
		content := []byte("ref: demo\nversion: 1.0.0\nlabel: Demo\ndescription: Demo\n")
		_ = archive.WriteHeader(&tar.Header{Name: "pack.yaml", Size: int64(len(content)), Mode: 0o644})
		_, _ = archive.Write(content)
		_ = archive.Close()
		_ = z.Close()
	}))
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	policy := pack.NetworkPolicy{AllowPrivateHosts: []string{"127.0.0.1"}}
	network := pack.Network{Policy: policy, Credentials: map[string]pack.Credential{srv.URL: pack.BearerCredential("canary")}}
	for _, allow := range []bool{false, true} {
		h, err := host.Open(t.Context(), host.Config{Root: t.TempDir(), SearchPath: []string{"/usr/bin"}, Network: network, AllowUnverified: allow})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = h.Close() }()
		req := installer.DownloadRequest{Specs: []string{srv.URL + "/demo.tar.gz"}, Dest: t.TempDir()}
		if _, err := h.Installer.Download(t.Context(), req); pack.CodeOf(err) != pack.CodeUnavailable {
			t.Errorf("a server without a valid certificate: got %v", err)
		}
		if (h.Unverified != nil) != allow {
			t.Fatalf("allowed %t, got %v", allow, h.Unverified)
		}
		if !allow {
			continue
		}
		if r, err := h.Unverified.Download(t.Context(), req); err != nil || r.Downloaded[0].Content.ID.Ref != "demo" {
			t.Errorf("got %+v, %v", r, err)
		}
	}
}
