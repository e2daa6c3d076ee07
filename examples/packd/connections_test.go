package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// dialRaw connects and sends a text.
func dialRaw(t *testing.T, url, text string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprint(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

// wantClosed waits until the other side has closed a connection.
func wantClosed(t *testing.T, conn net.Conn) {
	t.Helper()
	buffer := make([]byte, 1<<10)
	for {
		if _, err := conn.Read(buffer); err != nil {
			return // a test that waits for ever is ended by its own deadline
		}
	}
}

// TestSilentConnectionsAreClosed holds a request open and connects again and
// again, to say nothing, half of a request, or a whole one and nothing more.
func TestSilentConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	const places = 3
	began, end := make(chan struct{}), make(chan struct{})
	hs := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(began)
			<-end
		}
		_, _ = fmt.Fprint(w, "done")
	}))
	hs.Config.ConnState = newConnections(places).state
	hs.Start()
	t.Cleanup(hs.Close)
	slow := dialRaw(t, hs.URL, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
	<-began
	silent := []net.Conn{
		dialRaw(t, hs.URL, ""),
		dialRaw(t, hs.URL, "GET / HTTP/1.1\r\nHost"),
		dialRaw(t, hs.URL, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
	}
	for range 2 * places { // each takes the place of the longest silent one
		silent = append(silent, dialRaw(t, hs.URL, ""))
	}
	for _, conn := range silent[:len(silent)-places+1] {
		wantClosed(t, conn)
	}
	// There is room for active clients.
	for range 5 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, hs.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	close(end)
	answer := make([]byte, 15)
	if _, err := slow.Read(answer); err != nil || string(answer) != "HTTP/1.1 200 OK" {
		t.Errorf("the slow request got %q, %v", answer, err)
	}
}

// TestConnectionsThatAreAllServed refuses new connections when all places are taken
// by requests, and closes no other connection.
func TestConnectionsThatAreAllServed(t *testing.T) {
	t.Parallel()
	began, end := make(chan struct{}), make(chan struct{})
	hs := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		began <- struct{}{}
		<-end
	}))
	hs.Config.ConnState = newConnections(2).state
	hs.Start()
	t.Cleanup(hs.Close)
	var served []net.Conn
	for range 2 {
		served = append(served, dialRaw(t, hs.URL, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
		<-began
	}
	wantClosed(t, dialRaw(t, hs.URL, ""))
	close(end)
	for _, conn := range served {
		answer := make([]byte, 15)
		if _, err := conn.Read(answer); err != nil || string(answer) != "HTTP/1.1 200 OK" {
			t.Errorf("got %q, %v", answer, err)
		}
		wantClosed(t, conn)
	}
	dialRaw(t, hs.URL, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-began // there is room again
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
