package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/net/guard"
)

// explain turns an error of an HTTP exchange with target into one of package
// pack. An error that carries a code is returned without its wrapping, because
// net/http quotes whole URLs; the error of ctx stays unchanged; everything else
// becomes a [*pack.UnavailableError]. nil stays nil.
func explain(ctx context.Context, target string, err error) error {
	if err == nil {
		return nil
	}
	if coded, ok := errors.AsType[pack.Coder](err); ok {
		return coded
	}
	if ctx.Err() != nil && !errors.Is(err, errTooLong) {
		return fmt.Errorf("contact %q: %w", target, ctx.Err())
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return &pack.UnavailableError{Target: target, Temporary: temporary(err), Err: quoteText(err)}
}

const maxErrorText = 300

// quoteText quotes and shortens the text of err if necessary: net/http repeats texts of
// a server, with control characters and of any length.
func quoteText(err error) error {
	text := err.Error()
	if len(text) <= maxErrorText && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return err
	}
	return &quotedError{error: err, text: fmt.Sprintf("%.*q", maxErrorText, text)}
}

type quotedError struct {
	error

	text string
}

// Error implements error.
func (t *quotedError) Error() string { return t.text }

// Unwrap returns the error with the original text.
func (t *quotedError) Unwrap() error { return t.error }

// temporary reports whether the same request may succeed later: the network
// failed, as opposed to a server that violates the protocol or has the wrong
// certificate.
func temporary(err error) bool {
	if errors.Is(err, errTooSlow) || errors.Is(err, errTooSlowOnAverage) || errors.Is(err, errTooLong) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return !dns.IsNotFound
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		if op.Op == "proxyconnect" {
			return temporary(op.Err)
		}
		return op.Op == "dial" || op.Op == "read" || op.Op == "write" // TLS alerts have other names
	}
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

func temporaryStatus(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusRequestTimeout:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status >= 500
}

// exchange sends req with c, as [Client.Do] does, without continuing a transfer.
func exchange(c *http.Client, req *http.Request, accept []int) (*http.Response, error) {
	ctx, target := req.Context(), guard.RedactURL(req.URL)
	resp, err := c.Do(req)
	if err != nil {
		return nil, explain(ctx, target, err)
	}
	if err := checkStatus(resp, target, accept); err != nil {
		discard(resp)
		return nil, err
	}
	resp.Body = &explained{ReadCloser: resp.Body, explain: func(err error) error { return explain(ctx, target, err) }}
	return resp, nil
}

func checkStatus(resp *http.Response, target string, accept []int) error {
	for _, status := range append([]int{http.StatusOK}, accept...) {
		if resp.StatusCode == status {
			return nil
		}
	}
	cause := fmt.Errorf("server answered %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	switch resp.StatusCode {
	case http.StatusNotFound, http.StatusGone:
		return pack.Errorf(pack.CodeNotFound, "%s: %w", target, cause)
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return &pack.UnavailableError{Code: pack.CodeUnauthorized, Target: target, Status: resp.StatusCode, Err: cause}
	}
	return &pack.UnavailableError{
		Target:    target,
		Status:    resp.StatusCode,
		Temporary: temporaryStatus(resp.StatusCode),
		Err:       cause,
	}
}

// RefusesMethod reports whether err may be about the method of a request, rather
// than about its URL: some servers that check signed URLs answer 403.
func RefusesMethod(err error) bool {
	u, ok := errors.AsType[*pack.UnavailableError](err)
	if !ok {
		return false
	}
	switch u.Status {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	}
	return false
}

// explained turns the read errors of a host's client into errors of package
// pack.
type explained struct {
	io.ReadCloser

	explain func(error) error
}

// Read implements [io.Reader].
func (e *explained) Read(p []byte) (int, error) {
	n, err := e.ReadCloser.Read(p)
	if err == io.EOF {
		return n, err
	}
	return n, e.explain(err)
}
