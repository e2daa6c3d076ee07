package framing

import (
	"context"
	"net"
	"sync/atomic"
)

// Listen returns a listener whose connections are watched. It is for plain HTTP/1.1.
func Listen(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

// Accept waits for the next connection.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

// A conn is a connection that is watched.
type conn struct {
	net.Conn
	scanner scanner // used by one reader at a time, as net/http does
	odd     atomic.Bool
}

// Read reads what the client sends.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && !c.odd.Load() && c.scanner.scan(p[:n]) {
		c.odd.Store(true)
	}
	return n, err
}

type connKey struct{}

// Context is for the field ConnContext of an [http.Server].
func Context(ctx context.Context, c net.Conn) context.Context {
	if c, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// Odd reports whether a request with odd framing arrived on the connection of a
// request: it, an earlier one or one that was sent ahead. On connections that are not
// watched it is false.
func Odd(ctx context.Context) bool {
	c, ok := ctx.Value(connKey{}).(*conn)
	return ok && c.odd.Load()
}
