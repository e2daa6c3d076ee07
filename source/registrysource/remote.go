package registrysource

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
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
	judge  *judge
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
		switch {
		case old.usable() && errors.Is(err, web.ErrOffline):
			return old.renewed(), nil
		case err != nil:
			return nil, err
		case resp.StatusCode == http.StatusNotModified:
			return r.unchanged(ctx, old, resp)
		}
		current, err := r.snapshot(ctx, old, resp)
		switch {
		case err == nil || try == maxTransfers:
			return current, err
		case inFlux(err) && wait(ctx, try):
		case !pack.Retryable(err):
			return nil, err
		}
	}
}

// wait gives a publisher the time to write the second of two files; false if ctx ends.
func wait(ctx context.Context, try int) bool {
	timer := time.NewTimer(time.Duration(try) * 200 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
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
	if old.usable() && old.addConditions(req.Header) {
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
	if limit := r.judge.limits.Bytes; limit >= 0 && resp.ContentLength > limit {
		return nil, &pack.LimitError{Limit: indexSize, Max: limit, Value: resp.ContentLength}
	}
	return r.judge.limits.read(resp.Body, resp.ContentLength)
}

// snapshot reads the index of an answer.
func (r *remote) snapshot(ctx context.Context, old *snapshot, resp *http.Response) (*snapshot, error) {
	data, err := r.receive(resp)
	if err != nil {
		return nil, err
	}
	doc, v, err := r.judge.read(ctx, old, data, r.beside)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	s := &snapshot{
		document:     doc,
		verdict:      v,
		at:           now,
		newest:       newestOf(old, doc, now),
		etag:         resp.Header.Get("ETag"),
		lastModified: resp.Header.Get("Last-Modified"),
	}
	r.keep(ctx, s)
	return s, nil
}

// unchanged returns the old state. What is only reported to be unverified may have been
// signed since.
func (r *remote) unchanged(ctx context.Context, old *snapshot, resp *http.Response) (*snapshot, error) {
	current := old.renewed()
	if old.verdict.refused == nil {
		return current, resp.Body.Close()
	}
	var err error
	current.verdict, err = r.judge.verify(ctx, old.document.data, r.beside)
	return current, errors.Join(err, resp.Body.Close())
}

// beside is a [besideFunc].
func (r *remote) beside(ctx context.Context, suffix string) (data []byte, err error) {
	u, err := url.Parse(r.url)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%w", err)
	}
	u.Path, u.RawPath = u.Path+suffix, ""
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%w", err)
	}
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	return io.ReadAll(web.LimitReader(resp.Body, proofSize, maxProof))
}

// usable says whether there is an index in a snapshot, which may be nil.
func (s *snapshot) usable() bool { return s != nil && s.document != nil }

// renewed returns the snapshot, marked as current.
func (s *snapshot) renewed() *snapshot {
	current := *s
	current.at = time.Now()
	return &current
}
