package host

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/actionrun"
	"github.com/packtrain/pack/registry"
)

// Invocation prepares a run of the action "ref.name" of an installed pack, with
// parameters written as "name=value".
func (h *Host) Invocation(ctx context.Context, action string, args []string) (*actionrun.Invocation, error) {
	name, _, _ := strings.Cut(action, ".")
	ref, err := pack.ParseRef(name)
	if err != nil {
		return nil, err
	}
	p, err := h.Store.Show(ctx, ref)
	if err != nil {
		return nil, err
	}
	c, err := findAction(p, action)
	if err != nil {
		return nil, err
	}
	params, err := actionrun.ParseParams(c.Action, args)
	if err != nil {
		return nil, err
	}
	// The path is resolved once, so that one run sees one generation.
	dir, err := filepath.EvalSymlinks(p.StoragePath)
	return &actionrun.Invocation{
		Dir: dir, Action: c, Environments: p.Active.Environments, Params: params,
		Env: h.environ(), Scratch: os.TempDir(),
	}, err
}

func findAction(p *registry.PackDetails, ref string) (*pack.Component, error) {
	var refs []string
	for i := range p.Components {
		c := &p.Components[i]
		switch {
		case c.Action == nil:
		case c.Ref == ref:
			return c, nil
		default:
			refs = append(refs, c.Ref)
		}
	}
	return nil, pack.Errorf(pack.CodeNotFound, "pack %s has no action %q; it has: %s", p.Ref, ref, strings.Join(refs, ", "))
}
