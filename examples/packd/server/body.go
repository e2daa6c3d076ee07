package server

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/dotenv"
)

const (
	typeJSON   = "application/json"
	typeDotenv = "text/x-dotenv"

	maxBody = 1 << 20

	// bodyValue is the key of an operation's metadata that holds a value of the
	// type of its body.
	bodyValue = "body"
)

// readBody is the middleware that reads the body of a request: bounded in size
// and time, of a known type, and JSON of which there is one reading.
func (s *Server) readBody(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	if op.RequestBody == nil {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	x := exchangeOf(r.Context())
	defer x.burden.understood()
	data, err := s.takeBody(w, r, op, x)
	if err != nil {
		s.fail(w, r, problemOf(err))
		return
	}
	next(&bodyContext{received: ctx, body: bytes.NewReader(data)})
}

// takeBody receives the body and decodes it, as far as that is fair to others.
func (s *Server) takeBody(w http.ResponseWriter, r *http.Request, op *huma.Operation, x *exchange) ([]byte, error) {
	giveBack, p := x.key.bodies.take(weight(r))
	if p != nil {
		return nil, p
	}
	x.burden.memory = giveBack
	data, kind, err := receive(w, r, op)
	if err != nil {
		return nil, err
	}
	x.unread = false
	if err := x.burden.decode(r.Context(), s.decoders); err != nil {
		return nil, err
	}
	return decodeBody(data, kind, op.Metadata[bodyValue])
}

// receive reads the body. How long that may take was set when the request came.
func receive(w http.ResponseWriter, r *http.Request, op *huma.Operation) (data []byte, kind string, err error) {
	kind, err = bodyType(r.Header.Get("Content-Type"), op.RequestBody.Content[typeDotenv] != nil)
	if err != nil {
		return nil, "", err
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, "", problemf(http.StatusUnsupportedMediaType, pack.CodeInvalidRequest, "the body must not be compressed")
	}
	if r.ContentLength > maxBody { // it is not even asked for
		return nil, "", bodyProblem(&http.MaxBytesError{Limit: maxBody})
	}
	data, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, "", bodyProblem(err)
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // could be set before, or cannot be at all
	return data, kind, nil
}

// decodeBody turns a body into JSON with the fields of v.
func decodeBody(data []byte, kind string, v any) ([]byte, error) {
	var err error
	if kind == typeDotenv {
		if data, err = dotenv.JSON(data, v); err != nil {
			return nil, malformed("dotenv", err)
		}
	}
	if err = checkJSON(data); err != nil {
		return nil, malformed("JSON", err)
	}
	if data, err = keepFields(data, v); err != nil {
		return nil, err
	}
	return data, checkNumbers(data)
}

// bodyType returns the type of the body, which has to be one of those read here.
func bodyType(header string, admitsDotenv bool) (string, error) {
	kind, params, err := mime.ParseMediaType(header)
	known := kind == typeJSON || kind == typeDotenv && admitsDotenv
	if charset := params["charset"]; err == nil && known && (charset == "" || charset == "utf-8" || charset == "UTF-8") {
		return kind, nil
	}
	want := typeJSON
	if admitsDotenv {
		want += " or " + typeDotenv
	}
	return "", problemf(http.StatusUnsupportedMediaType, pack.CodeInvalidRequest, "the body has to be of type "+want)
}

func bodyProblem(err error) *problem {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		p := problemf(http.StatusRequestEntityTooLarge, pack.CodeLimitExceeded, "the body is too large")
		p.details = map[string]any{"limit": "body", "max": tooLarge.Limit}
		return p
	}
	return problemf(http.StatusBadRequest, pack.CodeInvalidRequest, "the body did not arrive").with("Connection", "close")
}

func malformed(format string, err error) *problem {
	return problemf(http.StatusBadRequest, pack.CodeMalformedContent, "the body is not proper "+format+": "+err.Error())
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
		return typeJSON
	}
	r, _ := humago.Unwrap(c.received)
	return strings.Join(r.Header.Values(name), ", ")
}

// Unwrap returns the request as it came.
func (c *bodyContext) Unwrap() huma.Context { return c.received }
