package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/examples/packd/wire"
)

const (
	tokenMine  = "canary-mine"
	tokenOther = "canary-other"
)

// twoTokens adds tokens with all scopes but admin.
func twoTokens(c *api.Config) {
	scopes := []api.Scope{api.ScopeRead, api.ScopeInstall, api.ScopeConfigure}
	c.Tokens = append(c.Tokens, api.Token{Name: "mine", Secret: tokenMine, Scopes: scopes}, api.Token{Name: "other", Secret: tokenOther, Scopes: scopes})
}

// TestOperationsArePrivate: to another token, an operation looks like one that does not
// exist, whatever it asks; the scope admin shows it.
func TestOperationsArePrivate(t *testing.T) {
	t.Parallel()
	f := start(t, twoTokens)
	r := request{token: tokenMine, body: asJSON(t, f.valid("install")), key: "k"}
	id, _ := f.accept("install", r)["id"].(string)
	f.events(id)
	r.token = tokenOther
	if other, _ := f.accept("install", r)["id"].(string); other == id {
		t.Error("the same key of another token names the same operation")
	}
	at := "/api/v1/operations/" + id
	for _, tt := range []struct{ method, path string }{
		{"GET", at}, {"GET", at + "/events"}, {"GET", at + "/ws"}, {"POST", at + "/cancel"}, {"POST", at + "/ticket"},
	} {
		got := f.call(tt.method, tt.path, request{token: tokenOther})
		want := f.call(tt.method, strings.Replace(tt.path, id, "0123456789abcdef-abcdefghijkl", 1), request{token: tokenOther})
		wantStatus(t, got, http.StatusNotFound)
		if strings.ReplaceAll(string(got.body), id, "0123456789abcdef-abcdefghijkl") != string(want.body) {
			t.Errorf("%s %s: got %s, want %s", tt.method, tt.path, got.body, want.body)
		}
	}
	for token, want := range map[string]int{tokenMine: 1, tokenOther: 1, tokenRead: 2} {
		list := decode(t, f.call("GET", "/api/v1/operations", request{token: token}))["data"].(list) //nolint:forcetypeassert // a test
		if len(list) != want {
			t.Errorf("%s: %d operations are listed, want %d", token, len(list), want)
		}
	}
	for token, want := range map[string]int{tokenMine: 200, tokenRead: 200, tokenInstall: 403} {
		wantStatus(t, f.call("GET", at, request{token: token}), want)
	}
	if op := f.operation(id); op.Actor != "mine" {
		t.Errorf("the actor is %q", op.Actor)
	}
}

// ticket asks for a ticket.
func (f *fixture) ticket(path, token string) string {
	f.t.Helper()
	a := f.call("POST", path+"/ticket", request{token: token})
	wantStatus(f.t, a, 200)
	var body struct{ Data wire.Ticket }
	if err := json.Unmarshal(a.body, &body); err != nil || body.Data.Expires.IsZero() {
		f.t.Fatalf("%v: %s", err, a.body)
	}
	return body.Data.Ticket
}

// TestTickets: a ticket admits to the stream it was issued for, once, and to nothing else.
func TestTickets(t *testing.T) {
	t.Parallel()
	f := start(t, twoTokens)
	begin := func() string {
		id, _ := f.accept("install", request{token: tokenMine, body: asJSON(t, f.valid("install"))})["id"].(string)
		f.events(id)
		return "/api/v1/operations/" + id
	}
	mine, second := begin(), begin()
	get := func(path, ticket string) answer {
		return f.call("GET", path+"?ticket="+ticket, request{token: "-"})
	}
	ticket := f.ticket(mine, tokenMine)
	for _, path := range []string{second + "/events", "/api/v1/changes/events"} {
		wantStatus(t, get(path, ticket), http.StatusUnauthorized)
	}
	for _, path := range []string{mine, "/api/v1/operations", packsPath} { // they take none
		wantStatus(t, f.plain("GET", path+"?ticket="+ticket, request{token: "-"}), http.StatusUnauthorized)
		wantStatus(t, f.plain("GET", path+"?ticket="+ticket, request{token: tokenMine}), http.StatusUnprocessableEntity)
	}
	a := get(mine+"/events", ticket)
	if wantStatus(t, a, 200); !strings.Contains(string(a.body), "event: completed") {
		t.Errorf("got %s", a.body)
	}
	wantStatus(t, get(mine+"/events", ticket), http.StatusUnauthorized)
	wantStatus(t, get(mine+"/events", "guessed"), http.StatusUnauthorized)

	url := "ws" + strings.TrimPrefix(f.url, "http") + mine + "/ws?ticket=" + f.ticket(mine, tokenMine)
	conn, _, err := websocket.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	if _, data, err := conn.Read(t.Context()); err != nil || !strings.Contains(string(data), "queued") {
		t.Errorf("got %s, %v", data, err)
	}
	wantStatus(t, f.call("POST", mine+"/ticket", request{token: tokenInstall}), http.StatusForbidden) // it may not read
	if i := strings.Index(f.log.String(), ticket); i >= 0 {
		t.Error("a ticket is in the log")
	}
}

// TestTicketsAreBounded: a token has a number of tickets, and does not use up those of
// another one.
func TestTicketsAreBounded(t *testing.T) {
	t.Parallel()
	f := start(t, twoTokens, func(c *api.Config) { c.Rate, c.Burst = 1e6, 1e6 })
	const path = "/api/v1/changes/ticket"
	got := map[int]int{}
	for range 200 {
		got[f.plain("POST", path, request{token: tokenMine}).status]++
	}
	if fmt.Sprint(got) != "map[200:128 429:72]" {
		t.Errorf("answers %v", got)
	}
	wantStatus(t, f.call("POST", path, request{token: tokenOther}), 200)
}
