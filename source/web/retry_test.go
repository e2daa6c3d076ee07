package web_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// A script answers requests with one step after the other, the last for ever.
type script struct {
	steps []func() (*http.Response, error)
	calls int
}

func (s *script) RoundTrip(*http.Request) (*http.Response, error) {
	step := s.steps[min(s.calls, len(s.steps)-1)]
	s.calls++
	return step()
}

func status(code int, header ...string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		h := http.Header{}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader("body"))}, nil
	}
}

func fails(err error) func() (*http.Response, error) {
	return func() (*http.Response, error) { return nil, err }
}

func flappingServers(t *testing.T) {
	t.Parallel()
	reset := &net.OpError{Op: "read", Err: errors.New("connection reset")}
	unverified := &tls.CertificateVerificationError{Err: errors.New("unknown authority")}
	type steps = []func() (*http.Response, error)
	for _, tc := range []struct {
		name     string
		steps    steps
		calls    int
		code     pack.Code
		min, max time.Duration
	}{
		{"recovers from 503", steps{status(503), status(200)}, 2, "", 125 * time.Millisecond, time.Second},
		{"recovers from a reset", steps{fails(reset), fails(reset), status(200)}, 3, "", 375 * time.Millisecond, 2 * time.Second},
		{"recovers from flapping", steps{status(500), fails(reset), status(504), status(502), status(200)}, 5, "", 1875 * time.Millisecond, 6 * time.Second},
		{"gives up on 500", steps{status(500)}, 5, pack.CodeUnavailable, 1875 * time.Millisecond, 6 * time.Second},
		{"gives up on a reset", steps{fails(reset)}, 5, pack.CodeUnavailable, 1875 * time.Millisecond, 6 * time.Second},
		{"obeys Retry-After", steps{status(429, "Retry-After", "7"), status(200)}, 2, "", 7 * time.Second, 8 * time.Second},
		{"caps Retry-After", steps{status(429, "Retry-After", "86400"), status(200)}, 2, "", time.Minute, 68 * time.Second},
		{"does not ask again at once", steps{status(503, "Retry-After", "0")}, 5, pack.CodeUnavailable, 1875 * time.Millisecond, 6 * time.Second},
		{"waits too long in all", steps{status(503, "Retry-After", "60")}, 2, pack.CodeUnavailable, time.Minute, 68 * time.Second},
		{"not 404", steps{status(404)}, 1, pack.CodeNotFound, 0, 0},
		{"not 410", steps{status(410)}, 1, pack.CodeNotFound, 0, 0},
		{"not 403", steps{status(403)}, 1, pack.CodeUnauthorized, 0, 0},
		{"not 401", steps{status(401)}, 1, pack.CodeUnauthorized, 0, 0},
		{"not 451", steps{status(451)}, 1, pack.CodeUnavailable, 0, 0},
		{"not 501", steps{status(501)}, 1, pack.CodeUnavailable, 0, 0},
		{"not a wrong certificate", steps{fails(unverified)}, 1, pack.CodeUnavailable, 0, 0},
		{"not a missing name", steps{fails(&net.DNSError{IsNotFound: true})}, 1, pack.CodeUnavailable, 0, 0},
		{"a failing name server", steps{fails(&net.DNSError{IsTemporary: true}), status(200)}, 2, "", 125 * time.Millisecond, time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: tc.steps}
				start := time.Now()
				_, err := get(t, web.Over(pack.NetworkPolicy{}, s), "https://example.com/")
				wantCode(t, err, tc.code)
				if s.calls != tc.calls {
					t.Errorf("%d requests were sent, want %d", s.calls, tc.calls)
				}
				if d := time.Since(start); d < tc.min || d > tc.max {
					t.Errorf("took %v, want %v to %v", d, tc.min, tc.max)
				}
			})
		})
	}
}

// finalStatuses are not asked for again.
func finalStatuses(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]pack.Code{
		http.StatusNotFound: pack.CodeNotFound, http.StatusGone: pack.CodeNotFound,
		http.StatusForbidden: pack.CodeUnauthorized, http.StatusUnauthorized: pack.CodeUnauthorized,
		http.StatusUnavailableForLegalReasons: pack.CodeUnavailable, http.StatusBadRequest: pack.CodeUnavailable,
	} {
		var asked atomic.Int32
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.WriteHeader(status)
		})
		_, err := get(t, web.Make(loopback(), nil), srv.URL)
		wantCode(t, err, want)
		u, ok := errors.AsType[*pack.UnavailableError](err)
		if n := asked.Load(); n != 1 || pack.Retryable(err) || ok && u.Status != status {
			t.Errorf("status %d: %d requests, %v", status, n, err)
		}
	}
}

func TestOnlyReadingRequestsAreRepeated(t *testing.T) {
	t.Parallel()
	s := &script{steps: []func() (*http.Response, error){status(503)}}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://example.com/", strings.NewReader("x"))
	_, err := do(web.Over(pack.NetworkPolicy{}, s), req)
	if s.calls != 1 || !pack.Retryable(err) {
		t.Errorf("%d requests, error %v", s.calls, err)
	}
}

func retryAfterHeaders(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		header string
		want   time.Duration
		ok     bool
	}{
		{"0", 0, true},
		{"12", 12 * time.Second, true},
		{"4000000000", time.Minute, true},
		{"Mon, 23 Nov 2026 10:00:30 GMT", 30 * time.Second, true},
		{"Sun, 22 Nov 2026 10:00:00 GMT", 0, true},
		{"Mon, 23 Nov 2036 10:00:00 GMT", time.Minute, true},
		{"-1", 0, false},
		{"soon", 0, false},
		{"", 0, false},
		{"99999999999999999999", 0, false},
	} {
		h := http.Header{"Retry-After": {tc.header}}
		if got, ok := web.RetryAfter(h, now); got != tc.want || ok != tc.ok {
			t.Errorf("%q: got %v, %v, want %v, %v", tc.header, got, ok, tc.want, tc.ok)
		}
	}
	// a server whose clock is 20 years ahead
	h := http.Header{"Retry-After": {"Mon, 23 Nov 2046 10:00:05 GMT"}, "Date": {"Mon, 23 Nov 2046 10:00:00 GMT"}}
	if got, ok := web.RetryAfter(h, now); got != 5*time.Second || !ok {
		t.Errorf("by the server's clock: got %v, %v", got, ok)
	}
}

func TestCancelledWhileWaitingToRetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		s := &script{steps: []func() (*http.Response, error){status(503, "Retry-After", "30")}}
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://example.com/", http.NoBody)
		start := time.Now()
		_, err := do(web.Over(pack.NetworkPolicy{}, s), req)
		wantCode(t, err, pack.CodeTimeout)
		if d := time.Since(start); d != 10*time.Second {
			t.Errorf("returned after %v", d)
		}
	})
}
