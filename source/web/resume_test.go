package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// A file is on a server whose transfers break off after a number of bytes, each
// request's by its own, the last for ever.
type file struct {
	content []byte
	etag    string
	breaks  []int
	change  change   // may be nil
	seen    []string // Range and If-Range of each request
}

func (f *file) RoundTrip(req *http.Request) (*http.Response, error) {
	n := len(f.seen)
	f.seen = append(f.seen, req.Header.Get("Range")+" "+req.Header.Get("If-Range"))
	resp := f.answer(req)
	if n > 0 && f.change != nil {
		f.change(f, req, resp)
	}
	if after := f.breaks[min(n, len(f.breaks)-1)]; after >= 0 {
		reset := &net.OpError{Op: "read", Err: errors.New("connection reset")}
		resp.Body = io.NopCloser(io.MultiReader(io.LimitReader(resp.Body, int64(after)), failing{reset}))
	}
	return resp, nil
}

func (f *file) answer(req *http.Request) *http.Response {
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Etag": {f.etag}}, Request: req}
	content := f.content
	var first int
	if _, err := fmt.Sscanf(req.Header.Get("Range"), "bytes=%d-", &first); err == nil && req.Header.Get("If-Range") == f.etag {
		resp.StatusCode = http.StatusPartialContent
		resp.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, len(content)-1, len(content)))
		content = content[first:]
	}
	resp.ContentLength = int64(len(content))
	resp.Body = io.NopCloser(bytes.NewReader(content))
	return resp
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func randomBytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

// A change alters the answers of a file to all requests but the first.
type change = func(f *file, req *http.Request, resp *http.Response)

// header sets a header and says nothing about the length, unless it is given.
func header(name, value string, length ...int64) change {
	return func(_ *file, _ *http.Request, resp *http.Response) {
		resp.Header.Set(name, value)
		resp.ContentLength = append(length, -1)[0]
	}
}

func statusOf(code int) change {
	return func(_ *file, _ *http.Request, resp *http.Response) { resp.StatusCode = code }
}

func ignoreRange(f *file, req *http.Request, resp *http.Response) {
	plain := req.Clone(req.Context())
	plain.Header.Del("Range")
	*resp = *f.answer(plain)
}

func otherFile(f *file, req *http.Request, resp *http.Response) {
	f.content, f.etag = randomBytes(5000), `"v2"`
	ignoreRange(f, req, resp)
}

func otherLength(f *file, req *http.Request, resp *http.Response) {
	ignoreRange(f, req, resp)
	resp.ContentLength = 6000
}

