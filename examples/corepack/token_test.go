package corepack_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestTokenIsNotAnArgument reads the arguments of all processes during a request.
func TestTokenIsNotAnArgument(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/cmdline"); err != nil {
		t.Skip("this system does not show processes as files")
	}
	eachShell(t, func(t *testing.T, sh shell) {
		t.Helper()
		const secret = "never-shown-token"
		asked, over := make(chan string, 1), make(chan struct{})
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked <- r.Header.Get("Authorization")
			<-over
			answer(http.StatusOK, typeReport, "{}")(w, r)
		}))
		defer s.Close()
		wait, err := sh.start(t.Context(), "download_packs", encode(t, "api_url", s.URL, "api_token", secret))
		if err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-asked:
			if got != "Bearer "+secret {
				t.Errorf("the server was sent %q", got)
			}
		case <-time.After(time.Minute):
			t.Fatal("there was no request")
		}
		if !shows(t, "cmdline", s.URL) {
			t.Error("curl was not among the processes, so that nothing is shown")
		}
		if shows(t, "cmdline", secret) || shows(t, "environ", secret) {
			t.Error("a process shows the token")
		}
		close(over)
		if got, err := wait(); err != nil || got != (outcome{stdout: "{}"}) {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

// shows reports whether a file of any process contains text.
func shows(t *testing.T, file, text string) bool {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f) // processes end all the time
		if err == nil && bytes.Contains(data, []byte(text)) {
			return true
		}
	}
	return false
}
