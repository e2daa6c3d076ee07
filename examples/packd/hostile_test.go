package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack/examples/hostflags"
)

// TestHostile has the rows of tokens and requests that concern the program.
func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("N10 weak secrets and readable files", hostileTokens)
	t.Run("N13 one answer to odd framing", hostileFraming)
}

func hostileTokens(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(file, []byte("a:0123456789abcdef0123456789abcdef:read\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ addr, file, tokens string }{
		"7 characters":                     {"127.0.0.1:0", "", "a:1234567:read"},
		"8 characters, beyond loopback":    {"0.0.0.0:0", "", "a:12345678:read"},
		"31 characters, beyond loopback":   {"0.0.0.0:0", "", "a:0123456789abcdef0123456789abcde:read"},
		"a file that everybody may access": {"127.0.0.1:0", file, ""},
	} {
		f := flags{Flags: hostflags.NewFlags()}
		f.Packd.Addr, f.Packd.TokenFile = tt.addr, tt.file
		if tokens, err := f.tokens(world{getenv: env(tt.tokens)}); err == nil {
			t.Errorf("%s: got %v", name, tokens)
		}
	}
}

// hostileFraming sends requests that a proxy could read differently, each followed by
// another one on the same connection.
func hostileFraming(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := begin(t, p.args()...)
	auth := "Authorization: Bearer " + secret + "\r\n"
	const next = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	post := "POST " + register + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + auth
	for _, tt := range []struct {
		name, text string
		want       []int
	}{
		{"nothing odd", "GET /api/v1/packs HTTP/1.1\r\nHost: x\r\n" + auth + "\r\n" + next, []int{200, 200}},
		{"length and chunks", post + "Content-Length: 21\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + next, []int{400}},
		{"chunks and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + next, []int{400}},
		{"chunks", post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + next, []int{422}},
		{"two tokens", "GET /api/v1/packs HTTP/1.1\r\nHost: x\r\n" + auth + "Authorization: Bearer other\r\n\r\n" + next, []int{400}},
		{"folded token", "GET /api/v1/packs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer\r\n " + secret + "\r\n\r\n" + next, []int{400}},
		{"folded by a tab", "GET /api/v1/packs HTTP/1.1\r\nHost: x\r\n" + auth + "X-Other: a\r\n\tb\r\n\r\n" + next, []int{400}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := exchange(t, r.url, tt.text); fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	r.end()
}

// exchange sends a text and returns the statuses of the answers until the server closes
// the connection. The client keeps its side open: a server may take its end for a client
// that went away, and leave out answers.
func exchange(t *testing.T, url, text string) (statuses []int) {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Minute)) // rather than waiting for ever
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	for part := range bytes.SplitSeq(data, []byte("HTTP/1.1 ")) {
		var status int
		if _, err := fmt.Sscan(string(part), &status); err == nil && http.StatusText(status) != "" {
			statuses = append(statuses, status)
		}
	}
	return statuses
}
