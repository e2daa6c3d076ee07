package archivesource_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/archivesource"
)

// floods are answers without an end. They are refused at once and in little
// memory. That is measured for the whole process, so it comes before what runs in
// parallel.
func floods(t *testing.T) {
	t.Helper()
	const ok = "HTTP/1.1 200 OK\r\n"
	const chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"
	x := strings.Repeat("x", 4000)
	for _, tc := range []struct {
		name, first, then string
		want              pack.Code
		pinned            pack.Digest
	}{
		{"G03/redirects", "HTTP/1.1 302 Found\r\nLocation: /x.tar.gz\r\n\r\n", x, pack.CodePolicyDenied, ""},
		{"G11/answers before the answer", "", "HTTP/1.1 103 Early Hints\r\nX: " + x[:1000] + "\r\n\r\n", pack.CodeUnavailable, ""},
		{"G12/a header", ok + "X: ", x, pack.CodeUnavailable, ""},
		{"G12/headers", ok, "X: x\r\n", pack.CodeUnavailable, ""},
		{"G12/a status", "HTTP/1.1 200 ", x, pack.CodeUnavailable, ""},
		{"G12/a chunk's length", chunked, "0", pack.CodeUnavailable, ""},
		{"G12/extensions of chunks", chunked, "1;" + x + "\r\n\x1f\r\n", pack.CodeUnavailable, ""},
		{"G12/headers after chunks", chunked + "0\r\n", "X: x\r\n", pack.CodeUnavailable, ""},
		{"G14/not found", "HTTP/1.1 404 Not Found\r\n\r\n", x, pack.CodeNotFound, ""},
		{"G14/a page", ok + "\r\n<html>", x, pack.CodeMalformedContent, ""},
		{"G14/something after an archive", ok + "\r\n" + string(demo(t)), x, pack.CodeMalformedContent, ""},
		{"G14/something after the archive that is pinned", ok + "\r\n" + string(demo(t)), x, pack.CodeLimitExceeded, digest(demo(t))},
		{"G14/an archive", ok + "\r\n", string(demo(t)), pack.CodeMalformedContent, ""},
		{"G21/another encoding", ok + "Content-Encoding: br\r\n\r\n", x, pack.CodeUnavailable, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { flood(w, tc.first, tc.then) })
			s := newSourceWith(t, archivesource.Options{Limits: archivesource.Limits{ArchiveBytes: 64 << 20}})
			pin := pinOf(srv.URL + "/x.tar.gz")
			pin.ArchiveDigest = tc.pinned
			start := time.Now()
			if grown := peak(func() { take(t, s, pin, tc.want) }); grown > memoryBound {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
			if d := time.Since(start); d > time.Minute {
				t.Errorf("refused after %v", d)
			}
		})
	}
}

// flood sends first, and then the text then, if any, until the client
// disconnects.
func flood(w http.ResponseWriter, first, then string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	many := strings.Repeat(then, 1+64<<10/max(1, len(then)))
	for _, err := io.WriteString(conn, first); err == nil && many != ""; {
		_, err = io.WriteString(conn, many)
	}
}
