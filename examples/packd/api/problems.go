package api

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

// problemOf turns an error into the problem that the client is told.
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
	return wire.NewProblem(http.StatusServiceUnavailable, pack.CodeUnavailable, text).With("Retry-After", "5")
}
