package main

import (
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestServerWithItsOwnAuthority asks a server with an unknown authority.
func TestServerWithItsOwnAuthority(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"data": [], "message": null}`))
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(ca, data, 0o600); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, packctl(t, "list", "--server", server.URL, "--ca-file", ca), exitOK)
	if o := packctl(t, "list", "--server", server.URL); o.status != exitFailed || !strings.Contains(o.stderr, "certificate") {
		t.Errorf("got %+v", o)
	}
}

// TestWhatServersAreAsked runs command lines and looks at the requests, which the
// server refuses.
func TestWhatServersAreAsked(t *testing.T) {
	t.Parallel()
	tests := []struct{ line, want string }{
		{"build /a /b", `build-envs {"pack_paths": ["/a", "/b"], "python_version": "", "nodejs_version": ""}`},
		{
			"build /a --python 3.12 --node 22 --skip-node --rebuild",
			`build-envs {"pack_paths": ["/a"], "python_version": "3.12", "nodejs_version": "22", "skip_nodejs": true, "force_rebuild": true}`,
		},
		{"register /a", `register-batch {"pack_paths": ["/a"], "replace": "never"}`},
		{"register /a --replace upgrade --skip-tests", `register-batch {"pack_paths": ["/a"], "replace": "upgrade", "skip_tests": true}`},
		{"register /a --force", `register-batch {"pack_paths": ["/a"], "replace": "any", "ignore_test_failures": true}`},
		{"install slack@^2 /a --rev main --force --allow-break *", `install {"packs": ["slack@^2", "/a"], "ref_spec": "main", "replace": "any", "allow_break": ["*"], "ignore_test_failures": true}`},
		{"install slack --skip-tests --skip-envs", `install {"packs": ["slack"], "replace": "upgrade", "skip_tests": true, "skip_envs": true}`},
		{"download slack --dest /d --rev v1", `download {"packs": ["slack"], "destination_dir": "/d", "ref_spec": "v1"}`},
		{"download slack --dest /d --unverified", `download {"packs": ["slack"], "destination_dir": "/d", "verify_ssl": false}`},
		{"deps /a", `dependencies {"pack_paths": ["/a"]}`},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			t.Parallel()
			var path string
			var got any
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				path = strings.TrimPrefix(r.URL.Path, "/api/v1/packs/")
				if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
					t.Error(err)
				}
				w.WriteHeader(http.StatusUnprocessableEntity)
				_, _ = w.Write([]byte(`{"error": "not today", "code": "invalid_request", "details": null}`))
			}))
			t.Cleanup(server.Close)
			o := packctl(t, append(strings.Fields(tt.line), "--server", server.URL)...)
			if o.status != exitFailed || o.stdout != "" || o.stderr != "packctl: not today\n" {
				t.Errorf("got %+v", o)
			}
			kind, body, _ := strings.Cut(tt.want, " ")
			var want any
			if err := json.Unmarshal([]byte(body), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" || path != kind {
				t.Errorf("%s -want +got:\n%s", path, diff)
			}
		})
	}
}
