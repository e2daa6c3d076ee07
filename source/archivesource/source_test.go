package archivesource_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/web"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		handler http.HandlerFunc
		want    string // the entity tag
		code    pack.Code
	}{
		{"strong tag", tagged(`"v1"`), `"v1"`, ""},
		{"weak tag", tagged(`W/"v1"`), "", ""},
		{"no tag", tagged(""), "", ""},
		{"tag without quotes", tagged("v1"), "", ""},
		{"endless tag", tagged(`"` + strings.Repeat("x", 1000) + `"`), "", ""},
		{"HEAD not allowed", headAnswers(http.StatusMethodNotAllowed), `"get"`, ""},
		{"HEAD forbidden", headAnswers(http.StatusForbidden), `"get"`, ""},
		{"HEAD not implemented", headAnswers(http.StatusNotImplemented), `"get"`, ""},
		{"HEAD a bad request", headAnswers(http.StatusBadRequest), `"get"`, ""},
		{"missing", http.NotFound, "", pack.CodeNotFound},
		{"unauthorized", status(http.StatusUnauthorized), "", pack.CodeUnauthorized},
		{"forbidden", status(http.StatusForbidden), "", pack.CodeUnauthorized},
		{"too long", length("999999999999"), "", pack.CodeLimitExceeded},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			url := serve(t, tc.handler).URL + "/demo.tar.gz?token=secret"
			got, err := newSource().Resolve(t.Context(), source.Locator{Scheme: "http", Location: url, Subdir: "packs/demo"})
			wantCode(t, err, tc.code)
			if err != nil {
				if strings.Contains(err.Error(), "secret") {
					t.Errorf("error %q contains a secret", err)
				}
				return
			}
			want := []pack.Pin{{Scheme: "http", Location: url, ETag: tc.want, StripTop: true, Subdir: "packs/demo"}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func tagged(tag string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead {
			w.WriteHeader(http.StatusTeapot)
		}
		if tag != "" {
			w.Header().Set("ETag", tag)
		}
	}
}

func headAnswers(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.WriteHeader(code)
			return
		}
		w.Header().Set("ETag", `"get"`)
		w.Write(make([]byte, 1<<20)) // never read
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func length(n string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", n) }
}

func TestRefusedBeforeAnythingIsContacted(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the server was contacted") })
	for _, tc := range []struct {
		name string
		loc  source.Locator
		code pack.Code
		text string
	}{
		{"rev", source.Locator{Scheme: "http", Location: srv.URL + "/x.tar.gz", Rev: "v1"}, pack.CodeInvalidRequest, "revs"},
		{"scheme of another source", source.Locator{Scheme: "https", Location: srv.URL + "/x.tar.gz"}, pack.CodeInvalidRequest, "https"},
		{"plain http", source.Locator{Scheme: "http", Location: "http://127.0.0.2/x.tar.gz"}, pack.CodePolicyDenied, "127.0.0.2"},
		{"7z", source.Locator{Scheme: "http", Location: srv.URL + "/x.7z"}, pack.CodeMalformedContent, "7z are not supported"},
		{"xz without a decoder", source.Locator{Scheme: "http", Location: srv.URL + "/x.TAR.xz?a=.gz"}, pack.CodeMalformedContent, "xz are not supported"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := newSource().Resolve(t.Context(), tc.loc)
			wantCode(t, err, tc.code)
			if err == nil || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("error %v does not mention %q", err, tc.text)
			}
			if tc.loc.Rev != "" {
				return
			}
			err = newSource().Fetch(t.Context(), pack.Pin{Scheme: tc.loc.Scheme, Location: tc.loc.Location}, sinkFunc(nil))
			wantCode(t, err, tc.code)
		})
	}
	t.Run("default policy", func(t *testing.T) {
		t.Parallel()
		_, err := archivesource.New(nil, nil).Resolve(t.Context(), source.Locator{Scheme: "http", Location: srv.URL + "/x.tar.gz"})
		wantCode(t, err, pack.CodePolicyDenied)
	})
}

func TestFetch(t *testing.T) {
	t.Parallel()
	data := demo(t)
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/demo.tar.gz", http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", "text/plain") // says nothing
		w.Header().Set("Content-Encoding", "gzip")   // neither does this
		w.Header().Set("Content-Disposition", `attachment; filename="../../x.zip"`)
		w.Write(data)
	})
	pin := pinOf(srv.URL + "/demo.tar.gz")
	for _, tc := range []struct {
		name string
		url  string
		etag string
		sum  pack.Digest
		code pack.Code
	}{
		{"nothing to verify", "/demo.tar.gz", "", "", ""},
		{"tag", "/demo.tar.gz", `"v1"`, "", ""},
		{"digest", "/demo.tar.gz", "", digest(data), ""},
		{"digest, and an old tag", "/demo.tar.gz", `"v0"`, digest(data), ""},
		{"no extension", "/tar.gz/main", "", digest(data), ""},
		{"unknown extension", "/v1.2.3", "", digest(data), ""},
		{"redirect", "/moved", "", digest(data), ""},
		{"other tag", "/demo.tar.gz", `"v0"`, "", pack.CodeContentChanged},
		{"other digest", "/demo.tar.gz", "", digest(nil), pack.CodeChecksumMismatch},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			pin := pin
			pin.Location, pin.ETag, pin.ArchiveDigest = srv.URL+tc.url, tc.etag, tc.sum
			got, err := fetch(t, newSource(), pin)
			wantCode(t, err, tc.code)
			if err != nil {
				return
			}
			content, err := os.ReadFile(filepath.Join(got.Dir, "actions", "run.sh"))
			if err != nil || string(content) != "#!/bin/sh\n" || got.Files != 2 {
				t.Errorf("got %q, %v in %+v", content, err, got)
			}
		})
	}
}

