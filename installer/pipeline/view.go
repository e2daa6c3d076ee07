package pipeline

import (
	"context"
	"fmt"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/source"
)

// A view is the world as one request sees it: it does not change during the request, it
// has the packs that were received, and not those that failed.
type view struct{ *run }

// Installed implements [deps.World].
func (v *view) Installed(context.Context) ([]pack.InstalledPack, error) { return v.known, nil }

// Candidates implements [deps.World].
func (v *view) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	switch {
	case want.Spec != "" && want.By != "":
		return v.follow(ctx, want)
	case want.Spec != "":
		return v.received(want.Spec)
	}
	found, err := v.find(ctx, want)
	if failed := v.failed[want.Ref]; failed != nil {
		return v.allFailed(want.Ref, found, failed), nil
	}
	found = slices.Clone(found)
	for i, c := range found {
		if l, ok := v.learned[c.ID]; ok && c.Unusable == nil {
			found[i].Dependencies, found[i].URLs, found[i].Platform, found[i].DependenciesKnown = l.Dependencies, l.URLs, l.Platform, true
		}
	}
	return found, err
}

// follow asks the world once for each URL that packs need. That of a place that the
// request names is the pack from there.
func (v *view) follow(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	if loc, err := source.Parse(want.Spec); err == nil {
		for _, p := range v.packs {
			if p.want == nil && p.going() && !p.result.Added && loc.Names(p.content.Pin) {
				return v.received(p.Spec)
			}
		}
	}
	found := ask(ctx, v, v.places, want.Spec, want)
	return slices.Clone(found.candidates), found.err
}

// received returns the pack that came from a place that the request names.
func (v *view) received(spec string) ([]pack.Candidate, error) {
	for _, p := range v.packs {
		if p.Spec != spec || p.content == nil {
			continue
		}
		c := v.learned[p.ID]
		if c.ID != p.ID {
			c = pack.Candidate{ID: p.ID}
		}
		c.DependenciesKnown = true // what is not is learned when it is analysed
		return []pack.Candidate{c}, nil
	}
	return nil, pack.Errorf(pack.CodeNotFound, "nothing came from %q", spec)
}

// allFailed returns the versions of a pack that failed in this request.
func (v *view) allFailed(ref pack.Ref, found []pack.Candidate, failed error) []pack.Candidate {
	all := slices.Clone(found)
	for _, p := range v.packs {
		if len(all) == 0 && p.ID.Ref == ref && p.Err != nil {
			all = append(all, pack.Candidate{ID: p.ID})
		}
	}
	for i := range all {
		if all[i].Unusable == nil {
			all[i].Unusable = fmt.Errorf("pack %s failed in this request: %w", ref, failed)
		}
	}
	return all
}

// A finding is what the world answered.
type finding struct {
	candidates []pack.Candidate
	err        error
}

// find asks the world once for each pack.
func (v *view) find(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	found := ask(ctx, v, v.found, want.Ref, want)
	return found.candidates, found.err
}

// ask asks the world, unless the answer for key is known.
func ask[K comparable](ctx context.Context, v *view, known map[K]finding, key K, want pack.Want) finding {
	v.mu.Lock()
	found, ok := known[key]
	v.mu.Unlock()
	if ok {
		return found
	}
	want.Index = v.req.Index
	found.candidates, found.err = v.config.World.Candidates(ctx, want)
	v.mu.Lock()
	defer v.mu.Unlock()
	known[key] = found
	return found
}

// Dependencies implements [deps.World]: it downloads the pack, which is most likely to be
// chosen, and keeps it.
func (v *view) Dependencies(ctx context.Context, c pack.Candidate) (pack.Candidate, error) {
	p := &packState{Item: batch.Item{Spec: c.ID.String(), ID: c.ID, Stage: pack.StageDownload}, choice: &deps.Choice{Candidate: c}}
	v.mu.Lock()
	for _, o := range v.packs {
		if o.want != nil && o.want.Ref == c.Ref && o.Err == nil {
			p.At, p.Spec, p.want = o.At, o.Spec, o.want
		}
	}
	v.mu.Unlock()
	if err := v.download(ctx, []*packState{p}); err != nil {
		return c, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if p.Err != nil {
		if p.want == nil {
			p.result = Outcome{Added: true, RequiredBy: []pack.Ref{}, Environments: envbuild.Environments{}, Previous: v.previous(c.Ref)}
			p.At = len(v.req.Specs) + len(v.packs)
			v.packs = append(v.packs, p)
		}
		return c, p.Err
	}
	v.read[c.ID] = p
	if p.want == nil {
		v.dropped = append(v.dropped, p) // its events end, unless it is chosen
	}
	return v.needsOf(c, p), nil
}

// needsOf completes c with what is known of the pack that was received.
func (r *run) needsOf(c pack.Candidate, p *packState) pack.Candidate {
	c.DependenciesKnown = true // what is not is learned when it is analysed
	if p.manifest != nil {
		c.Dependencies, c.URLs, c.Platform = p.manifest.Dependencies, p.manifest.URLDependencies, p.manifest.PlatformVersion
	}
	return c
}
