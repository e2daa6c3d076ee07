package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/net/guard"
)

// A checked transport checks the URL of each request, redirects included, and watches the
// transfer of the response.
type checked struct {
	rules       *guard.Rules
	credentials credentials
	next        http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (t *checked) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.rules.CheckURL(req.URL); err != nil {
		closeBody(req)
		return nil, err
	}
	caller, target := req.Context(), guard.RedactURL(req.URL)
	ctx, cancel := context.WithCancelCause(caller)
	resp, err := t.next.RoundTrip(t.outgoing(ctx, req))
	if err == nil {
		err = checkLocation(req.URL, resp)
	}
	if err != nil {
		cancel(nil)
		return nil, explain(caller, target, err)
	}
	resp.Request = req
	resp.Body = newTransfer(resp.Body, cancel, func(err error) error {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return explain(caller, target, err)
	})
	return resp, nil
}

// outgoing returns the request to send for req.
func (t *checked) outgoing(ctx context.Context, req *http.Request) *http.Request {
	req = req.Clone(ctx)
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", userAgent)
	}
	t.credentials.add(req)
	if t.rules.Proxied() && req.URL.Scheme == "http" {
		// Servers would share the connection, and surplus data of one would be
		// taken for the answer of the next.
		req.Close = true
	}
	return req
}

// checkLocation refuses a redirect that net/http would quote in its own error.
func checkLocation(from *url.URL, resp *http.Response) error {
	location := resp.Header.Get("Location")
	if location == "" || resp.StatusCode/100 != 3 {
		return nil
	}
	if _, err := from.Parse(location); err == nil {
		return nil
	}
	_ = resp.Body.Close() // it is not read
	return &pack.UnavailableError{
		Target: guard.RedactURL(from),
		Status: resp.StatusCode,
		Err:    errors.New("redirected to an invalid URL"),
	}
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close() // the request was never sent
	}
}