func TestFetchedBytesAreVerifiedFirst(t *testing.T) {
	t.Parallel()
	data := archive(t, file("a", "a"), file("b", noise(t)))
	for name, sent := range map[string][]byte{
		"flipped bit":      flip(data, len(data)/2),
		"flipped early":    flip(data, 20),
		"flipped checksum": flip(data, len(data)-1),
		"cut":              data[:len(data)/2],
		"trailing byte":    append(bytes.Clone(data), 1),
		"web page":         []byte("<!DOCTYPE html><title>Log in</title>"),
		"nothing":          {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pin := pinOf(serveBytes(t, sent).URL + "/demo.tar.gz")
			_, err := fetch(t, newSource(), pin)
			wantCode(t, err, pack.CodeMalformedContent)
			pin.ArchiveDigest = digest(data)
			_, err = fetch(t, newSource(), pin)
			wantCode(t, err, pack.CodeChecksumMismatch)
			pin.ArchiveDigest = digest(sent)
			_, err = fetch(t, newSource(), pin)
			wantCode(t, err, pack.CodeMalformedContent)
		})
	}
}

func flip(data []byte, at int) []byte {
	data = bytes.Clone(data)
	data[at] ^= 0x10
	return data
}

func TestSinkIsTheJudge(t *testing.T) {
	t.Parallel()
	data := demo(t)
	pin := pinOf(serveBytes(t, data).URL + "/demo.tar.gz")
	pin.ArchiveDigest = digest([]byte("something else"))
	full := pack.Errorf(pack.CodeMalformedContent, "no")
	calls := 0
	err := newSource().Fetch(t.Context(), pin, sinkFunc(func(source.Entry, io.Reader) error {
		calls++
		return full
	}))
	if !errors.Is(err, full) || calls != 1 {
		t.Errorf("error %v after %d calls", err, calls)
	}
}

func TestSizeOfThePin(t *testing.T) {
	t.Parallel()
	data := demo(t)
	pin := pinOf(serveBytes(t, data).URL + "/demo.tar.gz")
	pin.Size = int64(len(data))
	if _, err := fetch(t, newSource(), pin); err != nil {
		t.Error(err)
	}
	pin.Size++
	_, err := fetch(t, newSource(), pin)
	wantCode(t, err, pack.CodeChecksumMismatch)
}

func TestTransferThatBreaksOffIsTemporary(t *testing.T) {
	t.Parallel()
	data := demo(t)
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100000")
		w.Write(data)
	})
	for _, sum := range []pack.Digest{"", digest(data)} {
		pin := pinOf(srv.URL)
		pin.ArchiveDigest = sum
		_, err := fetch(t, newSource(), pin)
		wantCode(t, err, pack.CodeUnavailable)
		if !pack.Retryable(err) {
			t.Errorf("%v should be retryable", err)
		}
	}
}

func TestCancelledInTheMiddle(t *testing.T) {
	t.Parallel()
	data := archive(t, file("a", "a"), file("b", noise(t)))
	ctx, cancel := context.WithCancel(t.Context())
	released := make(chan struct{})
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Write(data[:len(data)-1000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(released)
	})
	err := newSource().Fetch(ctx, pinOf(srv.URL), sinkFunc(func(_ source.Entry, content io.Reader) error {
		cancel()
		_, err := io.Copy(io.Discard, content)
		return err
	}))
	wantCode(t, err, pack.CodeCancelled)
	<-released
}

func TestLimits(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush() // no length beforehand
		w.Write(archive(t, file("a", "a"), file("b", "b"), file("d/e/c", strings.Repeat("x", 5000))))
	})
	for _, tc := range []struct {
		limits archivesource.Limits
		want   string // the limit that is named
	}{
		{archivesource.Limits{}, ""},
		{archivesource.Limits{ArchiveBytes: -1, Bytes: -1, Entries: -1, Ratio: -1}, ""},
		{archivesource.Limits{ArchiveBytes: 100}, "archive size"},
		{archivesource.Limits{Bytes: 4096}, "unpacked size"},
		{archivesource.Limits{Entries: 2}, "number of entries"},
		{archivesource.Limits{Directories: 1}, "number of directories"},
	} {
		s := archivesource.New(clientFor(pack.Network{Policy: loopback()}), &archivesource.Options{Limits: tc.limits})
		_, err := fetch(t, s, pinOf(srv.URL))
		limit, ok := errors.AsType[*pack.LimitError](err)
		switch {
		case tc.want == "" && err != nil:
			t.Errorf("%+v: %v", tc.limits, err)
		case tc.want != "" && (!ok || limit.Limit != tc.want):
			t.Errorf("%+v: error %v, want one about %s", tc.limits, err, tc.want)
		}
	}
}

func TestUnknownContentEncoding(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "br")
		w.Write(demo(t))
	})
	_, err := fetch(t, newSource(), pinOf(srv.URL))
	wantCode(t, err, pack.CodeUnavailable)
}

func TestClientOfTheHost(t *testing.T) {
	t.Parallel()
	srv := serveBytes(t, demo(t))
	own := &web.Options{HTTP: srv.Client()}
	network := pack.Network{Policy: pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}}}
	s := archivesource.New(must(web.New(network, own)), nil)
	if _, err := fetch(t, s, pinOf(srv.URL)); err != nil {
		t.Error(err)
	}
	s = archivesource.New(must(web.New(pack.Network{}, own)), nil)
	_, err := fetch(t, s, pinOf(srv.URL))
	wantCode(t, err, pack.CodePolicyDenied)
}
