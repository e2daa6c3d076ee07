package server

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/operations"
)

// A problem is why a request is not done, as the client is told. It implements
// huma's StatusError and HeadersError.
type problem struct {
	status int
	text   string
	code   string // "" for none
	// details is an object, nil for none.
	details map[string]any
	header  http.Header
}

// Error returns the text.
func (p *problem) Error() string { return p.text }

// GetStatus returns the HTTP status.
func (p *problem) GetStatus() int { return p.status }

// GetHeaders returns headers that go with the status.
func (p *problem) GetHeaders() http.Header { return p.header }

func (p *problem) body() client.ErrorBody {
	b := client.ErrorBody{Error: p.text}
	if p.code != "" {
		b.Code = &p.code
	}
	if p.details != nil {
		b.Details, _ = json.Marshal(p.details) // strings, numbers and lists of them
	}
	return b
}

func (p *problem) with(name, value string) *problem {
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set(name, value)
	return p
}

func problemf(status int, code pack.Code, text string) *problem {
	return &problem{status: status, code: string(code), text: text}
}

// problemOf turns an error of the library into what the client is told.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if full, ok := errors.AsType[*operations.FullError](err); ok {
		return tooMany(full.Error(), full.RetryAfter)
	}
	if errors.Is(err, operations.ErrClosed) {
		return unavailable("packd is shutting down")
	}
	code := pack.CodeOf(err)
	p := &problem{status: statusOf(code), code: string(code), text: err.Error()}
	if limit, ok := errors.AsType[*pack.LimitError](err); ok {
		p.details = map[string]any{"limit": limit.Limit, "max": limit.Max, "value": limit.Value}
	}
	return p
}
