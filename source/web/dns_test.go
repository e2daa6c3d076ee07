package web_test

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// A question is a query for the records of one kind; text repeats it.
type question struct {
	text []byte // up to and with the question, as an answer begins
	kind uint16
}

const (
	kindA     = 1
	kindCNAME = 5
	kindAAAA  = 28
)

// A nameServer makes an answer of a question.
type nameServer func(q question) []byte

// resolver starts the server and returns a resolver that asks only it.
func (n nameServer) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go n.serve(conn)
	return &net.Resolver{PreferGo: true, Dial: dialTo(conn.LocalAddr().String())}
}

func (n nameServer) serve(conn net.PacketConn) {
	buf := make([]byte, 1500)
	for {
		size, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		conn.WriteTo(n(parseQuestion(buf[:size])), from)
	}
}

func parseQuestion(query []byte) question {
	end := 12
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	end += 5
	text := append([]byte{}, query[:end]...)
	copy(text[2:12], []byte{0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0})
	return question{text, binary.BigEndian.Uint16(query[end-4:])}
}

// fails answers with a response code: 2 the server failed, 3 there is no such name.
func (q question) fails(code byte) []byte {
	q.text[3] |= code
	return q.text
}

// records answers with records of one kind each.
func (q question) records(records ...[]byte) []byte {
	binary.BigEndian.PutUint16(q.text[6:], uint16(len(records)))
	for _, r := range records {
		q.text = append(q.text, r...)
	}
	return q.text
}

// record has a pointer to name (12 is that of the question) and a lifetime of 0.
func record(name byte, kind byte, data []byte) []byte {
	return append([]byte{0xc0, name, 0, kind, 0, 1, 0, 0, 0, 0, 0, byte(len(data))}, data...)
}

// addresses answers with those of as that are of the kind asked for.
func (q question) addresses(as []netip.Addr) []byte {
	var records [][]byte
	for _, a := range as {
		if a.Is4() == (q.kind == kindA) {
			records = append(records, record(12, byte(q.kind), a.AsSlice()))
		}
	}
	return q.records(records...)
}

// always answers with the same addresses.
func always(as ...netip.Addr) nameServer {
	return func(q question) []byte { return q.addresses(as) }
}

// inTurn answers every question for IPv4 addresses with the next of answers, and
// with the last one from then on.
func inTurn(answers ...[]netip.Addr) nameServer {
	var mu sync.Mutex
	return func(q question) []byte {
		mu.Lock()
		defer mu.Unlock()
		as := answers[0]
		if q.kind == kindA && len(answers) > 1 {
			answers = answers[1:]
		}
		return q.addresses(as)
	}
}

// viaAliases answers with a chain of n aliases that ends at a.
func viaAliases(n int, a netip.Addr) nameServer {
	return func(q question) []byte {
		if q.kind != kindA {
			return q.text
		}
		var records [][]byte
		at, name := len(q.text), byte(12)
		for i := range n {
			alias := []byte{1, 'a' + byte(i), 0}
			records = append(records, record(name, kindCNAME, alias))
			at += len(records[i])
			name = byte(at - len(alias))
		}
		return q.records(append(records, record(name, kindA, a.AsSlice()))...)
	}
}

// hostileNames: no request may contact the private server; the public one answers
// on the same port.
func hostileNames(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	private := serve(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	_, port, _ := net.SplitHostPort(private.Listener.Addr().String())
	listenOn2(t, port)
	target := "http://rebind.example:" + port
	t.Cleanup(func() {
		if n := hits.Load(); n != 0 {
			t.Errorf("the private server was contacted %d times", n)
		}
	})
	policy := pack.NetworkPolicy{AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}
	for name, tc := range map[string]struct {
		names nameServer
		want  pack.Code
	}{
		"public":                     {always(addrs("127.0.0.2")...), ""},
		"private":                    {always(addrs("127.0.0.1")...), pack.CodePolicyDenied},
		"private beyond aliases":     {viaAliases(5, netip.MustParseAddr("127.0.0.1")), pack.CodePolicyDenied},
		"private by IPv6":            {always(addrs("::1")...), pack.CodePolicyDenied},
		"private by both":            {always(addrs("::1", "127.0.0.1")...), pack.CodePolicyDenied},
		"IPv4 in IPv6":               {always(addrs("::ffff:127.0.0.1")...), pack.CodePolicyDenied},
		"private first, public next": {always(addrs("127.0.0.1", "127.0.0.2")...), pack.CodePolicyDenied},
		"public first, private next": {always(addrs("127.0.0.2", "127.0.0.1")...), pack.CodePolicyDenied},
		"private IPv6, public IPv4":  {always(addrs("::1", "127.0.0.2")...), pack.CodePolicyDenied},
		"one private of many":        {always(append(slices.Repeat(addrs("127.0.0.2"), 30), addrs("10.0.0.1")...)...), pack.CodePolicyDenied},
		"private when asked again":   {inTurn(addrs("127.0.0.2"), addrs("127.0.0.1")), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := web.Make(policy, &web.Options{Resolver: tc.names.resolver(t)})
			defer web.CloseIdle(c)
			body, err := get(t, c, target)
			wantCode(t, err, tc.want)
			if err == nil && string(body) != "public" {
				t.Errorf("got %q", body)
			}
		})
	}
	t.Run("private the next time", func(t *testing.T) {
		t.Parallel()
		names := inTurn(addrs("127.0.0.2"), addrs("127.0.0.1"))
		c := web.Make(policy, &web.Options{Resolver: names.resolver(t)})
		if body, err := get(t, c, target); err != nil || string(body) != "public" {
			t.Fatalf("got %q, %v from the public address", body, err)
		}
		web.CloseIdle(c)
		wantRefusal(t, c, target, pack.CodePolicyDenied)
	})
}

