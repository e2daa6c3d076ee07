package client

import (
	"context"
	"net/http"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

const packsPath = "/packs"

var _ registry.Catalog = (*Client)(nil)

// List implements [registry.Catalog].
func (c *Client) List(ctx context.Context) ([]registry.ActivePack, error) {
	return list[registry.ActivePack](ctx, c, packsPath)
}

// Show implements [registry.Catalog]. For a pack that is not installed, the
// error of this method and of those below matches [pack.ErrNotFound].
func (c *Client) Show(ctx context.Context, ref pack.Ref) (*registry.PackDetails, error) {
	path, err := packPath(ref)
	if err != nil {
		return nil, err
	}
	return read[registry.PackDetails](ctx, c, get(path))
}

// Generations lists the generations of a pack that it can be rolled back to, the
// oldest first.
func (c *Client) Generations(ctx context.Context, ref pack.Ref) ([]registry.Generation, error) {
	path, err := packPath(ref)
	if err != nil {
		return nil, err
	}
	return list[registry.Generation](ctx, c, path+"/generations")
}

// Config returns the values that the user set. Numbers are of type
// [encoding/json.Number], exact.
func (c *Client) Config(ctx context.Context, ref pack.Ref) (map[string]any, error) {
	p, err := c.Show(ctx, ref)
	if err != nil {
		return nil, err
	}
	return p.Config, nil
}

// SetConfig replaces them; nil empties them.
func (c *Client) SetConfig(ctx context.Context, ref pack.Ref, config map[string]any) error {
	path, err := packPath(ref)
	if err != nil {
		return err
	}
	if config == nil {
		config = map[string]any{}
	}
	x, err := call{method: http.MethodPut, path: path + "/config"}.with(config)
	if err != nil {
		return err
	}
	return c.do(ctx, x)
}

// RollBack activates the generation that was active before the present one.
func (c *Client) RollBack(ctx context.Context, ref pack.Ref) (registry.Record, error) {
	path, err := packPath(ref)
	if err != nil {
		return registry.Record{}, err
	}
	r, err := read[registry.Record](ctx, c, call{method: http.MethodPost, path: path + "/rollback"})
	if err != nil {
		return registry.Record{}, err
	}
	return *r, nil
}

// Remove removes a pack. One that others depend on is an error that matches
// [pack.ErrConflict], unless opts says otherwise; nil is fine.
func (c *Client) Remove(ctx context.Context, ref pack.Ref, opts *registry.RemoveOptions) error {
	path, err := packPath(ref)
	if err != nil {
		return err
	}
	if opts != nil && opts.Force {
		path += "?force=true"
	}
	return c.do(ctx, call{method: http.MethodDelete, path: path})
}

func packPath(ref pack.Ref) (string, error) {
	segment, err := segment("pack", ref.String())
	return packsPath + "/" + segment, err
}
