package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/examples/packd/wire"
)

// socket connects to the events of an operation.
func (f *fixture) socket(id, query string, header http.Header) (*websocket.Conn, *http.Response, error) {
	if header == nil {
		header = http.Header{}
	}
	header.Set("Authorization", "Bearer "+tokenRead)
	path := strings.Replace(f.url, "http://", "ws://", 1) + "/api/v1/operations/" + id + "/ws" + query
	return websocket.Dial(f.t.Context(), path, &websocket.DialOptions{HTTPHeader: header})
}

// readSocket reads events until the connection ends, and returns why it did.
func (f *fixture) readSocket(conn *websocket.Conn, take func(wire.Event)) websocket.StatusCode {
	f.t.Helper()
	for {
		kind, data, err := conn.Read(f.t.Context())
		if err != nil {
			return websocket.CloseStatus(err)
		}
		var e wire.Event
		if err := json.Unmarshal(data, &e); err != nil || kind != websocket.MessageText {
			f.t.Errorf("message %v %q: %v", kind, data, err)
		}
		take(e)
	}
}

func TestSocketShowsTheSameEvents(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.Streams.Heartbeat = 5 * time.Millisecond })
	gate := filepath.Join(t.TempDir(), "gate")
	id := f.begin(writeGated(t, f.allowed, "gated", gate))
	conn, _, err := f.socket(id, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	var got []wire.Event
	status := f.readSocket(conn, func(e wire.Event) {
		if got = append(got, e); e.Stage == "tests" {
			openGate(t, gate)
		}
	})
	want := f.events(id)
	if diff := cmp.Diff(want, got); diff != "" || status != websocket.StatusNormalClosure {
		t.Errorf("status %v, events (-want +got)\n%s", status, diff)
	}

	again, _, err := f.socket(id, "?after=2", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.CloseNow() }()
	got = nil
	f.readSocket(again, func(e wire.Event) { got = append(got, e) })
	if diff := cmp.Diff(want[2:], got); diff != "" {
		t.Errorf("after 2 (-want +got)\n%s", diff)
	}
}

func TestSocketRefusesOtherOrigins(t *testing.T) {
	t.Parallel()
	var id string
	f := start(t, func(c *api.Config) { id = writeOperation(t, c.Host.Root, 3) })
	_, resp, err := f.socket(id, "", http.Header{"Origin": {"https://elsewhere.example"}})
	if err == nil || resp.StatusCode != http.StatusForbidden {
		t.Fatalf("got %v, %v", resp, err)
	}
	conn, _, err := f.socket(id, "", http.Header{"Origin": {f.url}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	if status := f.readSocket(conn, func(wire.Event) {}); status != websocket.StatusNormalClosure {
		t.Errorf("status %v", status)
	}
}

func TestSocketEndsWithTheServer(t *testing.T) {
	t.Parallel()
	f := start(t)
	id := f.begin(writeGated(t, f.allowed, "gated", filepath.Join(t.TempDir(), "never")))
	conn, _, err := f.socket(id, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	now, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.server.Finish(now); err != nil {
		t.Error(err)
	}
	if status := f.readSocket(conn, func(wire.Event) {}); status != websocket.StatusGoingAway {
		t.Errorf("status %v", status)
	}
}

// TestSocketOfReaderThatStopsInAMessage announces a message that never comes: in
// the end the server lets the connection go.
func TestSocketOfReaderThatStopsInAMessage(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) {
		c.Streams = api.StreamLimits{Heartbeat: 50 * time.Millisecond, WriteTimeout: 50 * time.Millisecond}
	})
	id := f.begin(writeGated(t, f.allowed, "gated", filepath.Join(t.TempDir(), "never")))
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(f.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Minute)) // rather than waiting for ever
	_, err = fmt.Fprintf(conn, "GET /api/v1/operations/%s/ws HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\x81\xff\x40\x00\x00\x00\x00\x00\x00\x00mask", id, tokenRead)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); err != nil || !strings.HasPrefix(string(got), "HTTP/1.1 101") {
		t.Errorf("%v, got %q", err, got)
	}
}
