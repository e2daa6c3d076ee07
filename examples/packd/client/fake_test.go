package client_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
)

const token = "s3cret-token"

// connect returns a client of a server that h is, which does not wait long.
func connect(t *testing.T, h http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return newClient(t, client.Config{URL: server.URL})
}

func newClient(t *testing.T, config client.Config) *client.Client {
	t.Helper()
	config.Token = token
	config.MaxPause = time.Millisecond
	c, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answer writes data as packd does.
func answer(w http.ResponseWriter, status int, data any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(wire.Envelope[any]{Data: data})
}

// refuse writes an error as packd does.
func refuse(w http.ResponseWriter, status int, code pack.Code, text string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": text, "code": code, "details": nil})
}

// hangUp breaks the connection in the middle of an answer.
func hangUp() { panic(http.ErrAbortHandler) }

// A fakeOperation is one operation "op" and its events. Each method may be
// called by several connections.
type fakeOperation struct {
	mu     sync.Mutex
	op     wire.Operation
	events []wire.Event
	keys   []string // the idempotency keys it was submitted with
}

// newOperation returns an operation that is over, with n events before the last.
func newOperation(n int) *fakeOperation {
	f := &fakeOperation{op: wire.Operation{ID: "op", Kind: wire.KindInstall, State: wire.StateRunning}}
	for range n {
		f.add(pack.EventProgress, wire.StateRunning)
	}
	f.add(wire.EventCompleted, wire.StateCompleted)
	return f
}

func (f *fakeOperation) add(kind pack.EventKind, state wire.State) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.op.LastEvent++
	f.op.State = state
	e := wire.Event{Seq: f.op.LastEvent, Kind: kind, Stage: pack.StageDownload, Spec: "slack", Message: "train \u2028 line"}
	f.events = append(f.events, e)
}

func (f *fakeOperation) get() wire.Operation {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.op
}

// text returns the events after the given one as a stream.
func (f *fakeOperation) text(after uint64) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b bytes.Buffer
	for _, e := range f.events {
		if e.Seq > after {
			data, _ := json.Marshal(e)
			fmt.Fprintf(&b, "id: %d\nevent: %s\ndata: %s\n\n: still here\n\n", e.Seq, e.Kind, data)
		}
	}
	return b.Bytes()
}

// ServeHTTP answers as packd does once the operation is over.
func (f *fakeOperation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "POST /api/v1/packs/install":
		f.mu.Lock()
		f.keys = append(f.keys, r.Header.Get("Idempotency-Key")+" "+r.Header.Get("Prefer"))
		f.mu.Unlock()
		answer(w, http.StatusAccepted, f.get())
	case "GET /api/v1/operations/op":
		answer(w, http.StatusOK, f.get())
	case "GET /api/v1/operations/op/events":
		_, _ = w.Write(f.text(lastEventID(r)))
	default:
		refuse(w, http.StatusNotFound, pack.CodeNotFound, "there is no "+r.URL.Path)
	}
}

func lastEventID(r *http.Request) uint64 {
	n, _ := strconv.ParseUint(r.Header.Get("Last-Event-ID"), 10, 64)
	return n
}

// isEvents reports whether r asks for a stream.
func isEvents(r *http.Request) bool { return r.Header.Get("Accept") == "text/event-stream" }

// body returns the body of a request as JSON.
func body(t *testing.T, r *http.Request) map[string]any {
	t.Helper()
	data, err := io.ReadAll(r.Body)
	var v map[string]any
	if err == nil {
		err = json.Unmarshal(data, &v)
	}
	if err != nil {
		t.Errorf("body %q: %v", data, err)
	}
	return v
}
