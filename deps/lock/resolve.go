package lock

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// Options say how [Resolve] chooses.
type Options struct {
	// Provided, PlatformVersion and Parallel are those of [deps.Policy].
	Provided        []pack.Provided
	PlatformVersion pack.Version
	Parallel        int
	// Dir is the directory of packs.yaml, in which relative places are; "" leaves them as
	// they are.
	Dir string
	// Update names the packs of the lock that get the highest version there is a choice
	// with, or holds [deps.AnyPack]. Others keep what the lock states, unless that
	// excludes the choice.
	Update []pack.Ref
}

// A Resolved is the result of Resolve.
type Resolved struct {
	// Lock states what was chosen. Its pins have the digests that the lock before and
	// the index state: that of the tree may be missing. It has no indices.
	Lock *Lock
	// Repins are versions that stay, with other content than the lock before states.
	Repins []Repin
	// Choices are what deps.Resolve reports: with versions that were passed over.
	Choices []deps.Choice
}

// A Repin is a version that was published again with other content.
type Repin struct {
	pack.ID
	// From and To are digests with the same subject, before and after.
	From, To pack.Digest
}

// String has both digests.
func (r Repin) String() string {
	return fmt.Sprintf("%s was published again with other content: %s in place of %s", r.ID, r.To, r.From)
}

// Resolve chooses versions for the wants, with what old states as the first objective; nil
// for no lock. The result depends on the wants, the index and old alone: what is
// installed plays no part. All wants are met, or the error is that of [deps.Resolve]. A
// place that old knows is not resolved again, unless it is to be updated.
func Resolve(ctx context.Context, world deps.World, wants []Want, old *Lock, o Options) (*Resolved, error) {
	if old == nil {
		old = &Lock{}
	}
	r := &resolver{world: world, old: old, options: o, repins: map[pack.Ref]Repin{}, places: map[string]Want{}, locked: map[pack.Ref]pack.Version{}}
	for i := range old.Packs {
		if p := &old.Packs[i]; !r.updates(p.Ref) {
			r.locked[p.Ref] = p.Version
		}
	}
	for _, w := range wants {
		want := w.spec(o.Dir)
		if want.Spec != "" {
			r.places[want.Spec] = w
		}
		r.wants = append(r.wants, want)
	}
	for _, ref := range o.Update {
		if err := r.raise(ctx, ref); err != nil {
			return nil, err
		}
	}
	res, err := r.resolve(ctx, r.wants)
	if err != nil {
		return nil, err
	}
	return r.result(wants, res), nil
}

type resolver struct {
	world   deps.World
	old     *Lock
	options Options
	wants   []pack.Want
	places  map[string]Want // by locator
	locked  map[pack.Ref]pack.Version

	mu     sync.Mutex
	repins map[pack.Ref]Repin
}

// updates reports whether the lock does not count for a pack.
func (r *resolver) updates(ref pack.Ref) bool {
	return slices.Contains(r.options.Update, ref) || slices.Contains(r.options.Update, deps.AnyPack)
}

func (r *resolver) resolve(ctx context.Context, wants []pack.Want) (*deps.Resolution, error) {
	policy := &deps.Policy{
		Provided: r.options.Provided, PlatformVersion: r.options.PlatformVersion, Parallel: r.options.Parallel, AllOrNothing: true,
	}
	for _, ref := range slices.Sorted(maps.Keys(r.locked)) {
		policy.Locked = append(policy.Locked, pack.ID{Ref: ref, Version: r.locked[ref]})
	}
	return deps.Resolve(ctx, &lockedWorld{r}, wants, policy)
}

// maxRaised bounds how many versions of a pack to update are tried.
const maxRaised = 100

// raise locks the highest version of a pack that there is a choice with.
func (r *resolver) raise(ctx context.Context, ref pack.Ref) error {
	before := r.old.Find(ref)
	if ref == deps.AnyPack || r.placed(ref) {
		return nil
	}
	if before == nil {
		return pack.Errorf(pack.CodeNotFound, "update %s: packs.lock does not have it", ref)
	}
	found, err := (&lockedWorld{r}).byRef(ctx, pack.Want{Ref: ref})
	if err != nil {
		return fmt.Errorf("update %s: %w", ref, err)
	}
	found = slices.DeleteFunc(slices.Clone(found), func(c pack.Candidate) bool { return c.Unusable != nil })
	slices.SortStableFunc(found, deps.Preferred)
	for _, c := range found[:min(len(found), maxRaised)] {
		if c.Version == before.Version {
			break
		}
		exact, err := pack.ParseConstraint("=" + c.Version.String())
		if err != nil {
			return err
		}
		if _, err := r.resolve(ctx, append(slices.Clone(r.wants), pack.Want{Ref: ref, Constraint: exact})); err == nil {
			r.locked[ref] = c.Version
			return nil
		} else if ctx.Err() != nil {
			return err
		}
	}
	r.locked[ref] = before.Version
	return nil
}

// placed reports whether a want names the place of a pack.
func (r *resolver) placed(ref pack.Ref) bool {
	for _, w := range r.places {
		if w.Ref == ref {
			return true
		}
	}
	return false
}

