package wire

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A Problem is why a request was not done: the status and the [ErrorBody] of the
// response. It has the methods of huma's StatusError and HeadersError.
type Problem struct {
	Status int
	Text   string
	Code   pack.Code // "" for none
	// Retryable: the same request may succeed later without any change.
	Retryable bool
	Cause     Cause
	// Details is an object of strings, numbers, lists and reports; nil for none.
	Details map[string]any
	Header  http.Header
}

// NewProblem returns a problem without details, which is retryable when its code
// is [pack.CodeBusy].
func NewProblem(status int, code pack.Code, text string) *Problem {
	return &Problem{Status: status, Code: code, Text: text, Retryable: pack.Retryable(code.Sentinel())}
}

// ProblemOf turns an error of the library into a problem with the status of its
// code. A [*Problem] stays as it is.
func ProblemOf(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	code := pack.CodeOf(err)
	p := NewProblem(StatusOf(code), code, err.Error())
	p.Retryable, p.Cause = pack.Retryable(err), CauseOf(err)
	if limit, ok := errors.AsType[*pack.LimitError](err); ok {
		p.Details = map[string]any{"limit": limit.Limit, "max": limit.Max, "value": limit.Value}
	}
	if feed, ok := errors.AsType[*registry.FeedError](err); ok {
		p.Details = map[string]any{"next": feed.Next}
	}
	return p
}

// Error returns the text.
func (p *Problem) Error() string { return p.Text }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns headers that go with the status.
func (p *Problem) GetHeaders() http.Header { return p.Header }

// With adds a header.
func (p *Problem) With(name, value string) *Problem {
	if p.Header == nil {
		p.Header = http.Header{}
	}
	p.Header.Set(name, value)
	return p
}

// Body returns the body of the answer.
func (p *Problem) Body() ErrorBody {
	b := ErrorBody{Error: p.Text, Retryable: p.Retryable, Cause: p.Cause}
	if p.Code != "" {
		b.Code = (*string)(&p.Code)
	}
	if p.Details != nil {
		b.Details, _ = json.Marshal(p.Details)
	}
	return b
}

// Fault returns the problem as that of an item.
func (p *Problem) Fault() Fault {
	return Fault{Message: p.Text, Code: p.Code, Retryable: p.Retryable, Cause: p.Cause}
}
