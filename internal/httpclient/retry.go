package httpclient

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/packtrain/pack"
)

const (
	maxTries      = 3
	firstDelay    = 500 * time.Millisecond
	maxRetryAfter = 60 * time.Second
	drainBytes    = 4 << 10
)

// A retrier sends a GET or HEAD request again when trying again can help. A
// failure in the middle of a body is not its business: whoever reads the body
// knows whether what was read can be thrown away.
type retrier struct {
	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (r *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	tries := maxTries
	if !repeatable(req) {
		tries = 1
	}
	for try := 1; ; try++ {
		resp, err := r.next.RoundTrip(req)
		if try == tries || !worthRetrying(resp, err) {
			return resp, err
		}
		delay := retryDelay(try, resp)
		discard(resp)
		if err := wait(req.Context(), delay); err != nil {
			return nil, Explain(req.Context(), redact(req.URL), err)
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

// retryDelay obeys the server within bounds; without its word the delay
// doubles with each try, give or take a half.
func retryDelay(try int, resp *http.Response) time.Duration {
	if resp != nil {
		if d, ok := retryAfter(resp.Header.Get("Retry-After"), time.Now()); ok {
			return d
		}
	}
	d := firstDelay << (try - 1)
	return d/2 + rand.N(d) //nolint:gosec // to spread requests, not to surprise anybody
}

func retryAfter(header string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter), true
	}
	at, err := http.ParseTime(header)
	if err != nil {
		return 0, false
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
