package client

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

const packsPath = "/packs"

var (
	_ registry.Catalog  = (*Client)(nil)
	_ registry.Verifier = (*Client)(nil)
	_ registry.Repairer = (*Client)(nil)
)

// List implements [registry.Catalog]. The packs come without their configuration,
// which Show has.
func (c *Client) List(ctx context.Context) ([]registry.ActivePack, error) {
	packs, err := list[wire.ActivePack](ctx, c, packsPath)
	if err != nil {
		return nil, err
	}
	out := make([]registry.ActivePack, len(packs))
	for i, p := range packs {
		out[i] = p.Result()
	}
	return out, nil
}

// Show implements [registry.Catalog]. For a pack that is not installed, the
// error of this method and of those below matches [pack.ErrNotFound].
func (c *Client) Show(ctx context.Context, ref pack.Ref) (*registry.PackDetails, error) {
	path, err := packPath(ref)
	if err != nil {
		return nil, err
	}
	details, err := read[wire.PackDetails](ctx, c, get(path))
	if err != nil {
		return nil, err
	}
	return details.Result(), nil
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

// Verify implements [registry.Verifier], with one request for each of the given packs.
func (c *Client) Verify(ctx context.Context, refs ...pack.Ref) (*registry.VerifyReport, error) {
	if len(refs) == 0 {
		return c.verify(ctx, "/verify")
	}
	all := &registry.VerifyReport{Verified: []pack.Ref{}, Differences: []registry.Difference{}}
	for _, ref := range slices.Compact(slices.Sorted(slices.Values(refs))) {
		path, err := packPath(ref)
		if err != nil {
			return nil, err
		}
		r, err := c.verify(ctx, path+"/verify")
		if err != nil {
			return nil, err
		}
		all.Verified = append(all.Verified, r.Verified...)
		all.Differences = append(all.Differences, r.Differences...)
	}
	return all, nil
}

func (c *Client) verify(ctx context.Context, path string) (*registry.VerifyReport, error) {
	r, err := read[wire.VerifyReport](ctx, c, get(path))
	if err != nil {
		return nil, err
	}
	return r.Result(), nil
}

// Repair implements [registry.Repairer], with one request for each of the given packs.
func (c *Client) Repair(ctx context.Context, refs ...pack.Ref) (*registry.RepairReport, error) {
	if len(refs) == 0 {
		return c.repair(ctx, "/repair")
	}
	all := &registry.RepairReport{Checked: []pack.Ref{}, Repaired: []registry.Difference{}, Left: []registry.Difference{}}
	for _, ref := range slices.Compact(slices.Sorted(slices.Values(refs))) {
		path, err := packPath(ref)
		if err != nil {
			return nil, err
		}
		r, err := c.repair(ctx, path+"/repair")
		if err != nil {
			return nil, err
		}
		all.Checked = append(all.Checked, r.Checked...)
		all.Repaired, all.Left = append(all.Repaired, r.Repaired...), append(all.Left, r.Left...)
	}
	return all, nil
}

func (c *Client) repair(ctx context.Context, path string) (*registry.RepairReport, error) {
	r, err := read[wire.RepairReport](ctx, c, call{method: http.MethodPost, path: path})
	if err != nil {
		return nil, err
	}
	return r.Result(), nil
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

// RollBack implements [registry.RollBacker].
func (c *Client) RollBack(ctx context.Context, ref pack.Ref, opts *registry.RollBackOptions) (registry.Record, error) {
	path, err := packPath(ref)
	if err != nil {
		return registry.Record{}, err
	}
	path += "/rollback"
	if opts != nil {
		path += allowBreak(opts.AllowBreak)
	}
	r, err := read[registry.Record](ctx, c, call{method: http.MethodPost, path: path})
	if err != nil {
		return registry.Record{}, err
	}
	return *r, nil
}

// Remove implements [registry.Remover].
func (c *Client) Remove(ctx context.Context, ref pack.Ref, opts *registry.RemoveOptions) error {
	path, err := packPath(ref)
	if err != nil {
		return err
	}
	if opts != nil {
		path += allowBreak(opts.AllowBreak)
	}
	return c.do(ctx, call{method: http.MethodDelete, path: path})
}

// allowBreak returns the query that names dependents.
func allowBreak(refs []pack.Ref) string {
	if len(refs) == 0 {
		return ""
	}
	names := make([]string, len(refs))
	for i, ref := range refs {
		names[i] = ref.String()
	}
	return "?" + url.Values{"allow_break": {strings.Join(names, ",")}}.Encode()
}

func packPath(ref pack.Ref) (string, error) {
	segment, err := segment("pack", ref.String())
	return packsPath + "/" + segment, err
}
