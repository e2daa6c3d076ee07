package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/packtrain/pack"
)

const maxResumes = maxRetries

// A resumable body continues where its transfer broke off, when the server
// confirms that it sends the rest of the same content: its strong entity tag is
// sent back, and must be returned again. Otherwise the error of the transfer
// stays, and the reader has to start over.
type resumable struct {
	client *http.Client
	req    *http.Request
	cancel context.CancelFunc

	etag     string
	encoding string
	length   int64 // of the whole, -1 when the server did not state it
	offset   int64 // of the next byte
	tries    int
	body     io.ReadCloser
}

// resumeBody makes the body of resp, the answer of c to req, resumable if
// possible.
func resumeBody(c *http.Client, req *http.Request, resp *http.Response) {
	etag := StrongETag(resp.Header)
	if req.Method != http.MethodGet || resp.StatusCode != http.StatusOK || etag == "" || req.Header.Get("Range") != "" {
		return
	}
	ctx, cancel := context.WithTimeoutCause(req.Context(), totalDuration, errTooLong)
	resp.Body = &resumable{
		client: c, req: req.Clone(ctx), cancel: cancel,
		etag: etag, encoding: ContentEncoding(resp.Header), length: resp.ContentLength, body: resp.Body,
	}
}

// Read implements [io.Reader].
func (r *resumable) Read(p []byte) (int, error) {
	for {
		n, err := r.body.Read(p)
		r.offset += int64(n)
		switch {
		case err == nil || err == io.EOF:
			return n, err
		case n > 0:
			return n, nil // the next call fails in the same way
		case !r.resume(err):
			return 0, err
		}
	}
}

// resume replaces the body, which failed with err; false when that cannot help.
func (r *resumable) resume(err error) bool {
	for pack.Retryable(err) && r.tries < maxResumes {
		r.tries++
		if wait(r.req.Context(), backoff(r.tries)) != nil {
			return false
		}
		var body io.ReadCloser
		if body, err = r.rest(); err == nil {
			_ = r.body.Close() // it failed before
			r.body = body
			return true
		}
	}
	return false
}

// rest requests the missing part.
func (r *resumable) rest() (io.ReadCloser, error) {
	req := r.req.Clone(r.req.Context())
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-", r.offset))
	req.Header.Set("If-Range", r.etag)
	resp, err := exchange(r.client, req, []int{http.StatusPartialContent})
	if err != nil {
		return nil, err
	}
	if err := r.attach(resp); err != nil {
		_ = resp.Body.Close() // it is not read
		return nil, err
	}
	return resp.Body, nil
}

var errOther = errors.New("the content on the server has changed")

// attach makes sure that the body of resp continues at the current offset.
func (r *resumable) attach(resp *http.Response) error {
	if StrongETag(resp.Header) != r.etag || ContentEncoding(resp.Header) != r.encoding {
		return errOther
	}
	if resp.StatusCode == http.StatusPartialContent {
		return r.checkRange(resp)
	}
	if resp.ContentLength >= 0 && r.length >= 0 && resp.ContentLength != r.length {
		return errOther
	}
	_, err := io.CopyN(io.Discard, resp.Body, r.offset) // the server sent all of it again
	return err
}

// checkRange expects the rest up to the end, and nothing else.
func (r *resumable) checkRange(resp *http.Response) error {
	var first, last, length int64
	got := resp.Header.Get("Content-Range")
	if _, err := fmt.Sscanf(got, "bytes %d-%d/%d", &first, &last, &length); err != nil {
		return errOther
	}
	switch {
	case got != fmt.Sprintf("bytes %d-%d/%d", first, last, length),
		first != r.offset, last != length-1, r.length >= 0 && length != r.length,
		resp.ContentLength >= 0 && resp.ContentLength != length-first:
		return errOther
	}
	return nil
}

// Close implements [io.Closer].
func (r *resumable) Close() error {
	r.cancel()
	return r.body.Close()
}
