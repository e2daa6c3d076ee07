package server

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/packtrain/pack"
)

const (
	maxBody     = 1 << 20
	bodyTimeout = 20 * time.Second
	typeJSON    = "application/json"
)

// readBody is the middleware that reads the body of a request: bounded in size
// and time, of a known type, and JSON of which there is one reading.
func (s *Server) readBody(ctx huma.Context, next func(huma.Context)) {
	if ctx.Operation().RequestBody == nil {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	data, err := receive(w, r)
	if err == nil {
		err = judgeBody(data)
	}
	if err != nil {
		s.fail(w, r, problemOf(err))
		return
	}
	next(&bodyContext{received: ctx, body: bytes.NewReader(data)})
}

// receive reads the body. A client that sends it slowly is not waited for.
func receive(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if err := checkType(r.Header.Get("Content-Type")); err != nil {
		return nil, err
	}
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Now().Add(bodyTimeout)); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, bodyProblem(err)
	}
	return data, control.SetReadDeadline(time.Time{})
}

func checkType(header string) error {
	kind, params, err := mime.ParseMediaType(header)
	charset, hasCharset := params["charset"]
	if err != nil || kind != typeJSON || hasCharset && charset != "utf-8" && charset != "UTF-8" {
		return problemf(http.StatusUnsupportedMediaType, pack.CodeInvalidRequest, "the body has to be of type "+typeJSON)
	}
	return nil
}

func bodyProblem(err error) *problem {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		p := problemf(http.StatusRequestEntityTooLarge, pack.CodeLimitExceeded, "the body is too large")
		p.details = map[string]any{"limit": "body", "max": tooLarge.Limit}
		return p
	}
	return problemf(http.StatusBadRequest, pack.CodeInvalidRequest, "the body did not arrive").with("Connection", "close")
}

func judgeBody(data []byte) error {
	if err := checkJSON(data); err != nil {
		return problemf(http.StatusBadRequest, pack.CodeInvalidRequest, "the body is no JSON document: "+err.Error())
	}
	return nil
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

// Unwrap returns the request as it came.
func (c *bodyContext) Unwrap() huma.Context { return c.received }
