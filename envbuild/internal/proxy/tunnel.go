package proxy

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// tunnel connects a tool with a server.
func (p *Proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	if _, _, err := net.SplitHostPort(r.Host); err != nil {
		http.Error(w, "name a host and a port", http.StatusBadRequest)
		return
	}
	if err := p.rules.CheckURL(&url.URL{Scheme: "https", Host: r.Host}); err != nil {
		p.deny(w, r.Host, err)
		return
	}
	server, err := p.connect(r.Context(), r.Host)
	if err != nil {
		p.deny(w, r.Host, err)
		return
	}
	client, from, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = server.Close() // nothing was sent
		return
	}
	// Hijacked connections are no longer those of the server.
	stop := context.AfterFunc(r.Context(), func() { _, _ = client.Close(), server.Close() })
	defer stop()
	defer func() { _, _ = client.Close(), server.Close() }() // both may be closed already
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	if p.carriesTLS(client, from.Reader, r.Host) {
		exchange(&buffered{Conn: client, from: from.Reader}, server)
	}
}

// connect connects to an address that the rules allow.
func (p *Proxy) connect(ctx context.Context, address string) (net.Conn, error) {
	if p.upstream != nil {
		return p.upstream.tunnel(ctx, address)
	}
	return p.dialer.Dial(ctx, "tcp", address)
}

const (
	handshakeRecord = 0x16 // begins whatever is TLS
	firstByte       = 30 * time.Second
)

// carriesTLS reports whether what a client sends is TLS, or may be something else.
func (p *Proxy) carriesTLS(client net.Conn, from *bufio.Reader, address string) bool {
	_ = client.SetReadDeadline(time.Now().Add(firstByte)) // a closed one fails below
	first, err := from.Peek(1)
	if err != nil || client.SetReadDeadline(time.Time{}) != nil {
		return false
	}
	if first[0] == handshakeRecord {
		return true
	}
	err = p.rules.CheckURL(&url.URL{Scheme: "http", Host: address})
	if err != nil {
		p.note(address, err)
	}
	return err == nil
}

// exchange copies in both directions until both have ended, or one has failed.
func exchange(client, server net.Conn) {
	done := make(chan bool, 2) // whether it went well
	send := func(to, from net.Conn) {
		_, err := io.Copy(to, from)
		done <- errors.Join(err, closeWrite(to)) == nil
	}
	go send(server, client)
	go send(client, server)
	if <-done {
		<-done
		return
	}
	_, _ = client.Close(), server.Close() // ends the other direction
	<-done
}

// closeWrite says that nothing more is sent.
func closeWrite(c net.Conn) error {
	for {
		switch conn := c.(type) {
		case interface{ CloseWrite() error }:
			return conn.CloseWrite()
		case *buffered:
			c = conn.Conn
		default:
			return c.Close()
		}
	}
}
