package archivesource_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
)

func TestHostileNetwork(t *testing.T) {
	floods(t)
	t.Parallel()
	t.Run("G08", credentialsOfArchives)
	t.Run("G10", queriesAreNotTold)
	t.Run("G12", twoLengths)
	t.Run("G13", otherLengths)
	t.Run("G14", otherContent)
	t.Run("G15", cutArchives)
	t.Run("G20", names)
	t.Run("G21", encodings)
}

// credentialsOfArchives are not for where an archive is redirected to.
func credentialsOfArchives(t *testing.T) {
	t.Parallel()
	data := demo(t)
	storage := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header["Authorization"])+len(r.Header["Referer"]) > 0 {
			t.Errorf("the storage got %v", r.Header)
		}
		w.Write(data)
	})
	front := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer canary" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		http.Redirect(w, r, storage.URL+"/signed?x=y", http.StatusFound)
	})
	s := archivesource.New(clientFor(pack.Network{
		Policy: loopback(), Credentials: map[string]pack.Credential{front.URL: pack.BearerCredential("canary")},
	}), nil)
	take(t, s, pinOf(front.URL+"/x.tar.gz"), "")
	take(t, newSource(), pinOf(front.URL+"/x.tar.gz"), pack.CodeUnauthorized)
}

// queriesAreNotTold: a query may hold a token.
func queriesAreNotTold(t *testing.T) {
	t.Parallel()
	data := demo(t)
	for path, h := range map[string]http.HandlerFunc{
		"missing":   http.NotFound,
		"forbidden": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"malformed": func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("no archive")) },
		"cut":       func(w http.ResponseWriter, _ *http.Request) { w.Write(data[:len(data)/2]) },
		"encoded":   func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Encoding", "br") },
		"other":     func(w http.ResponseWriter, _ *http.Request) { w.Write(data) },
	} {
		location := serve(t, h).URL + "/x.tar.gz?token=canary"
		pin := pinOf(location)
		pin.ArchiveDigest = digest([]byte("other"))
		_, err := fetch(t, newSource(), pin)
		_, err2 := newSource().Resolve(t.Context(), source.Locator{Scheme: "http", Location: location, Rev: "main"})
		if err == nil || err2 == nil || strings.Contains(fmt.Sprintf("%+v %+v", err, err2), "canary") {
			t.Errorf("%s: got %v and %v", path, err, err2)
		}
	}
}

// twoLengths: a length beside chunks does not cut an archive short.
func twoLengths(t *testing.T) {
	t.Parallel()
	data := demo(t)
	for _, length := range []int{10, len(data), 10 * len(data)} {
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			flood(w, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", length, len(data), data), "")
		})
		pin := pinOf(srv.URL + "/x.tar.gz")
		pin.ArchiveDigest = digest(data)
		take(t, newSource(), pin, "")
		pin.ArchiveDigest = digest(data[:10])
		take(t, newSource(), pin, pack.CodeChecksumMismatch)
	}
}

// otherLengths: an answer that says nothing of its length, or something wrong, is
// taken when the archive in it is whole.
func otherLengths(t *testing.T) {
	t.Parallel()
	data := string(demo(t))
	const ok, chunked = "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	half := data[:len(data)/2]
	for name, tc := range map[string]struct {
		answer         string
		pinned, unsure pack.Code // with a digest and without
	}{
		"no length":            {ok + "\r\n" + data, "", ""},
		"no length, cut":       {ok + "\r\n" + half, pack.CodeChecksumMismatch, pack.CodeMalformedContent},
		"no length, more":      {ok + "\r\n" + data + data, pack.CodeChecksumMismatch, pack.CodeMalformedContent},
		"longer than it says":  {fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", ok, len(half), data), pack.CodeChecksumMismatch, pack.CodeMalformedContent},
		"more than it says":    {fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", ok, len(data), data+"more"), "", ""},
		"shorter than it says": {fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", ok, len(data), half), pack.CodeUnavailable, pack.CodeUnavailable},
		"chunks, cut":          {fmt.Sprintf("%s%x\r\n%s\r\n", chunked, len(half), half), pack.CodeUnavailable, pack.CodeUnavailable},
		"chunks, cut in one":   {fmt.Sprintf("%s%x\r\n%s", chunked, len(data), half), pack.CodeUnavailable, pack.CodeUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { flood(w, tc.answer, "") })
			pin := pinOf(srv.URL + "/x.tar.gz")
			take(t, newSource(), pin, tc.unsure)
			pin.ArchiveDigest = digest([]byte(data))
			take(t, newSource(), pin, tc.pinned)
		})
	}
}

// otherContent: the received content is not the pinned content.
func otherContent(t *testing.T) {
	t.Parallel()
	data := demo(t)
	flipped := bytes.Clone(data)
	flipped[len(flipped)/2] ^= 1
	for name, tc := range map[string]struct {
		h    http.HandlerFunc
		want pack.Code
	}{
		"flipped bit": {func(w http.ResponseWriter, _ *http.Request) { w.Write(flipped) }, pack.CodeChecksumMismatch},
		"other file":  {func(w http.ResponseWriter, _ *http.Request) { w.Write(archive(t, file("other", "x"))) }, pack.CodeChecksumMismatch},
		"empty":       {func(http.ResponseWriter, *http.Request) {}, pack.CodeChecksumMismatch},
		"204":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, pack.CodeUnavailable},
		"203":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNonAuthoritativeInfo) }, pack.CodeUnavailable},
		"206":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusPartialContent) }, pack.CodeUnavailable},
		"304":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }, pack.CodeUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pin := pinOf(serve(t, tc.h).URL + "/x.tar.gz")
			pin.ArchiveDigest = digest(data)
			take(t, newSource(), pin, tc.want)
		})
	}
}

