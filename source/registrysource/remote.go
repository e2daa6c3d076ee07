package registrysource

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/web"
)

// A remote index is read from a server.
type remote struct {
	client *web.Client
	url    string
	ttl    time.Duration
	limits Limits
	shelf  source.Shelf // may be nil
}

const (
	indexSize = "index size"
	// maxTransfers is the number of attempts for a transfer that breaks off.
	maxTransfers = 3
)

// load is a [loadFunc]. Requests that fail are repeated by the client.
func (r *remote) load(ctx context.Context, old *snapshot) (*snapshot, error) {
	if old != nil && time.Since(old.at) < r.ttl {
		return old, nil
	}
	if old == nil {
		old = r.shelved(ctx)
	}
	for try := 1; ; try++ {
		resp, err := r.request(ctx, old)
		if old != nil && errors.Is(err, web.ErrOffline) {
			return old.renewed(), nil
		}
		if err != nil {
			return nil, err
		}
		if resp.StatusCode == http.StatusNotModified {
			return old.renewed(), resp.Body.Close()
		}
		data, err := r.receive(resp)
		switch {
		case err == nil:
			return r.snapshot(ctx, old, resp.Header, data)
		case try == maxTransfers || !pack.Retryable(err):
			return nil, err
		}
	}
}

func (r *remote) request(ctx context.Context, old *snapshot) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, http.NoBody)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%w", err)
	}
	req.Header.Set("Accept", "application/json, */*;q=0.1")
	req.Header.Set("Accept-Encoding", "identity")
	var accept []int
	if old != nil && old.addConditions(req.Header) {
		accept = []int{http.StatusNotModified}
	}
	resp, err := r.client.Do(req, accept...)
	if errors.Is(err, pack.ErrNotFound) {
		// Not [pack.ErrNotFound], which is for packs: without the index, no pack
		// is known to be missing.
		return nil, &pack.UnavailableError{Target: shown(r.url), Status: http.StatusNotFound, Err: errors.New("there is no index")}
	}
	return resp, err
}

// addConditions asks for the index only if it differs from that of s; false when
// s has no validators.
func (s *snapshot) addConditions(h http.Header) bool {
	if s.etag != "" {
		h.Set("If-None-Match", s.etag)
	}
	if s.lastModified != "" {
		h.Set("If-Modified-Since", s.lastModified)
	}
	return s.etag != "" || s.lastModified != ""
}

// receive reads the whole body and closes it.
func (r *remote) receive(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close() //nolint:errcheck // it was read
	if encoding := web.ContentEncoding(resp.Header); encoding != "" && encoding != "identity" {
		return nil, malformed("the server sends it with the content encoding %.40q, which was not asked for", encoding)
	}
	if r.limits.Bytes >= 0 && resp.ContentLength > r.limits.Bytes {
		return nil, &pack.LimitError{Limit: indexSize, Max: r.limits.Bytes, Value: resp.ContentLength}
	}
	return r.limits.read(resp.Body, resp.ContentLength)
}

func (r *remote) snapshot(ctx context.Context, old *snapshot, header http.Header, data []byte) (*snapshot, error) {
	doc, err := old.parse(data, r.limits)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	s := &snapshot{
		document:     doc,
		at:           now,
		newest:       newestOf(old, doc, now),
		etag:         header.Get("ETag"),
		lastModified: header.Get("Last-Modified"),
	}
	r.keep(ctx, s)
	return s, nil
}

// renewed returns the snapshot, marked as current.
func (s *snapshot) renewed() *snapshot {
	current := *s
	current.at = time.Now()
	return &current
}
