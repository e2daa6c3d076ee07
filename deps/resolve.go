package deps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/internal/solve"
)

// Resolve chooses a version of each pack that wants name, and of all packs that these
// need. It finds a choice whenever there is one; see the package documentation for which
// of several it takes. The result does not depend on the order in which wants, versions
// and dependencies are listed, except that the last of the wants that exclude each other
// is dropped.
//
// Wants that cannot be met are in Resolution.Dropped, and the error is nil; with
// Policy.AllOrNothing the error is that of the first of them, and there is no
// Resolution. Any other error means that the request itself failed: the installed packs
// could not be read, a limit or the budget was exceeded ([pack.CodeLimitExceeded]), or
// ctx ended.
func Resolve(ctx context.Context, world World, wants []pack.Want, policy *Policy) (res *Resolution, err error) {
	defer batch.Rescue(&err)
	s, err := newSearch(ctx, world, policy)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", resolving, err)
	}
	if err := s.begin(ctx, wants); err != nil {
		return nil, err
	}
	chosen, err := s.meet(ctx)
	if err != nil {
		return nil, err
	}
	if chosen, err = s.takeBack(ctx, chosen); err != nil {
		return nil, err
	}
	s.hold(ctx, chosen)
	return s.resolution(chosen), nil
}

// hold notes why packs that wants name do not have the best versions that they allow. It
// reads no pack.yaml for that.
func (s *search) hold(ctx context.Context, chosen selection) {
	s.reads = false
	defer func() { s.reads = true }()
	for i := range s.wants {
		w := &s.wants[i]
		c := s.better(w, chosen)
		if c == nil || slices.Contains(s.policy.Locked, chosen[w.Ref].ID) {
			continue
		}
		exact, err := pack.ParseConstraint("=" + c.Version.String())
		if err != nil {
			continue
		}
		before := w.Constraint
		w.Constraint, w.shown = exact, w.text()
		if got, err := s.settle(ctx); err == nil && got.proof != nil {
			w.held = &Held{Version: c.Version, Err: s.explain(ctx, got.proof)}
		}
		w.Constraint, w.shown = before, ""
	}
}

// meet chooses versions, and drops wants until the rest can be met.
func (s *search) meet(ctx context.Context) (selection, error) {
	for {
		got, err := s.settle(ctx)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", resolving, err)
		case got.selection != nil:
			return got.selection, nil
		}
		if got.proof != nil {
			u := s.explain(ctx, got.proof)
			if len(u.roots) == 0 {
				return nil, u
			}
			got.unmet = map[int]error{slices.Max(u.roots): u}
		}
		if err := s.drop(got.unmet); err != nil {
			return nil, err
		}
	}
}

// takeBack takes back wants that were dropped, if they can be met with those that were
// not: a want may have been dropped for the sake of one that was dropped later.
func (s *search) takeBack(ctx context.Context, chosen selection) (selection, error) {
	for i := range s.wants {
		w := &s.wants[i]
		if u, ok := errors.AsType[*Unsolvable](w.err); !ok || s.holds(u, i) {
			continue
		}
		before := w.err
		w.err = nil
		if err := s.bring(w); err != nil {
			w.err = before
			continue
		}
		got, err := s.settle(ctx)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", resolving, err)
		case got.selection != nil:
			chosen = got.selection
			continue
		}
		unmet := map[int]error{i: before}
		if got.proof != nil {
			unmet[i] = s.explain(ctx, got.proof)
		} else if got.unmet[i] != nil {
			unmet[i] = got.unmet[i]
		}
		if err := s.drop(unmet); err != nil {
			return nil, err
		}
	}
	return chosen, nil
}

// holds reports whether a proof holds for a want that was dropped because of it: the
// others that take part are still there.
func (s *search) holds(u *Unsolvable, at int) bool {
	return !slices.ContainsFunc(u.roots, func(i int) bool { return i != at && s.wants[i].err != nil })
}

const resolving = "choose versions"

