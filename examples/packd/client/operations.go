package client

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

const operationsPath = "/operations"

// Submit starts an operation for a request, which must be the request of the kind,
// in the background. It does not wait for the end: see [Client.Events] and
// [Client.Operation]. There is only one operation, however often the request had to
// be sent.
func (c *Client) Submit(ctx context.Context, kind string, req any) (*wire.Operation, error) {
	x, err := call{method: http.MethodPost, path: "/packs/" + url.PathEscape(kind), again: true}.with(req)
	if err != nil {
		return nil, err
	}
	x.header = http.Header{"Prefer": {"respond-async"}, "Idempotency-Key": {rand.Text()}}
	op, err := read[wire.Operation](ctx, c, x)
	if err == nil && op.ID == "" {
		return nil, pack.Errorf(pack.CodeMalformedContent, "submit %s: the server answers with no operation", kind)
	}
	return op, err
}

// Operation returns the state of an operation. If the operation is unknown, or no
// longer kept, the error matches [pack.ErrNotFound].
func (c *Client) Operation(ctx context.Context, id string) (*wire.Operation, error) {
	path, err := operationPath(id)
	if err != nil {
		return nil, err
	}
	return read[wire.Operation](ctx, c, get(path))
}

// An OperationFilter chooses operations. Its zero value chooses the newest ones.
type OperationFilter struct {
	State  wire.State // "" for all
	Kind   string     // "" for all
	Before string     // only those older than the one with this id; "" for all
	Limit  int        // at most so many; 0 means 100
}

func (f OperationFilter) query() string {
	q := url.Values{}
	for name, value := range map[string]string{"state": string(f.State), "kind": f.Kind, "before": f.Before} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Limit != 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	return "?" + q.Encode()
}

// Operations lists operations, the newest first, without their progress and
// reports.
func (c *Client) Operations(ctx context.Context, f OperationFilter) ([]wire.Operation, error) {
	return list[wire.Operation](ctx, c, operationsPath+f.query())
}

// Cancel requests the end of an operation and does not wait for it. Cancelling an
// operation that is over changes nothing.
func (c *Client) Cancel(ctx context.Context, id string) error {
	path, err := operationPath(id)
	if err != nil {
		return err
	}
	err = c.do(ctx, call{method: http.MethodPost, path: path + "/cancel", again: true})
	if errors.Is(err, pack.ErrConflict) {
		return nil
	}
	return err
}

func operationPath(id string) (string, error) {
	segment, err := segment("operation", id)
	return operationsPath + "/" + segment, err
}

// segment returns text as one segment of a path; nothing and dots would make
// another path.
func segment(what, text string) (string, error) {
	if text == "" || text == "." || text == ".." {
		return "", pack.Errorf(pack.CodeInvalidRequest, "%s %q: want a name", what, text)
	}
	return url.PathEscape(text), nil
}

// list reads a list. One that is not there is empty.
func list[T any](ctx context.Context, c *Client, path string) ([]T, error) {
	l, err := read[[]T](ctx, c, get(path))
	if err != nil {
		return nil, err
	}
	return *l, nil
}
