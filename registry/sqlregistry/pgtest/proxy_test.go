package pgtest_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// A fate is what becomes of a message of a client.
type fate int

const (
	delivered     fate = iota
	held               // the connection is cut, and the message is delivered later
	unanswered         // the connection is cut after the server has received the message
	undelivered        // the connection is cut
	cutFromClient      // the same, but the server keeps its side for a while
)

// late reports whether the proxy goes on after it has cut the connection.
func (f fate) late() bool { return f == held || f == unanswered || f == cutFromClient }

// A proxy forwards messages to a server, as decided by choose.
type proxy struct {
	addr, server string
	delay        func() time.Duration // of held messages

	mu     sync.Mutex
	choose func(message []byte) fate
	late   sync.WaitGroup
}

func startProxy(t *testing.T, server string, delay func() time.Duration) *proxy {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: l.Addr().String(), server: server, delay: delay}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.serve(context.WithoutCancel(t.Context()), conn) })
		}
	})
	t.Cleanup(func() { _ = l.Close() })
	return p
}

// interfere makes the proxy ask choose about each message, nil for none.
func (p *proxy) interfere(choose func(message []byte) fate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.choose = choose
}

func (p *proxy) fate(message []byte) fate {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.choose == nil {
		return delivered
	}
	chosen := p.choose(message)
	if chosen.late() {
		p.late.Add(1) // before the caller of interfere may wait
	}
	return chosen
}

func (p *proxy) serve(ctx context.Context, client net.Conn) {
	defer client.Close()
	var dialer net.Dialer
	server, err := dialer.DialContext(ctx, "tcp", p.server)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	}()
	for first := true; ; first = false {
		message, err := readMessage(client, first)
		if err != nil {
			return
		}
		switch what := p.fate(message); what {
		case delivered:
			if _, err := server.Write(message); err != nil {
				return
			}
		case undelivered:
			return
		default:
			_ = client.Close()
			defer p.late.Done()
			if what != unanswered {
				time.Sleep(p.delay())
			}
			if what != cutFromClient {
				_, _ = server.Write(message)
				time.Sleep(20 * time.Millisecond) // the server answers
			}
			return
		}
	}
}

// readMessage reads a message of the protocol; the first one has no type.
func readMessage(r io.Reader, first bool) ([]byte, error) {
	header := make([]byte, 5)
	if first {
		header = header[:4]
	}
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(header[len(header)-4:])
	message := make([]byte, len(header)+int(length)-4)
	copy(message, header)
	_, err := io.ReadFull(r, message[len(header):])
	return message, err
}

func isCommit(message []byte) bool {
	return bytes.Equal(message, []byte("Q\x00\x00\x00\x0bcommit\x00"))
}

// commitFate chooses f for the next commit.
func commitFate(f fate) func([]byte) fate {
	return func(message []byte) (chosen fate) {
		if isCommit(message) {
			chosen, f = f, delivered
		}
		return chosen
	}
}
