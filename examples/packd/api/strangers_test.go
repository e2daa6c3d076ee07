package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/examples/packd/api"
)

// from sends a request from an address of this test's choice and returns the status.
func (f *fixture) from(address, token, method, path string) int {
	f.t.Helper()
	r := httptest.NewRequestWithContext(f.t.Context(), method, path, nil)
	r.RemoteAddr = address + ":1234"
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	f.server.ServeHTTP(w, r)
	return w.Code
}

const packsPath = "/api/v1/packs"

// slowStrangers makes the limit of strangers one that is not refilled during a test.
func slowStrangers(c *api.Config) { c.StrangerRate, c.StrangerBurst = 1e-6, 100 }

// hostileGuesses guesses tokens. The one that is right is not told from the others once
// the limit is reached, and others are not affected.
func hostileGuesses(t *testing.T) {
	t.Parallel()
	f := start(t, slowStrangers)
	const guesser, other = "192.0.2.66", "192.0.2.1"
	if got := f.from(guesser, tokenRead, "GET", packsPath); got != 200 { // a client that shares the address
		t.Fatalf("got %d", got)
	}
	got := map[int]int{}
	for i := range 10_000 {
		guess := fmt.Sprintf("canary-%d", i)
		if i%100 == 99 {
			guess = tokenAll
		}
		got[f.from(guesser, guess, "GET", packsPath)]++
	}
	// One place was taken by the client. The hundredth guess is right, and too late.
	if diff := cmp.Diff(map[int]int{401: 99, 429: 9901}, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		name, address, token string
		want                 int
	}{
		{"the client at the same address", guesser, tokenRead, 200},
		{"the token of another client at the same address", guesser, tokenAll, 429},
		{"the token at another address", other, tokenAll, 200},
		{"a guess at another address", other, "canary-wrong", 401},
	} {
		if got := f.from(tt.address, tt.token, "GET", packsPath); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}

// hostileFlood sends what needs no token, without end: few lines are logged, which still
// account for all requests, and others are served.
func hostileFlood(t *testing.T) {
	t.Parallel()
	f := start(t, slowStrangers)
	before := len(f.log.String())
	got := map[int]int{}
	const rounds = 2000
	for range rounds {
		for _, path := range []string{"/nowhere", packsPath, "/healthz", "/readyz", "/docs"} {
			got[f.from("192.0.2.66", "", "GET", path)]++
		}
		got[f.from("192.0.2.66", "", "DELETE", "/healthz")]++
	}
	if served := 6*rounds - got[429]; served > 200 {
		t.Errorf("%d requests were served: %v", served, got)
	}
	f.server.EndLogInterval()
	lines := f.log.String()[before:]
	for token, path := range map[string]string{"": "/readyz", tokenRead: packsPath} {
		if got := f.from("192.0.2.1", token, "GET", path); got != 200 {
			t.Errorf("%s from another address: %d", path, got)
		}
	}
	if n := strings.Count(lines, "\n"); n > 500 { // about 25 in a minute
		t.Errorf("%d lines are logged", n)
	}
	if diff := cmp.Diff(got, loggedStatuses(t, lines, "192.0.2.66")); diff != "" {
		t.Errorf("the log (-sent +logged):\n%s", diff)
	}
}

// loggedStatuses counts the requests of a log by status, those that were summed up and the
// single ones of an address.
func loggedStatuses(t *testing.T, log, address string) map[int]int {
	t.Helper()
	all := map[int]int{}
	for line := range strings.Lines(log) {
		var entry struct {
			Msg, Address  string
			Status, Count int
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		switch {
		case entry.Count > 0:
			all[entry.Status] += entry.Count
		case entry.Msg == "request" && entry.Address == address:
			all[entry.Status]++
		}
	}
	maps.DeleteFunc(all, func(_, n int) bool { return n == 0 })
	return all
}

// TestLimitedTokensAreSummedUp: a token beyond its limit does not fill the log, which
// names it.
func TestLimitedTokensAreSummedUp(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.Rate, c.Burst = 1e-6, 1; c.Tokens[1].Name = "reader" })
	for range 1000 {
		f.from("192.0.2.1", tokenRead, "GET", packsPath)
	}
	f.server.EndLogInterval()
	log := f.log.String()
	if n := strings.Count(log, "\n"); n > 500 || !strings.Contains(log, `"status":429,"token":"reader"}`) {
		t.Errorf("%d lines:\n%.3000s", n, log)
	}
	if diff := cmp.Diff(map[int]int{200: 1, 429: 999}, loggedStatuses(t, log, "192.0.2.1")); diff != "" {
		t.Errorf("the log (-sent +logged):\n%s", diff)
	}
}