func (r *resolver) result(wants []Want, res *deps.Resolution) *Resolved {
	l := &Lock{Wants: slices.Clone(wants)}
	done := &Resolved{Lock: l, Choices: res.Choices}
	for i := range res.Choices {
		p := NewPack(&res.Choices[i].Candidate, r.options.Provided)
		if before := r.old.Find(p.Ref); before != nil && before.ID == p.ID && sameContent(before.Pins, p.Pins) && !r.updates(p.Ref) {
			p.Environments = before.Environments
		}
		if again, ok := r.repins[p.Ref]; ok && again.ID == p.ID {
			done.Repins = append(done.Repins, again)
		}
		l.Packs = append(l.Packs, p)
	}
	for i := range r.old.Environments {
		if e := r.old.Environments[i].settled(); l.uses(&e) {
			l.Environments = append(l.Environments, e)
		}
	}
	l.sort()
	return done
}

// A lockedWorld is the world without what is installed, with what the lock states.
type lockedWorld struct{ *resolver }

// Installed implements [deps.World].
func (w *lockedWorld) Installed(context.Context) ([]pack.InstalledPack, error) { return nil, nil }

// Dependencies implements [deps.World].
func (w *lockedWorld) Dependencies(ctx context.Context, c pack.Candidate) (pack.Candidate, error) {
	return w.world.Dependencies(ctx, c)
}

// Candidates implements [deps.World].
func (w *lockedWorld) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	switch {
	case want.Spec != "" && want.By != "":
		return w.follow(ctx, want)
	case want.Spec != "":
		return w.at(ctx, want)
	}
	before := w.old.Find(want.Ref)
	found, err := w.byRef(ctx, want)
	if from := w.old.Want(want.Ref); before == nil || from != nil && from.From != "" {
		return found, err
	}
	if err != nil && len(found) == 0 && (pack.CodeOf(err) != pack.CodeNotFound || w.updates(want.Ref)) {
		return found, err
	}
	found = slices.Clone(found)
	i := slices.IndexFunc(found, func(c pack.Candidate) bool { return c.ID == before.ID && c.Unusable == nil })
	switch {
	case i < 0 && !w.updates(want.Ref):
		found = append(slices.DeleteFunc(found, func(c pack.Candidate) bool { return c.ID == before.ID }), before.Candidate())
	case i >= 0:
		found[i] = w.compare(before, found[i])
	}
	return found, nil
}

// byRef returns the versions of a pack in an index or, if there are none, at the URL from
// which the lock has it.
func (w *lockedWorld) byRef(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	found, err := w.world.Candidates(ctx, want)
	if errors.Is(err, pack.ErrNotFound) {
		if again, err := w.again(ctx, want.Ref, err); err == nil || !errors.Is(err, pack.ErrNotFound) {
			return again, err
		}
	}
	return found, err
}

// at returns the pack at a place: what the lock states, or what is there.
func (w *lockedWorld) at(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	wanted := w.places[want.Spec]
	ref := wanted.Ref
	locked, p := w.old.Want(ref), w.old.Find(ref)
	if locked != nil && p != nil && locked.From != "" && locked.Text() == wanted.Text() && !w.updates(ref) && p.TreeDigest() != "" {
		return []pack.Candidate{p.Candidate()}, nil
	}
	found, err := w.world.Candidates(ctx, want)
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		if c.Ref != ref {
			return nil, pack.Errorf(pack.CodeInvalidRef, "pack %s is wanted from %q, where pack %s is", ref, wanted.Text(), c.Ref)
		}
	}
	return found, nil
}

// compare returns the locked version with what the lock states, unless the index that it
// comes from states other content. Another index, which lists the pack now, does not supply
// it in place of that.
func (w *lockedWorld) compare(before *Pack, c pack.Candidate) pack.Candidate {
	if sameContent(before.Pins, c.Pins) || !w.updates(c.Ref) && indexOf(before.Pins) != indexOf(c.Pins) {
		return before.Candidate()
	}
	from, to := contrast(before.Pins, c.Pins)
	if to == "" {
		return before.Candidate()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.repins[c.Ref] = Repin{ID: c.ID, From: from, To: to}
	return c
}

// indexOf returns the name of the index that pins come from, "" for none.
func indexOf(pins []pack.Pin) string {
	if len(pins) == 0 {
		return ""
	}
	return pins[0].Via.Index
}

func sameContent(a, b []pack.Pin) bool {
	return slices.ContainsFunc(a, func(p pack.Pin) bool { return slices.ContainsFunc(b, p.SameContent) })
}

// contrast returns two digests with one subject that differ; both are "" if there are
// none.
func contrast(a, b []pack.Pin) (from, to pack.Digest) {
	for _, p := range a {
		for _, q := range b {
			for _, pair := range [][2]pack.Digest{{p.TreeDigest, q.TreeDigest}, {p.DirectoryChecksum, q.DirectoryChecksum}, {p.ArchiveDigest, q.ArchiveDigest}} {
				if pair[0] != "" && pair[1] != "" && pair[0] != pair[1] {
					return pair[0], pair[1]
				}
			}
		}
	}
	return "", ""
}
