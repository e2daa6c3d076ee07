package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

var (
	_ registry.Historian  = (*Client)(nil)
	_ registry.Pinner     = (*Client)(nil)
	_ registry.Enabler    = (*Client)(nil)
	_ registry.RollBacker = (*Client)(nil)
)

// History implements [registry.Historian].
func (c *Client) History(ctx context.Context, ref pack.Ref) ([]registry.KeptGeneration, error) {
	path, err := packPath(ref)
	if err != nil {
		return nil, err
	}
	return list[registry.KeptGeneration](ctx, c, path+"/generations")
}

// TestHistory implements [registry.Historian].
func (c *Client) TestHistory(ctx context.Context, ref pack.Ref) ([]registry.TestResult, error) {
	path, err := packPath(ref)
	if err != nil {
		return nil, err
	}
	return list[registry.TestResult](ctx, c, path+"/tests")
}

// Diff implements [registry.Historian].
func (c *Client) Diff(ctx context.Context, ref pack.Ref, from, to string) (*registry.Diff, error) {
	path, err := packPath(ref)
	if err != nil {
		return nil, err
	}
	return read[registry.Diff](ctx, c, get(withQuery(path+"/diff", url.Values{"from": {from}, "to": {to}})))
}

// PinGeneration implements [registry.Pinner].
func (c *Client) PinGeneration(ctx context.Context, ref pack.Ref, generation string) (name string, err error) {
	return c.pin(ctx, http.MethodPut, ref, generation)
}

// UnpinGeneration implements [registry.Pinner].
func (c *Client) UnpinGeneration(ctx context.Context, ref pack.Ref, generation string) (name string, err error) {
	return c.pin(ctx, http.MethodDelete, ref, generation)
}

func (c *Client) pin(ctx context.Context, method string, ref pack.Ref, generation string) (name string, err error) {
	path, err := packPath(ref)
	if err != nil {
		return "", err
	}
	segment, err := segment("generation", generation)
	if err != nil {
		return "", err
	}
	pinned, err := read[wire.PinnedGeneration](ctx, c, call{method: method, path: path + "/generations/" + segment + "/pin", again: true})
	if err != nil {
		return "", err
	}
	return pinned.Name, nil
}

// RollBack implements [registry.RollBacker].
func (c *Client) RollBack(ctx context.Context, ref pack.Ref, opts *registry.RollBackOptions) (registry.RollBackReport, error) {
	path, err := packPath(ref)
	if err != nil {
		return registry.RollBackReport{}, err
	}
	path += "/rollback"
	if opts != nil {
		query := allowBreak(opts.AllowBreak)
		query.Set("to", opts.To)
		query.Set("from", opts.From)
		path = withQuery(path, query)
	}
	r, err := read[wire.RollBackReport](ctx, c, call{method: http.MethodPost, path: path})
	if err != nil {
		return registry.RollBackReport{}, err
	}
	return r.Result(), nil
}

// SetEnabled implements [registry.Enabler].
func (c *Client) SetEnabled(ctx context.Context, ref pack.Ref, component pack.ComponentRef, enabled bool) error {
	path, err := packPath(ref)
	if err != nil {
		return err
	}
	verb := "/disable"
	if enabled {
		verb = "/enable"
	}
	return c.do(ctx, call{method: http.MethodPost, path: withQuery(path+verb, url.Values{"component": {component.String()}}), again: true})
}
