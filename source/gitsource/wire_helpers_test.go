package gitsource_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A wire is a server that answers with fixed bytes.
type wire struct {
	refs   string // answer to a request for the list of branches and tags
	upload string // answer to a request for a pack
}

func (s wire) serve(t testing.TB) string {
	t.Helper()
	srv := httptest.NewServer(s.handler())
	t.Cleanup(srv.Close)
	return srv.URL + "/x.git"
}

func (s wire) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		service, body := "result", s.upload
		if strings.HasSuffix(r.URL.Path, "/info/refs") {
			service, body = "advertisement", s.refs
		}
		w.Header().Set("Content-Type", "application/x-git-upload-pack-"+service)
		_, _ = w.Write([]byte(body))
	})
}

func line(text string) string { return fmt.Sprintf("%04x%s", len(text)+4, text) }

// band returns text as lines of one channel of the side band.
func band(channel byte, text string) string {
	const most = 65000
	var b strings.Builder
	for len(text) > 0 {
		n := min(most, len(text))
		b.WriteString(line(string(channel) + text[:n]))
		text = text[n:]
	}
	return b.String()
}

// uploadOf is the answer that carries a pack.
func uploadOf(pack []byte) string {
	return "0000" + line("NAK\n") + band(1, string(pack)) + "0000"
}

// refsOf is a list of branches and tags, two words per line.
func refsOf(lines ...string) string {
	b := line("# service=git-upload-pack\n") + "0000"
	for i, l := range lines {
		if i == 0 {
			l += "\x00side-band-64k ofs-delta shallow"
		}
		b += line(l + "\n")
	}
	return b + "0000"
}
