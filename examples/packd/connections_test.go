package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// dialRaw connects and sends a text.
func dialRaw(t *testing.T, url, text string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprint(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

// wantClosed waits until the other side has closed a connection.
func wantClosed(t *testing.T, conn net.Conn) {
	t.Helper()
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("a connection stays open")
	}
}

// wantAnswered reads the status of an answer.
func wantAnswered(t *testing.T, conn net.Conn) {
	t.Helper()
	answer := make([]byte, len("HTTP/1.1 200 OK"))
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 200 OK" {
		t.Errorf("got %q, %v", answer, err)
	}
}

// TestSilentConnectionsAreClosed holds a request open and connects again and
// again, to say nothing, half of a request, or a whole one and nothing more.
func TestSilentConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	const places = 3
	began, end := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(end) })
	hs := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(began)
			<-end
		}
		_, _ = fmt.Fprint(w, "done")
	}))
	hs.Config.ConnState = newConnections(places).state
	hs.Start()
	t.Cleanup(hs.Close) // waits for the requests
	t.Cleanup(release)
	slow := dialRaw(t, hs.URL, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
	<-began
	silent := []net.Conn{
		dialRaw(t, hs.URL, ""),
		dialRaw(t, hs.URL, "GET / HTTP/1.1\r\nHost"),
		dialRaw(t, hs.URL, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
	}
	wantAnswered(t, silent[2])
	for range 2 * places { // each takes the place of the longest silent one
		silent = append(silent, dialRaw(t, hs.URL, ""))
	}
	for i, conn := range silent[:len(silent)-places+1] {
		if i != 2 { // which the server may call idle late
			wantClosed(t, conn)
		}
	}
	// There is room for an active client.
	client := new(http.Transport)
	t.Cleanup(client.CloseIdleConnections)
	for range 5 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, hs.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	release()
	wantAnswered(t, slow)
}

// TestConnectionsThatAreAllServed refuses new connections when all places are taken
// by requests, and closes no other connection.
func TestConnectionsThatAreAllServed(t *testing.T) {
	t.Parallel()
	began, end := make(chan struct{}, 2), make(chan struct{})
	release := sync.OnceFunc(func() { close(end) })
	hs := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		select {
		case began <- struct{}{}:
		default: // known already
		}
		<-end
	}))
	hs.Config.ConnState = newConnections(2).state
	hs.Start()
	t.Cleanup(hs.Close) // waits for the requests
	t.Cleanup(release)
	var served []net.Conn
	for range 2 {
		served = append(served, dialRaw(t, hs.URL, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
		<-began
	}
	wantClosed(t, dialRaw(t, hs.URL, ""))
	release()
	for _, conn := range served {
		wantAnswered(t, conn)
		wantClosed(t, conn)
	}
	for room := false; !room; { // as soon as the server knows that they are closed
		dialRaw(t, hs.URL, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		select {
		case <-began:
			room = true
		case <-time.After(10 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatal("there is no room again")
		}
	}
}

// TestClosedConnectionsTakeNoPlace tells of a request that was read before its
// connection was closed.
func TestClosedConnectionsTakeNoPlace(t *testing.T) {
	t.Parallel()
	all := newConnections(1)
	first, _ := net.Pipe()
	second, peer := net.Pipe()
	all.state(first, http.StateNew)
	all.state(second, http.StateNew) // closes the first
	all.state(first, http.StateActive)
	all.state(first, http.StateIdle)
	all.state(first, http.StateClosed)
	go func() { _, _ = peer.Write([]byte("open")) }()
	if _, err := io.ReadFull(second, make([]byte, 4)); err != nil {
		t.Error(err)
	}
	if len(all.all) != 1 || len(all.closed) != 0 {
		t.Errorf("%d connections, %d closed", len(all.all), len(all.closed))
	}
}

// TestConnectionsOfPackd holds more connections than there are places.
func TestConnectionsOfPackd(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := begin(t, p.args("--max-connections", "2")...)
	defer r.end()
	first := dialRaw(t, r.url, "")
	for range 3 {
		conn := dialRaw(t, r.url, "")
		defer func() { _ = conn.Close() }() // or packd waits for it in the end
	}
	wantClosed(t, first)
	if status, body := r.send("GET", "/api/v1/packs", ""); status != http.StatusOK {
		t.Errorf("status %d: %s", status, body)
	}
}
