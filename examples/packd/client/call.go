package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// A call is one request and its answer.
type call struct {
	method string
	path   string // below /api/v1, escaped, with the query
	header http.Header
	body   []byte // JSON, nil for none
	// again: sending it twice does no more than sending it once.
	again bool
}

// get returns the call that reads path.
func get(path string) call { return call{method: http.MethodGet, path: path, again: true} }

// with returns x with v as its body.
func (x call) with(v any) (call, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return x, pack.Errorf(pack.CodeInvalidRequest, "encode request: %w", err)
	}
	x.body = data
	return x, nil
}

// read does a call, as often as it takes and is safe, and decodes the data
// of its answer.
func read[T any](ctx context.Context, c *Client, x call) (*T, error) {
	var v *T
	err := c.insist(ctx, x, func() error {
		data, err := c.receive(ctx, x)
		if err != nil {
			return err
		}
		v, err = decode[T](data)
		return err
	})
	return v, err
}

// do does a call whose answer has nothing to say.
func (c *Client) do(ctx context.Context, x call) error {
	return c.insist(ctx, x, func() error {
		_, err := c.receive(ctx, x)
		return err
	})
}

// decode reads an answer. Numbers in values of any type stay exact, as
// [json.Number].
func decode[T any](data []byte) (*T, error) {
	var body wire.Envelope[*T]
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	err := dec.Decode(&body)
	if _, end := dec.Token(); err == nil && !errors.Is(end, io.EOF) {
		err = errors.New("something follows it")
	}
	if err != nil {
		return nil, pack.Errorf(pack.CodeMalformedContent, "read response of the server: %w", err)
	}
	if body.Data == nil {
		return nil, pack.Errorf(pack.CodeMalformedContent, "read response of the server: no data; is it packd?")
	}
	return body.Data, nil
}

// receive does a call once and returns the body of its answer.
func (c *Client) receive(ctx context.Context, x call) ([]byte, error) {
	res, err := c.open(ctx, x)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	return c.readAll(ctx, res)
}

// open sends a request once. The caller closes the body of the answer, which is
// that of a request that was done.
func (c *Client) open(ctx context.Context, x call) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, x.method, c.base+x.path, bytes.NewReader(x.body))
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "make request: %w", err)
	}
	c.address(req, x)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	if res.StatusCode/100 == 2 {
		return res, nil
	}
	defer func() { _ = res.Body.Close() }()
	data, err := c.readAll(ctx, res)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	return nil, newError(res, data)
}

func (c *Client) address(req *http.Request, x call) {
	req.Header.Set("Accept", "application/json")
	if x.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.config.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.config.Token)
	}
	for name, values := range x.header {
		req.Header[name] = values
	}
}

func (c *Client) readAll(ctx context.Context, res *http.Response) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(res.Body, c.config.MaxResponse+1))
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	if n := int64(len(data)); n > c.config.MaxResponse {
		return nil, &pack.LimitError{Limit: "response of the server", Max: c.config.MaxResponse, Value: n}
	}
	return data, nil
}

// unreachable says that no whole answer came: because the caller gave up, or
// else because of the network or the server.
func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("ask server: %w", context.Cause(ctx))
	}
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	return &pack.UnavailableError{Target: "server", Temporary: !untrusted, Err: err}
}
