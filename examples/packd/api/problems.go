package api

import (
	"errors"
	"maps"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

// problemOf turns an error into the problem that the client receives.
func problemOf(err error) *wire.Problem {
	if full, ok := errors.AsType[*operations.FullError](err); ok {
		return tooMany(full.Error(), full.RetryAfter)
	}
	if errors.Is(err, operations.ErrClosed) {
		return unavailable("packd is shutting down")
	}
	return wire.ProblemOf(err)
}

// tooMany says when to try again, in whole seconds.
func tooMany(text string, wait time.Duration) *wire.Problem {
	after := int(math.Ceil(max(wait, time.Second).Seconds()))
	return wire.NewProblem(http.StatusTooManyRequests, pack.CodeBusy, text).With("Retry-After", strconv.Itoa(after))
}

func unavailable(text string) *wire.Problem {
	p := wire.NewProblem(http.StatusServiceUnavailable, pack.CodeUnavailable, text).With("Retry-After", "5")
	p.Retryable = true
	return p
}

// withReport adds the report of the work done before a request failed, if any.
func withReport(p *wire.Problem, report any) *wire.Problem {
	if report == nil {
		return p
	}
	details := map[string]any{"report": report}
	maps.Copy(details, p.Details)
	p.Details = details
	return p
}
