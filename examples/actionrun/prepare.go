package actionrun

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// Prepare prepares a run of the action "ref.name" of an installed pack, with
// parameters written as "name=value", in an environment such as that of a host.
func Prepare(ctx context.Context, packs registry.Catalog, action string, args, env []string) (*Invocation, error) {
	ref, err := pack.ParseComponentRef(action)
	if err != nil {
		return nil, err
	}
	p, err := packs.Show(ctx, ref.Pack())
	if err != nil {
		return nil, err
	}
	c, err := findAction(p, ref)
	if err != nil {
		return nil, err
	}
	params, err := ParseParams(c.Action, args)
	if err != nil {
		return nil, err
	}
	// The path is resolved once, so that one run sees one generation.
	dir, err := filepath.EvalSymlinks(p.StoragePath)
	return &Invocation{
		Dir: dir, Action: c, Environments: p.Active.Environments, Params: params, Env: env, Scratch: os.TempDir(),
	}, err
}

func findAction(p *registry.PackDetails, ref pack.ComponentRef) (*pack.Component, error) {
	var refs []string
	for i := range p.Components {
		c := &p.Components[i]
		switch {
		case c.Action == nil:
		case c.Ref == ref:
			return c, nil
		default:
			refs = append(refs, c.Ref.String())
		}
	}
	return nil, pack.Errorf(pack.CodeNotFound, "pack %s has no action %q; it has: %s", p.Ref, ref, strings.Join(refs, ", "))
}
