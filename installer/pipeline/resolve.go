package pipeline

import (
	"context"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry"
)

// resolve chooses versions for the packs of the request that have not failed, and of
// what they need; the chosen packs become r.packs. Requested packs that cannot be met
// fail.
func (r *run) resolve(ctx context.Context) error {
	ctx = pack.WithNotes(ctx, func(ctx context.Context, text string) {
		r.Warn(ctx, &batch.Item{Stage: pack.StageDependencies}, "%s", text)
	})
	var wants []pack.Want
	var items []*packState
	for _, p := range r.packs {
		if p.result.Added || p.Err != nil {
			continue
		}
		w := pack.Want{Spec: p.Spec}
		if p.want != nil {
			w = *p.want
		}
		wants, items = append(wants, w), append(items, p)
	}
	res, err := deps.Resolve(ctx, &view{r}, wants, r.policy())
	if err != nil {
		return err
	}
	for _, d := range res.Dropped {
		r.failDropped(ctx, items[d.Want], d)
	}
	r.take(ctx, items, res.Choices)
	return nil
}

func (r *run) policy() *deps.Policy {
	p := &deps.Policy{
		Provided: r.config.Provided, AllowBreak: r.mayBreak(), Parallel: r.config.Parallel,
		AllowDowngrade: r.req.Replace == registry.ReplaceAny, KeepInstalled: r.req.Replace == registry.ReplaceNever,
	}
	if !r.req.SkipValidation {
		p.PlatformVersion = r.config.PlatformVersion
	}
	return p
}

// failDropped fails a requested pack. Another version of it may be added for others.
func (r *run) failDropped(ctx context.Context, p *packState, d deps.Dropped) {
	p.Stage, p.Err = d.Stage, d.Err
	if p.want != nil {
		p.ID = pack.ID{Ref: p.want.Ref}
		p.result.Previous = r.previous(p.want.Ref)
	} else if p.ID.Ref != "" {
		r.failed[p.ID.Ref] = d.Err
	}
	r.End(ctx, &p.Item)
}

// take makes the chosen packs those of the request.
func (r *run) take(ctx context.Context, items []*packState, choices []deps.Choice) {
	chosen := map[*packState]bool{}
	for i := range choices {
		c := &choices[i]
		var p *packState
		switch {
		case len(c.Wants) > 0:
			p = items[c.Wants[0]]
			r.takeWanted(p, c)
		case !c.Kept:
			p = r.added(c)
		default:
			continue
		}
		chosen[p], p.followed = true, pack.Followed(c.Dependencies)
		if p.want != nil || p.result.Added {
			p.choice = c
		}
		if c.Held != nil {
			r.Warn(ctx, &p.Item, "%s is not chosen: %v", pack.ID{Ref: c.Ref, Version: c.Held.Version}, c.Held.Err)
		}
		for _, over := range c.PassedOver {
			r.Warn(ctx, &p.Item, "%s is chosen, as %s cannot be used: %v", c.ID, exists(over.ID), over.Unusable)
		}
	}
	r.dropOthers(chosen)
}

// exists names a version of a pack, which may not be known.
func exists(id pack.ID) string {
	if id.Version.IsZero() {
		return "an entry of " + id.Ref.String()
	}
	return id.String()
}

// takeWanted gives a requested pack its version.
func (r *run) takeWanted(p *packState, c *deps.Choice) {
	switch {
	case p.want == nil || p.content != nil && p.ID == c.ID:
		return
	case c.Kept:
		k := c.Before
		p.content = &pack.Content{Dir: k.Path, ID: k.ID, Pin: k.Pin, TreeDigest: k.TreeDigest, DirectoryChecksum: k.DirectoryChecksum, Followed: pack.Followed(k.Dependencies)}
	default:
		p.received(r.read[c.ID])
	}
	p.ID, p.built, p.result.Previous = c.ID, false, r.previous(c.Ref)
}

// added returns the state of a pack that others need.
func (r *run) added(c *deps.Choice) *packState {
	i := slices.IndexFunc(r.packs, func(p *packState) bool { return p.result.Added && p.ID == c.ID && p.Err == nil })
	if i < 0 {
		i = len(r.packs)
		p := &packState{
			Item:   batch.Item{At: len(r.req.Specs) + i, Spec: c.ID.String(), ID: c.ID, Stage: pack.StageDownload},
			result: Outcome{Previous: r.previous(c.Ref), Added: true, Environments: envbuild.Environments{}},
		}
		p.received(r.read[c.ID])
		r.packs = append(r.packs, p)
	}
	r.packs[i].result.RequiredBy = c.RequiredBy
	return r.packs[i]
}

// dropOthers drops added packs that were not chosen again. One that needs a pack which
// failed fails with it.
func (r *run) dropOthers(chosen map[*packState]bool) {
	for _, p := range r.packs {
		if !p.result.Added || p.Err != nil || chosen[p] {
			continue
		}
		if ref, err := r.failedNeed(p); err != nil {
			p.Stage, p.Err = pack.StageDependencies, needsFailed(ref, err)
		}
	}
	r.drop(func(p *packState) bool { return p.result.Added && p.Err == nil && !chosen[p] })
}

// failedNeed returns a pack that failed and that p needs, directly or not.
func (r *run) failedNeed(p *packState) (pack.Ref, error) {
	seen := map[pack.Ref]bool{}
	for queue := p.needs(); len(queue) > 0; queue = queue[1:] {
		ref := queue[0]
		if err := r.failed[ref]; err != nil {
			return ref, err
		}
		if seen[ref] {
			continue
		}
		seen[ref] = true
		for _, o := range r.packs {
			if o.ID.Ref == ref {
				queue = append(queue, o.needs()...)
			}
		}
	}
	return "", nil
}

// needs returns the packs that p needs, as far as is known.
func (p *packState) needs() (refs []pack.Ref) {
	if p.choice != nil {
		for _, d := range p.choice.Dependencies {
			refs = append(refs, d.Ref)
		}
	}
	return refs
}

// needsFailed is why a pack that needs ref is not installed.
func needsFailed(ref pack.Ref, reason error) error {
	return pack.Errorf(pack.CodeDependencyMissing, "it needs %s, which failed: %w", ref, reason)
}

// learn compares what is known of a pack that was received with its pack.yaml, and
// reports whether that says something else: then versions have to be chosen again.
func (r *run) learn(ctx context.Context, p *packState) bool {
	m := p.manifest
	if p.content != nil && p.content.Pack != nil {
		m = &p.content.Pack.Manifest
	}
	if m == nil {
		return false
	}
	actual := pack.Candidate{ID: p.ID, Dependencies: m.Dependencies, URLs: m.URLDependencies, Platform: m.PlatformVersion, DependenciesKnown: true}
	stated, known := r.learned[p.ID]
	if !known && p.choice != nil {
		stated, known = p.choice.Candidate, true
	}
	same := known && slices.Equal(stated.Needs(), actual.Needs())
	if same && stated.Platform.String() == m.PlatformVersion.String() {
		return false
	}
	if known && p.choice != nil && p.choice.DependenciesKnown && !same {
		r.Warn(ctx, &p.Item, "the index states other dependencies of %s than its pack.yaml, which counts", p.ID)
	}
	r.learned[p.ID] = actual
	return true
}
