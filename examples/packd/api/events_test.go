package api_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/examples/packd/wire"
)

// TestEventsAreLive installs packs of which one can only be downloaded, and
// another one only be tested, after the reader was notified that this has begun.
func TestEventsAreLive(t *testing.T) {
	t.Parallel()
	w := serveSamples(t)
	f := start(t, withWorld(t, w))
	notified := make(chan struct{})
	late := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-notified:
		case <-r.Context().Done():
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(late.Close)
	gate, archive := filepath.Join(t.TempDir(), "gate"), late.URL+"/late.tar.gz"
	gated := writeGated(t, f.allowed, "gated", gate)

	id := f.begin("hello", w.Git(), w.Archive(), w.Directory(), gated, archive)
	body, err := f.connect(t.Context(), id, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = body.Close() }()
	finished := map[pack.Stage][]string{}
	var last wire.Event
	err = readEvents(body, func(e wire.Event) bool {
		switch {
		case e.Kind == pack.EventStarted && e.Stage == pack.StageDownload && e.Spec == archive:
			close(notified)
		case e.Kind == pack.EventStarted && e.Stage == pack.StageTests && e.Spec == gated:
			openGate(t, gate)
		case e.Kind == pack.EventFinished:
			finished[e.Stage] = append(finished[e.Stage], e.Spec)
		}
		last = e
		return true
	})
	if err != nil || last.Kind != wire.EventCompleted {
		t.Fatalf("the last event is %+v, %v", last, err)
	}
	for stage, specs := range map[pack.Stage][]string{
		pack.StageDownload: {"hello", w.Git(), w.Archive(), w.Directory(), gated}, pack.StageDependencies: {w.Directory()},
		pack.StageEnvironments: {w.Git(), w.Archive()}, pack.StageTests: {"hello", gated}, pack.StageRegistration: {"hello", w.Git(), w.Archive(), w.Directory(), gated},
	} {
		for _, spec := range specs {
			if !slices.Contains(finished[stage], spec) {
				t.Errorf("%s of %s: not reported; finished %v", stage, spec, finished[stage])
			}
		}
	}
	op := f.operation(id)
	if op.State != wire.StateCompleted || op.LastEvent != last.Seq || len(op.Progress) != 6 {
		t.Errorf("got %+v", op)
	}
}

// TestReadersThatComeBackMissNothing cuts the connections of readers at random
// points while packs are installed.
func TestReadersThatComeBackMissNothing(t *testing.T) {
	t.Parallel()
	f := start(t)
	gate := filepath.Join(t.TempDir(), "gate")
	var specs []string
	for i := range 8 {
		specs = append(specs, writePack(t, f.allowed, fmt.Sprintf("plain%d", i), "1.0.0"))
	}
	id := f.begin(append(specs, writeGated(t, f.allowed, "gated", gate))...)
	got := make([][]wire.Event, 5)
	var readers sync.WaitGroup
	for i := range got {
		readers.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for len(got[i]) == 0 || got[i][len(got[i])-1].Kind != wire.EventCompleted {
				var err error
				if got[i], err = f.readSome(id, got[i], 1+random.IntN(12)); err != nil {
					t.Error(err)
					return
				}
				if len(got[i]) > 40 {
					openGate(t, gate)
				}
			}
		})
	}
	readers.Wait()
	want := f.events(id)
	for i, e := range want {
		if e.Seq != uint64(i+1) {
			t.Errorf("event %d has number %d", i+1, e.Seq)
		}
	}
	for i := range got {
		if diff := cmp.Diff(want, got[i]); diff != "" {
			t.Errorf("reader %d (-want +got)\n%s", i, diff)
		}
	}
}

// TestReaderThatDoesNotReadIsDropped has more events than sockets hold, and one
// place for readers.
func TestReaderThatDoesNotReadIsDropped(t *testing.T) {
	t.Parallel()
	const n = 3000 // 12 MB
	for name, handshake := range map[string]string{
		"events": "",
		"ws":     "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var id string
			f := start(t, func(c *api.Config) {
				c.Streams = api.StreamLimits{Max: 1, WriteTimeout: time.Second}
				id = writeOperation(t, c.Host.Root, n)
			})
			dead := dial(t, f.url)
			fmt.Fprintf(dead, "GET /api/v1/operations/%s/%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n%s\r\n", id, name, dead.RemoteAddr(), tokenRead, handshake)
			if _, err := dead.Read(make([]byte, 10)); err != nil {
				t.Fatal(err)
			}
			for refused := 0; ; refused++ {
				a := f.plain("GET", "/api/v1/operations/"+id+"/events?after="+fmt.Sprint(n-1), request{token: tokenRead})
				if a.status == http.StatusOK {
					break
				}
				if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" || t.Context().Err() != nil {
					t.Fatalf("status %d: %s", a.status, a.body)
				}
			}
		})
	}
}

// TestStreamsAreBoundedByToken takes all places that one token has, with both
// kinds of streams: others have theirs still.
func TestStreamsAreBoundedByToken(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.Streams = api.StreamLimits{Max: 4, PerToken: 2} })
	gate := filepath.Join(t.TempDir(), "gate")
	id := f.begin(writeGated(t, f.allowed, "gated", gate))
	ctx, cut := context.WithCancel(t.Context())
	defer cut()
	stream, err := f.connect(ctx, id, 0) // of tokenAll
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	for range 2 {
		conn, _, err := f.socket(id, "", nil) // of tokenRead
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.CloseNow() }()
	}
	for _, kind := range []string{"events", "ws"} {
		a := f.call("GET", "/api/v1/operations/"+id+"/"+kind, request{token: tokenRead})
		f.wantError(kind, a, refusal{status: http.StatusTooManyRequests, code: "busy", detail: `"max":2`})
		if a.header.Get("Retry-After") == "" {
			t.Error("nothing says when to come back")
		}
	}
	second, err := f.connect(t.Context(), id, 0)
	if err != nil {
		t.Fatalf("another token: %v", err)
	}
	defer func() { _ = second.Close() }()
	third := func() answer {
		return f.plain("GET", "/api/v1/operations/"+id+"/events", request{})
	}
	wantStatus(t, third(), http.StatusTooManyRequests)
	cut()
	openGate(t, gate)
	poll(t, "a place", func() bool { return third().status == http.StatusOK })
}

func TestEventsOfRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	var id string
	f := start(t, func(c *api.Config) {
		c.Streams.Max = 1
		id = writeOperation(t, c.Host.Root, 3)
	})
	for name, tc := range map[string]struct {
		path, token string
		status      int
	}{
		"unknown":       {"/x/events", tokenRead, http.StatusNotFound},
		"no token":      {"/" + id + "/events", "-", http.StatusUnauthorized},
		"wrong scope":   {"/" + id + "/events", tokenInstall, http.StatusForbidden},
		"bad number":    {"/" + id + "/events?after=-1", tokenRead, http.StatusUnprocessableEntity},
		"after the end": {"/" + id + "/events?after=3", tokenRead, http.StatusOK},
		"far after":     {"/" + id + "/events?after=99", tokenRead, http.StatusOK},
		"no websocket":  {"/" + id + "/ws", tokenRead, http.StatusUpgradeRequired},
		"unknown by ws": {"/x/ws", tokenRead, http.StatusNotFound},
		"no token, ws":  {"/" + id + "/ws", "-", http.StatusUnauthorized},
	} {
		a := f.call("GET", "/api/v1/operations"+tc.path, request{token: tc.token})
		if a.status != tc.status || tc.status == http.StatusOK && len(a.body) > 0 {
			t.Errorf("%s: status %d\n%s", name, a.status, a.body)
		}
	}
}

func TestStreamsShowThatTheyLiveAndEndWithTheServer(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.Streams.Heartbeat = 5 * time.Millisecond })
	id := f.begin(writeGated(t, f.allowed, "gated", filepath.Join(t.TempDir(), "never")))
	body, err := f.connect(t.Context(), id, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = body.Close() }()
	lines := bufio.NewReader(body)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, ":") {
			break
		}
	}
	now, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.server.Finish(now); err != nil {
		t.Error(err)
	}
	err = readEvents(lines, func(e wire.Event) bool {
		if e.Kind == wire.EventCompleted || e.Kind == wire.EventFailed || e.Kind == wire.EventCancelled {
			t.Errorf("an interrupted operation ended: %+v", e)
		}
		return true
	})
	if err != nil {
		t.Error(err)
	}
	if op := f.operation(id); op.State != wire.StateQueued {
		t.Errorf("got %+v", op)
	}
}

// TestKindsOfOperations wants the document to name every kind of work.
func TestKindsOfOperations(t *testing.T) {
	t.Parallel()
	f := start(t)
	parameters, _ := f.api.at("paths", "/api/v1/operations", "get", "parameters").([]any)
	for _, p := range parameters {
		p, _ := p.(m)
		if schema, _ := p["schema"].(m); p["name"] == "kind" {
			less := func(a, b any) bool { return fmt.Sprint(a) < fmt.Sprint(b) }
			if diff := cmp.Diff(f.server.Kinds(), schema["enum"], cmpopts.SortSlices(less)); diff != "" {
				t.Errorf("-done +described:\n%s", diff)
			}
			return
		}
	}
	t.Error("there is no parameter for kinds")
}

func TestOperationsAreListedAndCancelled(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.MaxJobs = 1 })
	gated := writeGated(t, f.allowed, "gated", filepath.Join(t.TempDir(), "never"))
	runs, waits := f.begin(gated), f.begin(gated)
	for _, id := range []string{waits, runs, runs} {
		a := f.call("POST", "/api/v1/operations/"+id+"/cancel", request{token: tokenInstall})
		wantStatus(t, a, http.StatusOK)
	}
	for _, id := range []string{runs, waits} {
		if events := f.events(id); events[len(events)-1].Kind != wire.EventCancelled {
			t.Errorf("events %+v", events)
		}
	}
	if op := f.operation(runs); op.State != wire.StateCancelled || op.Error == nil || op.Error.Code != pack.CodeCancelled {
		t.Errorf("got %+v", op)
	}
	for query, want := range map[string][]any{
		"": {waits, runs}, "?limit=1": {waits}, "?before=" + waits: {runs}, "?state=cancelled": {waits, runs}, "?state=queued": nil, "?kind=download": nil,
	} {
		a := f.call("GET", "/api/v1/operations"+query, request{token: tokenRead})
		var ids []any
		for _, op := range decode(t, a)["data"].(list) { //nolint:forcetypeassert // a test
			ids = append(ids, op.(m)["id"]) //nolint:forcetypeassert // a test
		}
		if diff := cmp.Diff(want, ids); diff != "" {
			t.Errorf("%q (-want +got)\n%s", query, diff)
		}
	}
	for path, status := range map[string]int{"?state=x": 422, "?limit=0": 422, "/x": 404} {
		wantStatus(t, f.call("GET", "/api/v1/operations"+path, request{}), status)
	}
	wantStatus(t, f.call("POST", "/api/v1/operations/x/cancel", request{}), http.StatusNotFound)
	wantStatus(t, f.call("POST", "/api/v1/operations/"+runs+"/cancel", request{token: tokenRead}), http.StatusForbidden)
}