// wantRefusal sends a request that is not repeated.
func wantRefusal(t *testing.T, c *web.Client, target string, want pack.Code) error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	_, err = do(c, req)
	wantCode(t, err, want)
	return err
}

// halfAnswer has no IPv6 addresses, and fails to say which there are of IPv4.
func halfAnswer(q question) []byte {
	if q.kind == kindA {
		return q.fails(2)
	}
	return q.text
}

func failingNames(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		names nameServer
		retry bool
	}{
		"no such name":        {func(q question) []byte { return q.fails(3) }, false},
		"no records":          {func(q question) []byte { return q.text }, false},
		"the server fails":    {func(q question) []byte { return q.fails(2) }, true},
		"half an answer":      {halfAnswer, true},
		"the server refuses":  {func(q question) []byte { return q.fails(5) }, true},
		"64 KB of records":    {always(slices.Repeat(addrs("127.0.0.1"), 4000)...), true},
		"an alias of itself":  {func(q question) []byte { return q.records(record(12, kindCNAME, []byte{0xc0, 12})) }, false},
		"no aliases resolved": {func(q question) []byte { return q.records(record(12, kindCNAME, []byte{1, 'x', 0})) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := web.Make(loopback(), &web.Options{Resolver: tc.names.resolver(t)})
			err := wantRefusal(t, c, "http://name.example:9", pack.CodeUnavailable)
			if pack.Retryable(err) != tc.retry {
				t.Errorf("%v: retryable is %v, want %v", err, !tc.retry, tc.retry)
			}
		})
	}
	t.Run("aliases resolved", func(t *testing.T) {
		t.Parallel()
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("hello")) })
		_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
		c := web.Make(loopback(), &web.Options{Resolver: viaAliases(5, netip.MustParseAddr("127.0.0.1")).resolver(t)})
		if body, err := get(t, c, "http://alias.example:"+port); err != nil || string(body) != "hello" {
			t.Errorf("got %q, %v", body, err)
		}
	})
	t.Run("recovers", func(t *testing.T) {
		t.Parallel()
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("hello")) })
		_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
		var asked atomic.Int32
		flapping := nameServer(func(q question) []byte {
			if asked.Add(1) <= 4 {
				return q.fails(2)
			}
			return q.addresses(addrs("127.0.0.1"))
		})
		c := web.Make(loopback(), &web.Options{Resolver: flapping.resolver(t)})
		if body, err := get(t, c, "http://flapping.example:"+port); err != nil || string(body) != "hello" {
			t.Errorf("got %q, %v", body, err)
		}
	})
	t.Run("silence", silentNames)
}

// prepareNames makes resolvers read the settings of the system, which they do once
// in a process and cannot do in a bubble of synctest.
func prepareNames(t *testing.T) {
	t.Helper()
	(&net.Resolver{PreferGo: true, Dial: dialTo("")}).LookupNetIP(t.Context(), "ip", "packs.example")
}

// silentNames has a name server that never answers.
func silentNames(t *testing.T) {
	t.Parallel()
	prepareNames(t)
	synctest.Test(t, func(t *testing.T) {
		silent := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				buf := make([]byte, 512)
				for {
					if _, err := server.Read(buf); err != nil {
						return
					}
				}
			}()
			return client, nil
		}}
		start := time.Now()
		err := wantRefusal(t, web.Make(loopback(), &web.Options{Resolver: silent}), "http://silent.example:9", pack.CodeUnavailable)
		if d := time.Since(start); d > 15*time.Second {
			t.Errorf("gave up only after %v", d)
		}
		if !pack.Retryable(err) || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("got %v", err)
		}
	})
}
