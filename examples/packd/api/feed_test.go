package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// changesSince asks for the changes after a position.
func (f *fixture) changesSince(since int64) wire.Changes {
	f.t.Helper()
	a := f.call("GET", fmt.Sprint("/api/v1/changes?since=", since), request{})
	wantStatus(f.t, a, http.StatusOK)
	var body wire.Envelope[wire.Changes]
	if err := json.Unmarshal(a.body, &body); err != nil {
		f.t.Fatal(err)
	}
	return body.Data
}

// movesOf lists "ref from>to" of the packs in changes.
func movesOf(changes []registry.Change) []string {
	var moves []string
	for _, c := range changes {
		for _, p := range c.Packs {
			moves = append(moves, fmt.Sprintf("%s %s>%s", p.Ref, p.From.Version, p.To.Version))
		}
	}
	return moves
}

// TestChanges installs in the background, at once, rolls back and removes, and reads
// what changed.
func TestChanges(t *testing.T) {
	t.Parallel()
	f := start(t)
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "demo", "1.0.0")}}), 200)
	id := f.begin(writePack(t, f.allowed, "lib", "1.0.0"))
	f.events(id)
	now := f.changesSince(-1)
	if len(now.Changes) != 0 {
		t.Errorf("changes since now: %+v", now.Changes)
	}
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "demo", "1.1.0")}, "replace": "upgrade"}), 200)
	wantStatus(t, f.call("POST", "/api/v1/packs/demo/rollback", request{}), 200)
	wantStatus(t, f.call("DELETE", "/api/v1/packs/demo", request{}), 200)

	all := f.changesSince(0)
	want := []string{"demo >1.0.0", "lib >1.0.0", "demo 1.0.0>1.1.0", "demo 1.1.0>1.0.0", "demo 1.0.0>"}
	if diff := cmp.Diff(want, movesOf(all.Changes)); diff != "" {
		t.Errorf("changes (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(want[2:], movesOf(f.changesSince(now.Next).Changes)); diff != "" {
		t.Errorf("changes since then (-want +got)\n%s", diff)
	}
	for _, c := range all.Changes {
		if c.Actor == "" || !strings.Contains(f.log.String(), c.Actor) || strings.Contains(tokenAll, c.Actor) {
			t.Errorf("actor %q is not the name of the token", c.Actor)
		}
	}
	a := f.call("GET", fmt.Sprint("/api/v1/changes?since=", all.Next+1), request{})
	f.wantError("a position that is not there yet", a, refusal{status: 404, code: "not_found"})
	if !strings.Contains(string(a.body), fmt.Sprintf(`"details":{"next":%d}`, all.Next)) {
		t.Errorf("got %s", a.body)
	}
	wantStatus(t, f.call("GET", "/api/v1/changes?since=-2", request{}), 422)
	wantStatus(t, f.call("GET", "/api/v1/changes/events?since=1000", request{}), 404)
	wantStatus(t, f.call("GET", "/api/v1/changes/events", request{token: tokenInstall}), 403)
}

// followChanges begins to read the stream of changes.
func (f *fixture) followChanges(ctx context.Context, query, last string) io.ReadCloser {
	f.t.Helper()
	req := f.request("GET", "/api/v1/changes/events"+query, request{accept: "text/event-stream"}).WithContext(ctx)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := new(http.Client).Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = resp.Body.Close() })
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || kind != "text/event-stream" {
		f.t.Fatalf("status %d, type %s", resp.StatusCode, kind)
	}
	return resp.Body
}

// nextChange reads a change and the id of its event, after any signs of life.
func nextChange(t *testing.T, lines *bufio.Scanner) (c registry.Change, id string) {
	t.Helper()
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			id = value
		case "event":
			if value != "change" {
				t.Errorf("event %q", value)
			}
		case "data":
			if err := json.Unmarshal([]byte(value), &c); err != nil {
				t.Fatal(err)
			}
			return c, id
		}
	}
	t.Fatalf("the stream ended: %v", lines.Err())
	return c, id
}

// TestStreamOfChanges follows changes while they happen, and again after a break.
func TestStreamOfChanges(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) {
		c.Streams.Poll, c.Streams.Heartbeat = 5*time.Millisecond, 10*time.Millisecond
	})
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "demo", "1.0.0")}}), 200)
	ctx, cancel := context.WithCancel(t.Context())
	lines := bufio.NewScanner(f.followChanges(ctx, "?since=0", ""))
	first, id := nextChange(t, lines)
	wantStatus(t, f.call("DELETE", "/api/v1/packs/demo", request{}), 200)
	second, _ := nextChange(t, lines)
	if diff := cmp.Diff([]string{"demo >1.0.0", "demo 1.0.0>"}, movesOf([]registry.Change{first, second})); diff != "" || id != fmt.Sprint(first.Position) {
		t.Errorf("id %s of %d (-want +got)\n%s", id, first.Position, diff)
	}
	cancel()
	again, _ := nextChange(t, bufio.NewScanner(f.followChanges(t.Context(), "", id)))
	if diff := cmp.Diff(second, again); diff != "" {
		t.Errorf("after a break (-want +got)\n%s", diff)
	}

	rest := bufio.NewScanner(f.followChanges(t.Context(), "?since=-1", ""))
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "lib", "1.0.0")}}), 200)
	if c, _ := nextChange(t, rest); c.Packs[0].Ref != "lib" {
		t.Errorf("since now: got %+v", c)
	}
	if err := f.server.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	for rest.Scan() {
		if strings.HasPrefix(rest.Text(), "data") {
			t.Errorf("after the end: %s", rest.Text())
		}
	}
	if err := rest.Err(); err != nil {
		t.Errorf("the stream was cut off: %v", err)
	}
}