// cutArchives: a transfer that is cut is continued where the server allows it,
// and the result is one archive or an error.
func cutArchives(t *testing.T) {
	t.Parallel()
	data := archive(t, file("pack.yaml", archivetest.Manifest), file("noise", noise(t)))
	other := archive(t, file("pack.yaml", archivetest.Manifest), file("noise", noise(t)+"x"))
	for name, tc := range map[string]struct {
		then func(w http.ResponseWriter, rest string) // answers the second request, for the rest
		want pack.Code
	}{
		"continued": {func(w http.ResponseWriter, rest string) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", len(data)-len(rest), len(data)-1, len(data)))
			w.WriteHeader(http.StatusPartialContent)
			w.Write([]byte(rest))
		}, ""},
		"begun anew": {func(w http.ResponseWriter, _ string) { w.Write(data) }, ""},
		"another archive": {func(w http.ResponseWriter, _ string) {
			w.Header().Set("ETag", `"v2"`)
			w.Write(other)
		}, pack.CodeUnavailable},
		"another archive that lies": {func(w http.ResponseWriter, rest string) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", len(data)-len(rest), len(data)-1, len(data)))
			w.WriteHeader(http.StatusPartialContent)
			w.Write(bytes.Repeat([]byte{'x'}, len(rest)))
		}, pack.CodeChecksumMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"v1"`)
				if requests.Add(1) == 1 {
					w.Header().Set("Content-Length", fmt.Sprint(len(data)))
					w.Write(data[:len(data)/2])
					panic(http.ErrAbortHandler)
				}
				var first int
				if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &first); err != nil || r.Header.Get("If-Range") != `"v1"` {
					t.Errorf("asked with %v", r.Header)
				}
				tc.then(w, string(data[first:]))
			})
			pin := pinOf(srv.URL + "/x.tar.gz")
			pin.ArchiveDigest = digest(data)
			take(t, newSource(), pin, tc.want)
		})
	}
}

// names that a server gives an archive mean nothing.
func names(t *testing.T) {
	t.Parallel()
	data := demo(t)
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="../../x"`)
		w.Header().Set("Content-Type", "text/html")
		w.Write(data)
	})
	want := take(t, newSource(), pinOf(srv.URL+"/x.tar.gz"), "").TreeDigest
	for _, path := range []string{"/..%2f..%2fx", "/?file=../../x.tar.gz", "/a/../../b", "/%00", "/x.tar.gz?a=/../y.zip"} {
		if got := take(t, newSource(), pinOf(srv.URL+path), "").TreeDigest; got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

// encodings: what arrives is taken as it is, and only when the server says that it
// is the archive, or calls the archive's own format an encoding.
func encodings(t *testing.T) {
	t.Parallel()
	data := demo(t)
	for _, tc := range []struct {
		encodings []string
		want      pack.Code
	}{
		{nil, ""},
		{[]string{"gzip"}, ""},
		{[]string{"identity"}, ""},
		{[]string{"br"}, pack.CodeUnavailable},
		{[]string{"zstd"}, pack.CodeUnavailable},
		{[]string{"gzip, gzip"}, pack.CodeUnavailable},
		{[]string{"gzip", "gzip"}, pack.CodeUnavailable},
		{[]string{"gzip", "br"}, pack.CodeUnavailable},
		{[]string{"", "br"}, pack.CodeUnavailable},
	} {
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Encoding"] = tc.encodings
			w.Write(data)
		})
		pin := pinOf(srv.URL + "/x.tar.gz")
		pin.ArchiveDigest = digest(data)
		take(t, newSource(), pin, tc.want)
	}
}
