package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestRunAsksAServer runs an action of the pack "core", whose parameters are delivered
// in dotenv format, and prints exactly the response of the server.
func TestRunAsksAServer(t *testing.T) {
	t.Parallel()
	need(t, "curl")
	const report = `{"downloaded_packs": [], "failed_packs": [{"source": "it's", "error": "é\n"}],  "total_count": 1}`
	var body, authorization string
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		body, authorization = string(data), r.Header.Get("Authorization")
		w.Header().Set("Content-Type", "application/vnd.packtrain.report+json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, report)
	}))
	defer server.Close()
	run := on(t, t.TempDir())
	wantStatus(t, run("install", "../corepack/core"), exitOK)

	call := []string{"run", "core.download_packs", `packs=["it's", "b\\n"]`, "destination_dir=/tmp/$(id)\n", "api_url=" + server.URL, "api_token=secret"}
	o := run(call...)
	wantStatus(t, o, exitOK)
	if o.stdout != report {
		t.Errorf("standard output is %q, want %q", o.stdout, report)
	}
	want := "packs='[\"it'\\''s\",\"b\\\\n\"]'\ndestination_dir='/tmp/$(id)\n'\ntimeout='300'\nverify_ssl='true'\n"
	if body != want || authorization != "Bearer secret" {
		t.Errorf("the server was sent %q by %q, want %q", body, authorization, want)
	}
	status = http.StatusUnprocessableEntity
	o = run(call...)
	wantStatus(t, o, exitFailed)
	if o.stdout != report {
		t.Errorf("standard output is %q, want %q", o.stdout, report)
	}
}
