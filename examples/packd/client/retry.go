package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/packtrain/pack"
)

// firstPause is the one after the first attempt; each further one is twice as
// long.
const firstPause = 250 * time.Millisecond

// insist tries a call until it succeeds, cannot succeed, or was tried often
// enough.
func (c *Client) insist(ctx context.Context, x call, try func() error) error {
	for attempt := 1; ; attempt++ {
		err := try()
		if err == nil || attempt >= c.config.Attempts || !worthwhile(x, err) {
			return err
		}
		if c.pause(ctx, attempt, err) != nil {
			return err
		}
	}
}

// worthwhile reports whether x may be sent again after err, and may do better
// then.
func worthwhile(x call, err error) bool {
	e, answered := errors.AsType[*Error](err)
	if answered && e.Status == http.StatusTooManyRequests {
		return true // nothing was done
	}
	return x.again && temporary(err)
}

// temporary reports whether a failed request may succeed later: the server was not
// reached, is busy, or its proxy does not reach it at the moment.
func temporary(err error) bool {
	e, answered := errors.AsType[*Error](err)
	if !answered {
		return pack.Retryable(err)
	}
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// pause waits before the next attempt: as long as the server asks for, else
// twice as long each time; with some chance in it, so that clients which were
// refused together do not come back together. It returns early, with an error,
// when ctx ends.
func (c *Client) pause(ctx context.Context, attempt int, err error) error {
	d := firstPause << min(attempt-1, 16)
	if e, ok := errors.AsType[*Error](err); ok && e.retryAfter > 0 {
		d = e.retryAfter
	}
	d = min(d, c.config.MaxPause)
	timer := time.NewTimer(d + rand.N(d/4+1))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
