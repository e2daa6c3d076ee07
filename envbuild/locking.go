package envbuild

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/internal/text/pep508"
)

const locking = "lock environments"

// LockEnvironments implements [Locker].
func (b *Builder) LockEnvironments(ctx context.Context, req Request) ([]LockedEnvironment, error) {
	req.Check, req.Rebuild = false, true // what is ready has no digests
	s, err := b.newSession(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", locking, err)
	}
	s.planOnly, s.locking = true, true
	batch.Each(s.items, b.config.Jobs, func(it *item) { s.pack(ctx, it) })
	locks := []LockedEnvironment{}
	for _, it := range s.items {
		if it.Err == nil {
			locks = append(locks, it.locks...)
		}
	}
	return locks, batch.Err(ctx, locking, batch.Failures(s.items, func(it *item) *batch.Item { return &it.Item }))
}

// lock notes the set of one environment.
func (s *session) lock(ctx context.Context, it *item, k kind, files fs.FS, needs *pack.RuntimeNeed) error {
	r, err := k.recipe(files, needs)
	if err != nil {
		return err
	}
	made := LockedEnvironment{Ref: it.ID.Ref}
	want := r.wants()
	if want == nil {
		return nil
	}
	exact, set, err := s.exact(it, r)
	if err == nil && set == nil {
		exact, set, made.Unlocked, err = s.resolveSet(ctx, it, k, r)
	}
	if err != nil {
		return err
	}
	if made.Set = *want; made.Unlocked == "" {
		made.Set = *set
		made.Keys, err = keysOf(k.name(), exact)
	}
	made.Set.Packs = nil
	it.locks = append(it.locks, made)
	return err
}

// resolveSet resolves what r requires to a set, or returns why that cannot be locked.
func (s *session) resolveSet(ctx context.Context, it *item, k kind, r recipe) (exact recipe, set *LockedSet, unlocked string, err error) {
	e, err := s.obtain(ctx, it, k, r)
	if err != nil {
		return nil, nil, "", err
	}
	build, _ := s.sharedBuild(string(k.name()) + "-" + e.Key)
	set = r.wants()
	if set.Distributions = build.lockable; build.unlocked != "" {
		return nil, nil, build.unlocked, nil
	}
	exact, err = r.locked(set)
	return exact, set, "", err
}

// lockable returns distributions of Python as a lock states them, or why it cannot.
func lockable(found []pack.Distribution) (all []LockedDistribution, unlocked string) {
	all = make([]LockedDistribution, len(found))
	for i, d := range found {
		all[i] = LockedDistribution{Name: pep508.NormalizeName(d.Name), Version: d.Version, Source: d.Source} // tools differ in names
		for _, digest := range d.Digests {
			all[i].Digests = append(all[i].Digests, digest.String())
		}
		if len(d.Digests) == 0 {
			unlocked = fmt.Sprintf("%s %s has no digest", d.Name, d.Version)
		}
	}
	slices.SortFunc(all, func(a, b LockedDistribution) int { return strings.Compare(a.Name, b.Name) })
	return all, unlocked
}

// exact returns the recipe for the set that the request has for r, and the set; r itself
// and nil if it has none.
func (s *session) exact(it *item, r recipe) (recipe, *LockedSet, error) {
	want := r.wants()
	if want == nil {
		return r, nil, nil
	}
	err := error(nil)
	for i := range s.req.Locked {
		set := &s.req.Locked[i]
		if !set.isFor(want) || set.Platform != want.Platform {
			continue
		}
		var exact recipe
		if exact, err = r.locked(set); err == nil {
			return exact, set, nil
		}
	}
	switch {
	case !s.req.OnlyLocked:
		return r, nil, nil
	case err == nil:
		err = &BuildError{Reason: ReasonNotLocked, Message: s.notLocked(it.ID.Ref, want)}
	}
	return nil, nil, err
}

// isFor reports whether two sets are for the same requirements.
func (l *LockedSet) isFor(want *LockedSet) bool {
	return l.Runtime == want.Runtime && l.Range == want.Range && slices.Equal(l.Wants, want.Wants)
}

// notLocked says how what a pack requires and what the lock states differ.
func (s *session) notLocked(ref pack.Ref, want *LockedSet) string {
	r, _ := pack.RuntimeByName(want.Runtime)
	var platforms, others []string
	for i := range s.req.Locked {
		switch set := &s.req.Locked[i]; {
		case set.isFor(want):
			platforms = append(platforms, set.Platform)
		case set.Runtime == want.Runtime && slices.Contains(set.Packs, ref):
			others = append(others, set.asks())
		}
	}
	switch {
	case len(platforms) > 0:
		return fmt.Sprintf("the lock states the %s packages on %s, and not on %s", r.Title, strings.Join(platforms, " and "), want.Platform)
	case len(others) > 0:
		return fmt.Sprintf("the pack requires %s, and the lock states %s packages for %s", want.asks(), r.Title, others[0])
	}
	return fmt.Sprintf("the pack requires %s, and the lock states no %s packages for it", want.asks(), r.Title)
}

// asks returns the requirements in one line.
func (l *LockedSet) asks() string {
	text := shorten(strings.Join(l.Wants, ", "))
	if l.Range != "" {
		text += fmt.Sprintf(" on %s %s", l.Runtime, l.Range)
	}
	return text
}

// keysOf returns the Key of a recipe, and of those that use more of the policy.
func keysOf(runtime pack.RuntimeName, r recipe) ([]string, error) {
	variants, err := variantsOf(runtime, r)
	keys := make([]string, len(variants))
	for i := range variants {
		keys[i] = variants[i].key
	}
	return keys, err
}