// drop drops wants, or returns the error of the first if none may be dropped.
func (s *search) drop(unmet map[int]error) error {
	for i := range s.wants {
		err := unmet[i]
		if err == nil {
			continue
		}
		if s.policy.AllOrNothing {
			return err
		}
		w := &s.wants[i]
		if w.err = err; w.fixed != nil {
			s.packs[w.fixed.Ref].fixed = s.otherFixed(w)
		}
	}
	return nil
}

// otherFixed returns the content that another want brings of the same pack.
func (s *search) otherFixed(w *want) *pack.Candidate {
	for i := range s.wants {
		if o := &s.wants[i]; o.err == nil && o.fixed != nil && o.fixed.Ref == w.fixed.Ref {
			return o.fixed
		}
	}
	return nil
}

// begin looks up what the wants name.
func (s *search) begin(ctx context.Context, wants []pack.Want) error {
	s.wants = make([]want, len(wants))
	places := make([]*want, 0, len(wants))
	for i := range wants {
		s.wants[i] = want{Want: wants[i], at: i}
		if w := &s.wants[i]; w.Spec != "" {
			places = append(places, w)
		}
	}
	batch.Each(places, s.policy.Parallel, func(w *want) { w.fixed, w.failed = s.at(ctx, w.Want) })
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("%s: %w", resolving, err)
	}
	unmet := map[int]error{}
	for i := range s.wants {
		if err := s.bring(&s.wants[i]); err != nil {
			unmet[i] = err
		}
	}
	if err := s.drop(unmet); err != nil {
		return err
	}
	return s.lookUpWants(ctx)
}

// at returns the candidate at the place that a want names.
func (s *search) at(ctx context.Context, w pack.Want) (c *pack.Candidate, err error) {
	defer batch.Rescue(&err)
	found, err := s.world.Candidates(ctx, w)
	switch {
	case err != nil:
		return nil, err
	case len(found) != 1:
		return nil, pack.Errorf(pack.CodeNotFound, "%d packs were found, want one", len(found))
	}
	return &found[0], found[0].Unusable
}

// bring checks a want, and notes the content that it brings.
func (s *search) bring(w *want) error {
	if w.failed != nil {
		return w.failed
	}
	ref := w.ref()
	if p, reserved := s.provided[ref]; reserved {
		return p.Reserved()
	}
	k := s.know(ref)
	if w.fixed == nil {
		return nil
	}
	if k.fixed != nil && k.fixed.Version != w.fixed.Version {
		return pack.Errorf(pack.CodeConflict, "the request already brings %s %s; name the pack once", ref, k.fixed.Version)
	}
	k.fixed = w.fixed
	return nil
}

// lookUpWants looks up the packs that wants name by ref.
func (s *search) lookUpWants(ctx context.Context) error {
	var demands []demand
	for i := range s.wants {
		if w := &s.wants[i]; w.err == nil {
			demands = append(demands, demand{Dependency: pack.Dependency{Ref: w.ref(), Constraint: w.Constraint}, by: w.By})
		}
	}
	for _, id := range s.policy.Locked {
		if k := s.packs[id.Ref]; k != nil && k.installed != nil && k.installed.Version != id.Version {
			demands = append(demands, demand{Dependency: pack.Dependency{Ref: id.Ref}})
		}
	}
	if err := s.lookUp(ctx, demands, true); err != nil {
		return fmt.Errorf("%s: %w", resolving, err)
	}
	unmet := map[int]error{}
	for i := range s.wants {
		if s.wants[i].err != nil {
			continue
		}
		k := s.packs[s.wants[i].ref()]
		if err := cmp.Or(k.failed, k.absent); err != nil && k.fixed == nil {
			unmet[i] = err
		}
	}
	return s.drop(unmet)
}

// exceeded turns the error of a budget into one of ours.
func exceeded(err error) error {
	if _, ok := errors.AsType[*solve.BudgetError](err); ok {
		return pack.Errorf(pack.CodeLimitExceeded, "%w", err)
	}
	return err
}
