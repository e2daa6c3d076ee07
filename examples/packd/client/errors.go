package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// An Error is the response of a server that refused a request, or could not do
// it. errors.Is finds the sentinel of its code, and [pack.Retryable] returns the
// same result as on the server.
type Error struct {
	// Status is the HTTP status.
	Status int
	// Code is "" if the server gave none. It is [pack.CodeUnavailable] if a proxy
	// responds that the server is busy or cannot be reached.
	Code pack.Code
	// Message is the server's, or the name of the status.
	Message string
	// Retryable: the same request may succeed later without any change.
	Retryable bool
	// Cause is the rule that refused, the zero value for none.
	Cause wire.Cause
	// Details is an object, nil for none.
	Details json.RawMessage

	retryAfter time.Duration
}

// Error returns the message of the server.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the sentinel of the code, and what [pack.Retryable] looks for.
func (e *Error) Unwrap() []error { return wire.Causes(e.Code, e.Retryable, e.Cause) }

// ErrorCode implements [pack.Coder].
func (e *Error) ErrorCode() pack.Code { return e.Code }

// newError reads the response to a request that was not done. For a body that is
// not from packd, the status decides: a proxy may say that the server is
// unavailable.
func newError(res *http.Response, data []byte) *Error {
	e := &Error{Status: res.StatusCode, retryAfter: retryAfter(res.Header)}
	var body wire.ErrorBody
	if err := json.Unmarshal(data, &body); err == nil && body.Error != "" {
		e.Message, e.Retryable, e.Cause = body.Error, body.Retryable, body.Cause
		if body.Code != nil {
			e.Code = pack.Code(*body.Code)
		}
		if string(body.Details) != "null" {
			e.Details = body.Details
		}
		return e
	}
	if temporary(e) {
		e.Code, e.Retryable = pack.CodeUnavailable, true
	}
	e.Message = fmt.Sprintf("server answers %d %s", res.StatusCode, http.StatusText(res.StatusCode))
	if to := res.Header.Get("Location"); to != "" && res.StatusCode/100 == 3 {
		e.Message += fmt.Sprintf(" and names %q; redirects are not followed", to)
	}
	return e
}

// retryAfter returns the pause that the server asks for, 0 for none.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(max(0, min(n, 3600))) * time.Second
	}
	if t, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(t))
	}
	return 0
}
