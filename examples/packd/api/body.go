package api

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// bodyValue is the key of an operation's metadata that holds a value of the
// type of its body.
const bodyValue = "body"

// readBody is the middleware that reads the body of a request: bounded in size
// and time, of a known type, and JSON of which there is one reading.
func (s *Server) readBody(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	if p := unknownParameter(ctx); p != nil {
		r, w := humago.Unwrap(ctx)
		s.fail(w, r, p)
		return
	}
	if op.RequestBody == nil {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	x := stateOf(r.Context())
	defer x.body.releaseAll()
	data, err := s.takeBody(w, r, op, x)
	if err != nil {
		s.fail(w, r, problemOf(err))
		return
	}
	next(&bodyContext{received: ctx, body: bytes.NewReader(data)})
}

// unknownParameter says which parameter of the URL has no meaning, nil for none.
func unknownParameter(ctx huma.Context) *wire.Problem {
	var known []string
	for _, p := range ctx.Operation().Parameters {
		if p.In == "query" {
			known = append(known, p.Name)
		}
	}
	u := ctx.URL()
	for _, name := range slices.Sorted(maps.Keys(u.Query())) {
		if !slices.Contains(known, name) {
			return wire.UnknownField("parameter", name, known)
		}
	}
	return nil
}

// takeBody receives the body and decodes it, as far as that is fair to others.
func (s *Server) takeBody(w http.ResponseWriter, r *http.Request, op *huma.Operation, x *requestState) ([]byte, error) {
	giveBack, p := x.key.bodies.take(bodySize(r))
	if p != nil {
		return nil, p
	}
	x.body.memory = giveBack
	data, kind, err := receive(w, r, op)
	if err != nil {
		return nil, err
	}
	x.unread = false
	if err := x.body.awaitDecoder(r.Context(), s.decoders); err != nil {
		return nil, err
	}
	data, x.ignored, err = wire.DecodeBody(data, kind, op.Metadata[bodyValue])
	return data, err
}

// receive reads the body. How long that may take was set when the request came.
func receive(w http.ResponseWriter, r *http.Request, op *huma.Operation) (data []byte, kind string, err error) {
	kind, err = wire.BodyType(r.Header.Get("Content-Type"), op.RequestBody.Content[wire.TypeDotenv] != nil)
	if err != nil {
		return nil, "", err
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, "", wire.NewProblem(http.StatusUnsupportedMediaType, pack.CodeInvalidRequest, "the body must not be compressed")
	}
	if r.ContentLength > wire.MaxBody { // it is not even asked for
		return nil, "", bodyProblem(&http.MaxBytesError{Limit: wire.MaxBody})
	}
	data, err = io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxBody))
	if err != nil {
		return nil, "", bodyProblem(err)
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // could be set before, or cannot be at all
	return data, kind, nil
}

func bodyProblem(err error) *wire.Problem {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		p := wire.NewProblem(http.StatusRequestEntityTooLarge, pack.CodeLimitExceeded, "the body is too large")
		p.Details = map[string]any{"limit": "body", "max": tooLarge.Limit}
		return p
	}
	return wire.NewProblem(http.StatusBadRequest, pack.CodeInvalidRequest, "the body did not arrive").With("Connection", "close")
}

// bodyContext is a request whose body was read.
type bodyContext struct {
	received
	body io.Reader
}

// received has another name than the method of it that is promoted.
type received huma.Context

// BodyReader returns the body that was read.
func (c *bodyContext) BodyReader() io.Reader { return c.body }

// Header returns a header, the lines of which are one list (RFC 9110, 5.3); the
// body is JSON by now.
func (c *bodyContext) Header(name string) string {
	if http.CanonicalHeaderKey(name) == "Content-Type" {
		return wire.TypeJSON
	}
	r, _ := humago.Unwrap(c.received)
	return strings.Join(r.Header.Values(name), ", ")
}

// Unwrap returns the request as it came.
func (c *bodyContext) Unwrap() huma.Context { return c.received }