func brokenTransfers(t *testing.T) {
	t.Parallel()
	content := randomBytes(5000)
	const tag = `"v1"`
	for _, tc := range []struct {
		name     string
		etag     string
		breaks   []int
		change   change
		requests int
		ok       bool
	}{
		{"range honoured", tag, []int{1000, 500, 0, 3499, -1}, nil, 5, true},
		{"range ignored", tag, []int{1000, 2500, -1}, ignoreRange, 3, true},
		{"range ignored, and shorter than before", tag, []int{1000, 500, -1}, ignoreRange, 3, true},
		{"range ignored, another length", tag, []int{1000, -1}, otherLength, 2, false},
		{"breaks off for ever", tag, []int{100}, nil, 5, false},
		{"no entity tag", "", []int{1000, -1}, nil, 1, false},
		{"weak entity tag", `W/"v1"`, []int{1000, -1}, nil, 1, false},
		{"another file", tag, []int{1000, -1}, otherFile, 2, false},
		{"another entity tag with the range", tag, []int{1000, -1}, header("Etag", `"v2"`), 2, false},
		{"two entity tags with the range", tag, []int{1000, -1}, func(_ *file, _ *http.Request, resp *http.Response) {
			resp.Header.Add("Etag", `"v2"`)
		}, 2, false},
		{"no entity tag with the range", tag, []int{1000, -1}, header("Etag", ""), 2, false},
		{"another start", tag, []int{1000, -1}, header("Content-Range", "bytes 999-4999/5000"), 2, false},
		{"another end", tag, []int{1000, -1}, header("Content-Range", "bytes 1000-4998/5000"), 2, false},
		{"another length", tag, []int{1000, -1}, header("Content-Range", "bytes 1000-5999/6000"), 2, false},
		{"unknown length", tag, []int{1000, -1}, header("Content-Range", "bytes 1000-4999/*"), 2, false},
		{"more after the range", tag, []int{1000, -1}, header("Content-Range", "bytes 1000-4999/5000, 0-3/5000"), 2, false},
		{"another Content-Length", tag, []int{1000, -1}, header("Content-Range", "bytes 1000-4999/5000", 3999), 2, false},
		{"no range", tag, []int{1000, -1}, header("Content-Range", ""), 2, false},
		{"several ranges", tag, []int{1000, -1}, func(_ *file, _ *http.Request, resp *http.Response) {
			resp.Header = http.Header{"Etag": {tag}, "Content-Type": {"multipart/byteranges; boundary=x"}}
		}, 2, false},
		{"another encoding", tag, []int{1000, -1}, header("Content-Encoding", "br"), 2, false},
		{"416", tag, []int{1000, -1}, statusOf(http.StatusRequestedRangeNotSatisfiable), 2, false},
		{"gone", tag, []int{1000, -1}, statusOf(http.StatusNotFound), 2, false},
		{"redirected to a private address", tag, []int{1000, -1}, func(_ *file, _ *http.Request, resp *http.Response) {
			resp.StatusCode = http.StatusFound
			resp.Header.Set("Location", "https://169.254.169.254/")
		}, 2, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &file{content: content, etag: tc.etag, breaks: tc.breaks, change: tc.change}
				got, err := get(t, web.Over(pack.NetworkPolicy{}, f), "https://example.com/")
				if !bytes.HasPrefix(content, got) {
					t.Fatal("bytes of two files were spliced")
				}
				if tc.ok != (err == nil) || tc.ok && len(got) != len(content) {
					t.Errorf("got %d bytes and %v", len(got), err)
				}
				if !tc.ok && !pack.Retryable(err) {
					t.Errorf("%v should be worth to begin anew", err)
				}
				if len(f.seen) != tc.requests {
					t.Errorf("sent %q, want %d requests", f.seen, tc.requests)
				}
			})
		})
	}
}

// TestContinuesAtTheRightPlace checks the requested ranges.
func TestContinuesAtTheRightPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &file{content: randomBytes(300), etag: `"v1"`, breaks: []int{100, 50, -1}}
		if _, err := get(t, web.Over(pack.NetworkPolicy{}, f), "https://example.com/"); err != nil {
			t.Error(err)
		}
		if got, want := strings.Join(f.seen, ","), ` ,bytes=100- "v1",bytes=150- "v1"`; got != want {
			t.Errorf("asked for %q, want %q", got, want)
		}
	})
}

// TestContinuedTransfersEnd: the time of a whole transfer is bounded, however
// often it is continued.
func TestContinuedTransfersEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &file{content: randomBytes(100 << 20), etag: `"v1"`, breaks: []int{-1}}
		first := true
		slow := roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := f.RoundTrip(req)
			if first {
				first = false
				resp.Body = io.NopCloser(io.MultiReader(&slowly{resp.Body, req.Context().Done(), 7 * time.Minute, 10 << 10}, failing{io.ErrUnexpectedEOF}))
				return resp, err
			}
			resp.Body = io.NopCloser(&slowly{resp.Body, req.Context().Done(), time.Hour, 10 << 10})
			return resp, err
		})
		start := time.Now()
		_, err := get(t, web.Over(pack.NetworkPolicy{}, slow), "https://example.com/")
		if d := time.Since(start); d < 14*time.Minute || d > 16*time.Minute {
			t.Errorf("ended after %v", d)
		}
		if err == nil || !strings.Contains(err.Error(), "15 minutes") {
			t.Errorf("got error %v", err)
		}
	})
}

type roundTripper func(req *http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// slowly reads perSecond bytes until it stops.
type slowly struct {
	r         io.Reader
	done      <-chan struct{}
	lasts     time.Duration
	perSecond int
}

func (s *slowly) Read(p []byte) (int, error) {
	if s.lasts -= time.Second; s.lasts < 0 {
		return 0, io.EOF
	}
	select {
	case <-time.After(time.Second):
		return s.r.Read(p[:min(len(p), s.perSecond)])
	case <-s.done:
		return 0, errors.New("closed")
	}
}
