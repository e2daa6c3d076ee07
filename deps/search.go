package deps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// A search is one call of Resolve. It knows a part of the world, which grows: versions
// are chosen in that part, as if what is not known of it asked for nothing; then what
// the chosen versions need is looked up, until nothing is missing. A choice that holds
// then is also the best in the whole world, and where the part has none, neither has
// the whole.
type search struct {
	world    World // nil: nothing is installed, and what is needed is not looked for
	policy   Policy
	provided map[pack.Ref]pack.Provided
	wants    []want
	packs    map[pack.Ref]*known
	places   map[string]*place // by URL
	lookedUp int
	// reads says that pack.yaml files of candidates may be read. Without it a choice that
	// needs that is not made, unless guesses says that they need nothing.
	reads, guesses bool
}

// A want is what was asked for.
type want struct {
	pack.Want
	at     int
	fixed  *pack.Candidate // the content at its Spec
	failed error           // of finding that
	err    error           // why it was dropped
	blamed bool            // err is about another pack, which it needs
	held   *Held
	shown  string // how it is shown in place of its constraint, "" for the same
}

func (w *want) ref() pack.Ref {
	if w.fixed != nil {
		return w.fixed.Ref
	}
	return w.Ref
}

// known is what is known of one pack.
type known struct {
	ref       pack.Ref
	installed *pack.InstalledPack
	fixed     *pack.Candidate // that the request brings
	asked     bool            // its candidates are known
	absent    error           // there are none
	failed    error           // they could not be looked up
	placed    *place          // where a dependency that is a URL found it
	fromPlace bool            // its candidates are those of placed
	// candidates can be chosen, excluded cannot: they have Unusable.
	candidates, excluded []pack.Candidate
}

// visible reports whether the versions of the pack are known, at least one of them.
func (k *known) visible() bool {
	return k != nil && (k.asked || k.fixed != nil || k.installed != nil)
}

// A demand is a dependency, and what states it.
type demand struct {
	pack.Dependency
	by string
}

func newSearch(ctx context.Context, world World, policy *Policy) (*search, error) {
	s := &search{world: world, provided: map[pack.Ref]pack.Provided{}, packs: map[pack.Ref]*known{}, places: map[string]*place{}, reads: true}
	if policy != nil {
		s.policy = *policy
	}
	s.policy.MaxPacks = cmp.Or(s.policy.MaxPacks, DefaultMaxPacks)
	if s.policy.Parallel <= 0 {
		s.policy.Parallel = runtime.GOMAXPROCS(0)
	}
	for _, p := range s.policy.Provided {
		s.provided[p.Ref] = p
	}
	if world == nil {
		return s, nil
	}
	installed, err := world.Installed(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up installed packs: %w", err)
	}
	for i := range installed {
		s.know(installed[i].Ref).installed = &installed[i]
	}
	return s, nil
}

func (s *search) know(ref pack.Ref) *known {
	k := s.packs[ref]
	if k == nil {
		k = &known{ref: ref}
		s.packs[ref] = k
	}
	return k
}

// named reports whether a want names the pack.
func (s *search) named(ref pack.Ref) bool {
	return slices.ContainsFunc(s.wants, func(w want) bool { return w.err == nil && w.ref() == ref })
}

// lookUp looks up the packs that are demanded and not known yet and, as they are the
// ones most likely to be chosen, those that the best version of each needs. Installed
// packs are looked up only if all are wanted.
func (s *search) lookUp(ctx context.Context, demands []demand, installed bool) error {
	for len(demands) > 0 {
		slices.SortStableFunc(demands, func(a, b demand) int {
			return cmp.Or(cmp.Compare(a.Ref, b.Ref), cmp.Compare(a.Constraint.String(), b.Constraint.String()), cmp.Compare(a.by, b.by))
		})
		first := map[pack.Ref]demand{}
		var unknown []*known
		for _, d := range demands {
			if _, twice := first[d.Ref]; !twice && s.unknown(d.Ref, installed) {
				first[d.Ref] = d
				unknown = append(unknown, s.know(d.Ref))
			}
		}
		if s.lookedUp += len(unknown); s.lookedUp > s.policy.MaxPacks {
			return &pack.LimitError{Limit: "number of packs considered", Max: int64(s.policy.MaxPacks), Value: int64(s.lookedUp)}
		}
		batch.Each(unknown, s.policy.Parallel, func(k *known) { s.ask(ctx, k, first[k.ref].by) })
		if err := context.Cause(ctx); err != nil {
			return err
		}
		demands, installed = nil, false
		for _, k := range unknown {
			demands = append(demands, k.likely(first[k.ref].Constraint)...)
		}
	}
	return nil
}

func (s *search) unknown(ref pack.Ref, installed bool) bool {
	if _, provided := s.provided[ref]; provided || s.world == nil {
		return false
	}
	k := s.packs[ref]
	return k == nil || !k.asked && k.failed == nil && k.fixed == nil && (installed || k.installed == nil)
}

// ask looks up the candidates of a pack.
func (s *search) ask(ctx context.Context, k *known, by string) {
	found, err := s.candidates(ctx, pack.Want{Ref: k.ref, By: by})
	switch {
	case err == nil:
	case errors.Is(err, pack.ErrNotFound) && k.placed != nil:
		found, k.fromPlace = k.placed.found, true
	case errors.Is(err, pack.ErrNotFound):
		k.absent = err
	default:
		k.failed = err
		return
	}
	k.asked = true
	for _, c := range found {
		if c.Unusable == nil {
			c.Unusable = s.forbidden(k, c)
		}
		if c.Unusable == nil {
			k.candidates = append(k.candidates, c)
		} else {
			k.excluded = append(k.excluded, c)
		}
	}
	slices.SortFunc(k.candidates, Preferred)
	slices.SortFunc(k.excluded, Preferred)
}

func (s *search) candidates(ctx context.Context, want pack.Want) (found []pack.Candidate, err error) {
	defer batch.Rescue(&err)
	return s.world.Candidates(ctx, want)
}

// forbidden returns why the policy does not allow to choose c.
func (s *search) forbidden(k *known, c pack.Candidate) error {
	if k.installed == nil || s.policy.AllowDowngrade || c.Version == k.installed.Version || c.Version.Compare(k.installed.Version) > 0 {
		return nil
	}
	return &DowngradeError{Installed: k.installed.Version}
}

// Preferred sorts candidates of one pack, best first: releases before pre-releases, and higher versions first.
func Preferred(a, b pack.Candidate) int {
	if a.Version.IsPrerelease() != b.Version.IsPrerelease() {
		if a.Version.IsPrerelease() {
			return 1
		}
		return -1
	}
	return cmp.Or(b.Version.Compare(a.Version), cmp.Compare(b.Version.String(), a.Version.String()))
}

// likely returns what the version needs that is likely to be chosen.
func (k *known) likely(c pack.Constraint) []demand {
	for i := range k.candidates {
		if v := &k.candidates[i]; c.Allows(v.Version) {
			return demands(v.ID, v.Dependencies)
		}
	}
	return nil
}

func demands(id pack.ID, needs []pack.Dependency) []demand {
	all := make([]demand, len(needs))
	for i, d := range needs {
		all[i] = demand{d, id.String()}
	}
	return all
}
