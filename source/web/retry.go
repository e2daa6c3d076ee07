package web

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/net/guard"
)

const (
	maxRetries    = 4
	firstDelay    = 250 * time.Millisecond
	maxRetryAfter = 60 * time.Second
	maxWaiting    = 2 * time.Minute // for one request, all its delays together
	drainBytes    = 4 << 10
)

// A retrier sends a GET or HEAD request again when trying again can help.
// [resumable] handles a failure in the middle of a body.
type retrier struct {
	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (r *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	retries := maxRetries
	if !repeatable(req) {
		retries = 0
	}
	left := maxWaiting
	for try := 1; ; try++ {
		resp, err := r.next.RoundTrip(req)
		if try > retries || !worthRetrying(resp, err) {
			return resp, err
		}
		delay := retryDelay(try, resp)
		if left -= delay; left < 0 {
			return resp, err
		}
		discard(resp)
		if err := wait(req.Context(), delay); err != nil {
			return nil, explain(req.Context(), guard.RedactURL(req.URL), err)
		}
	}
}

func repeatable(req *http.Request) bool {
	return (req.Method == http.MethodGet || req.Method == http.MethodHead || req.Method == "") &&
		(req.Body == nil || req.Body == http.NoBody)
}

func worthRetrying(resp *http.Response, err error) bool {
	if err != nil {
		return pack.Retryable(err)
	}
	return temporaryStatus(resp.StatusCode)
}

// retryDelay obeys the server within bounds; it never asks again at once.
func retryDelay(try int, resp *http.Response) time.Duration {
	delay := backoff(try)
	if resp == nil {
		return delay
	}
	after, ok := retryAfter(resp.Header, time.Now())
	if !ok || after < delay {
		return delay
	}
	return after + rand.N(after/8) //nolint:gosec // so that not all come back at the same moment
}

// backoff doubles with each try, give or take a half.
func backoff(try int) time.Duration {
	d := firstDelay << (try - 1)
	return d/2 + rand.N(d) //nolint:gosec // to spread requests, not for security
}

// retryAfter measures a date by the server's own clock, when the response states
// its time.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	header := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter), true
	}
	at, err := http.ParseTime(header)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), maxRetryAfter), true
}

// discard reads a little, so that the connection can be used again.
func discard(resp *http.Response) {
	if resp == nil {
		return
	}
	_, _ = io.CopyN(io.Discard, resp.Body, drainBytes) // what fails here fails again when it matters
	_ = resp.Body.Close()
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
