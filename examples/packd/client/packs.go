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

const (
	packsPath     = "/packs"
	summariesPath = "/summaries"
)

var (
	_ registry.Catalog    = (*Client)(nil)
	_ registry.Summarizer = (*Client)(nil)
	_ registry.Verifier   = (*Client)(nil)
	_ registry.Repairer   = (*Client)(nil)

	_ registry.Configurer    = (*Client)(nil)
	_ registry.ConfigRemover = (*Client)(nil)
)

// List implements [registry.Catalog].
func (c *Client) List(ctx context.Context) ([]registry.ActivePack, error) {
	packs, err := allParts(ctx, c, packsPath, func(p wire.ActivePack) pack.Ref { return p.Ref })
	if err != nil {
		return nil, err
	}
	out := make([]registry.ActivePack, len(packs))
	for i, p := range packs {
		out[i] = p.Result()
	}
	return out, nil
}

// Summaries implements [registry.Summarizer].
func (c *Client) Summaries(ctx context.Context) ([]registry.PackSummary, error) {
	packs, err := allParts(ctx, c, summariesPath, func(p wire.PackSummary) pack.Ref { return p.Ref })
	if err != nil {
		return nil, err
	}
	out := make([]registry.PackSummary, len(packs))
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

// Config implements [registry.Configurer].
func (c *Client) Config(ctx context.Context, ref pack.Ref) (registry.Configuration, error) {
	return c.readConfig(ctx, ref, "")
}

// RevealConfig implements [registry.Configurer].
func (c *Client) RevealConfig(ctx context.Context, ref pack.Ref) (registry.Configuration, error) {
	return c.readConfig(ctx, ref, "?secrets=true")
}

func (c *Client) readConfig(ctx context.Context, ref pack.Ref, query string) (registry.Configuration, error) {
	path, err := packPath(ref)
	if err != nil {
		return registry.Configuration{}, err
	}
	return c.configuration(ctx, get(path+"/config"+query))
}

// SetConfig implements [registry.Configurer].
func (c *Client) SetConfig(ctx context.Context, ref pack.Ref, values map[string]any, opts *registry.SetConfigOptions) (registry.Configuration, error) {
	path, err := packPath(ref)
	if err != nil {
		return registry.Configuration{}, err
	}
	if values == nil {
		values = map[string]any{}
	}
	x, err := call{method: http.MethodPut, path: path + "/config"}.with(values)
	if err != nil {
		return registry.Configuration{}, err
	}
	if opts != nil && opts.Expect != "" {
		x.header = ifMatch(opts.Expect)
	}
	return c.configuration(ctx, x)
}

// RemoveConfig implements [registry.ConfigRemover].
func (c *Client) RemoveConfig(ctx context.Context, ref pack.Ref, opts *registry.SetConfigOptions) error {
	path, err := packPath(ref)
	if err != nil {
		return err
	}
	x := call{method: http.MethodDelete, path: path + "/config"}
	if opts != nil && opts.Expect != "" {
		x.header = ifMatch(opts.Expect)
	}
	return c.do(ctx, x)
}

// ifMatch returns the header that expects a revision.
func ifMatch(revision string) http.Header { return http.Header{"If-Match": {`"` + revision + `"`}} }

func (c *Client) configuration(ctx context.Context, x call) (registry.Configuration, error) {
	r, err := read[wire.Configuration](ctx, c, x)
	if err != nil {
		return registry.Configuration{}, err
	}
	return r.Result()
}

// Remove implements [registry.Remover].
func (c *Client) Remove(ctx context.Context, ref pack.Ref, opts *registry.RemoveOptions) error {
	path, err := packPath(ref)
	if err != nil {
		return err
	}
	x := call{method: http.MethodDelete, path: path}
	if opts != nil {
		query := allowBreak(opts.AllowBreak)
		if opts.Purge {
			query.Set("purge", "true")
		}
		x.path = withQuery(path, query)
		if opts.From != "" {
			x.header = http.Header{"If-Match": {opts.From}}
		}
	}
	return c.do(ctx, x)
}

// allowBreak returns the query that names dependents.
func allowBreak(refs []pack.Ref) url.Values {
	if len(refs) == 0 {
		return url.Values{}
	}
	names := make([]string, len(refs))
	for i, ref := range refs {
		names[i] = ref.String()
	}
	return url.Values{"allow_break": {strings.Join(names, ",")}}
}

// withQuery returns path with the query, without its empty values.
func withQuery(path string, query url.Values) string {
	for key := range query {
		if query.Get(key) == "" {
			query.Del(key)
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

func packPath(ref pack.Ref) (string, error) {
	segment, err := segment("pack", ref.String())
	return packsPath + "/" + segment, err
}
