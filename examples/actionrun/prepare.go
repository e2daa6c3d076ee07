package actionrun

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/confschema"
	"github.com/packtrain/pack/registry"
)

// Prepare prepares a run of the action "ref.name" of an installed pack, or of
// "ref@kept.name" of a generation that is kept, with parameters written as "name=value",
// in an environment such as that of a host. kept is a version or the name of a
// generation. The files of the pack remain until release is called after the run, even if
// the pack is replaced or removed.
func Prepare(ctx context.Context, packs Packs, action string, args, env []string) (_ *Invocation, release func(), err error) {
	snap, ref, err := take(ctx, packs, action)
	if err != nil {
		return nil, nil, err
	}
	inv, err := prepare(&snap.Packs[0], ref, args)
	if err != nil {
		snap.Release()
		return nil, nil, err
	}
	config, err := packs.RevealConfig(ctx, ref.Pack())
	if err != nil {
		snap.Release()
		return nil, nil, err
	}
	inv.Env, inv.Config = env, snap.Packs[0].Manifest.Configure(config.Config)
	return inv, snap.Release, nil
}

// Packs are the installed packs of a host; a [registry.Store] implements it.
type Packs interface {
	registry.Snapshotter
	RevealConfig(ctx context.Context, ref pack.Ref) (registry.Configuration, error)
}

// take returns a snapshot of the one pack that the text names, and the ref of the action.
func take(ctx context.Context, packs registry.Snapshotter, action string) (*registry.Snapshot, pack.ComponentRef, error) {
	calls, err := ParseCall(action)
	if err != nil {
		return nil, "", err
	}
	var first error
	for _, c := range calls {
		snap, err := c.take(ctx, packs)
		if err == nil {
			return snap, c.Action, nil
		}
		if first == nil {
			first = err
		}
		if !errors.Is(err, pack.ErrNotFound) {
			break
		}
	}
	return nil, "", first
}

// A Call names an action to run.
type Call struct {
	Action pack.ComponentRef
	// Kept is the version or the name of a generation of the pack, "" for the active
	// one.
	Kept string
}

// ParseCall reads REF.ACTION or REF@KEPT.ACTION. Both KEPT and ACTION may contain dots,
// so there may be several readings; the first one has the longest KEPT.
func ParseCall(text string) ([]Call, error) {
	i := strings.IndexAny(text, "@.")
	if i < 0 || text[i] == '.' {
		ref, err := pack.ParseComponentRef(text)
		return []Call{{Action: ref}}, err
	}
	ref, rest := text[:i], text[i+1:]
	var calls []Call
	err := pack.Errorf(pack.CodeInvalidRef, "action %.64q: want REF@VERSION.ACTION", text)
	for dot := strings.LastIndexByte(rest, '.'); dot > 0; dot = strings.LastIndexByte(rest[:dot], '.') {
		var action pack.ComponentRef
		if action, err = pack.ParseComponentRef(ref + rest[dot:]); err != nil {
			break
		}
		calls = append(calls, Call{Action: action, Kept: rest[:dot]})
	}
	return calls, err
}

func (c Call) take(ctx context.Context, packs registry.Snapshotter) (*registry.Snapshot, error) {
	if c.Kept == "" {
		return packs.Snapshot(ctx, c.Action.Pack())
	}
	return packs.SnapshotKept(ctx, c.Action.Pack(), c.Kept)
}

func prepare(p *registry.SnapshotPack, ref pack.ComponentRef, args []string) (*Invocation, error) {
	c, err := p.Action(ref)
	if err != nil {
		return nil, err
	}
	if !p.ComponentEnabled(c) {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "action %s is disabled, or its pack is; enable it first", ref)
	}
	params, err := ParseParams(c.Action, args)
	if err != nil {
		return nil, err
	}
	return &Invocation{Dir: p.Dir, Action: c, Environments: p.Active.Environments, Params: params, Schemas: confschema.Compiler{}, Scratch: os.TempDir()}, nil
}
