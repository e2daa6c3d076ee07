package deps

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/internal/solve"
)

// settled is the result of settle: one of its fields.
type settled struct {
	selection selection
	proof     *solve.Proof
	unmet     map[int]error // wants for which something could not be looked up
	unread    bool          // the choice depends on a pack.yaml that must not be read
}

// settle chooses versions, and looks up what they need, until nothing is missing.
func (s *search) settle(ctx context.Context) (settled, error) {
	for {
		ids, proof, err := solve.Solve(ctx, s.problem())
		if err != nil {
			return settled{}, exceeded(err)
		}
		var more bool
		if proof != nil {
			if more, err = s.widen(ctx, proof); err != nil || !more {
				return settled{proof: proof}, err
			}
			continue
		}
		chosen := s.selected(ids)
		for _, grow := range []func(context.Context, selection) (bool, settled, error){s.lookUpNeeds, s.readNeeds, s.follow, s.lookUpInstalled} {
			var end settled
			if more, end, err = grow(ctx, chosen); err != nil || end.unmet != nil || end.unread {
				return end, err
			}
			if more {
				break
			}
		}
		if !more {
			return settled{selection: chosen}, nil
		}
	}
}

// widen looks up other versions of installed packs that take part in a proof, and
// reports whether there were any that were not looked up before.
func (s *search) widen(ctx context.Context, proof *solve.Proof) (bool, error) {
	refs := map[pack.Ref]bool{}
	for i := range proof.Demands {
		refs[proof.Demands[i].Ref], refs[proof.Demands[i].By] = true, true
	}
	return s.widenTo(ctx, refs)
}

func (s *search) widenTo(ctx context.Context, refs map[pack.Ref]bool) (bool, error) {
	var more []demand
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		if k := s.packs[ref]; k != nil && k.installed != nil && !s.policy.KeepInstalled && s.unknown(ref, true) {
			more = append(more, demand{Dependency: pack.Dependency{Ref: ref}})
		}
	}
	err := s.lookUp(ctx, more, true)
	for _, d := range more {
		// Without an answer only the installed version is there, and the explanation
		// says why.
		if k := s.packs[d.Ref]; k.failed != nil {
			k.asked, k.absent = true, k.failed
		}
	}
	return len(more) > 0, err
}

// lookUpNeeds looks up the packs that chosen versions need.
func (s *search) lookUpNeeds(ctx context.Context, chosen selection) (bool, settled, error) {
	var more []demand
	unmet := map[int]error{}
	for _, ref := range slices.Sorted(maps.Keys(chosen)) {
		c := chosen[ref]
		if s.stays(c) {
			continue // what it needs and lacks, it lacked before
		}
		for _, d := range demands(c.ID, c.Dependencies) {
			k := s.packs[d.Ref]
			switch {
			case s.unknown(d.Ref, false):
				more = append(more, d)
			case k != nil && k.failed != nil && !k.visible():
				s.blame(unmet, chosen, c.Ref, fmt.Errorf("%s needs %s, which could not be looked up: %w", c.ID, d.Dependency, k.failed), "%s is needed", c.Ref)
			}
		}
	}
	if len(unmet) > 0 {
		return false, settled{unmet: unmet}, nil
	}
	return len(more) > 0, settled{}, s.lookUp(ctx, more, false)
}

// stays reports whether c is what is installed, and no want names it.
func (s *search) stays(c pack.Candidate) bool {
	k := s.packs[c.Ref]
	return k.installed != nil && k.installed.Version == c.Version && !s.named(c.Ref)
}

// blame notes an error about a chosen pack for all wants that need it, directly or not:
// as it is for the want that names the pack, with a text before it for others.
func (s *search) blame(unmet map[int]error, chosen selection, ref pack.Ref, err error, format string, args ...any) {
	for i := range s.wants {
		w := &s.wants[i]
		switch {
		case w.err != nil || unmet[i] != nil:
		case w.ref() == ref:
			unmet[i], w.blamed = err, false
		case chosen.reach(w.ref())[ref]:
			unmet[i], w.blamed = fmt.Errorf(format+": %w", append(args, err)...), true
		}
	}
}

// reach returns the chosen packs that a pack needs, directly or not, and itself.
func (c selection) reach(ref pack.Ref) map[pack.Ref]bool {
	all := map[pack.Ref]bool{}
	for queue := []pack.Ref{ref}; len(queue) > 0; queue = queue[1:] {
		if v, chosen := c[queue[0]]; chosen && !all[queue[0]] {
			all[queue[0]] = true
			for _, d := range v.Dependencies {
				queue = append(queue, d.Ref)
			}
		}
	}
	return all
}

// readNeeds reads the pack.yaml of chosen versions whose dependencies are not known.
func (s *search) readNeeds(ctx context.Context, chosen selection) (bool, settled, error) {
	var unread []*pack.Candidate
	for _, ref := range slices.Sorted(maps.Keys(chosen)) {
		if c := chosen[ref]; !c.DependenciesKnown && !s.guesses && !s.stays(c) {
			unread = append(unread, s.original(c))
		}
	}
	if len(unread) == 0 || !s.reads {
		return false, settled{unread: len(unread) > 0}, nil
	}
	var mu sync.Mutex
	failed := map[pack.Ref]error{}
	batch.Each(unread, s.policy.Parallel, func(c *pack.Candidate) {
		if err := s.read(ctx, c); err != nil {
			mu.Lock()
			defer mu.Unlock()
			failed[c.Ref] = err
		}
	})
	if err := context.Cause(ctx); err != nil || len(failed) == 0 {
		return true, settled{}, err
	}
	unmet := map[int]error{}
	for _, c := range unread {
		if err := failed[c.Ref]; err != nil {
			s.blame(unmet, chosen, c.Ref, err, "%s is needed, and what it needs cannot be read", c.ID)
		}
	}
	return false, settled{unmet: unmet}, nil
}

// original returns where a candidate is kept.
func (s *search) original(c pack.Candidate) *pack.Candidate {
	k := s.packs[c.Ref]
	if k.fixed != nil {
		return k.fixed
	}
	return &k.candidates[slices.IndexFunc(k.candidates, func(o pack.Candidate) bool { return o.Version == c.Version })]
}

// read completes c with what its pack.yaml says. That of the installed content is known.
func (s *search) read(ctx context.Context, c *pack.Candidate) (err error) {
	defer batch.Rescue(&err)
	if i := s.packs[c.Ref].installed; i != nil && i.Version == c.Version && slices.ContainsFunc(c.Pins, i.Pin.SameContent) {
		c.Dependencies, c.URLs, c.Platform, c.DependenciesKnown = i.Dependencies, nil, i.Platform, true
		return nil
	}
	got, err := s.world.Dependencies(ctx, *c)
	if err != nil {
		return err
	}
	c.Dependencies, c.URLs, c.Platform, c.DependenciesKnown = got.Dependencies, got.URLs, got.Platform, true
	return nil
}

// best reports whether each pack that wants name has the best version that they allow.
func (s *search) best(chosen selection) bool {
	for i := range s.wants {
		if c := s.better(&s.wants[i], chosen); c != nil {
			return false
		}
	}
	return true
}

// better returns the best version that a want allows, nil if that is chosen.
func (s *search) better(w *want, chosen selection) *pack.Candidate {
	if w.err != nil || w.fixed != nil {
		return nil
	}
	c := s.packs[w.Ref].allowed(w.Constraint)
	if c == nil || Preferred(*c, chosen[w.Ref]) >= 0 {
		return nil
	}
	return c
}

// allowed returns the best version that a constraint allows, nil for none. The installed
// one counts, also when no index lists it any more.
func (k *known) allowed(constraint pack.Constraint) (best *pack.Candidate) {
	if k.installed != nil && constraint.AllowsPresent(k.installed.Version) {
		present := k.present()
		best = &present
	}
	for i := range k.candidates { // best first
		if c := &k.candidates[i]; constraint.Allows(c.Version) && (best == nil || Preferred(*c, *best) < 0) {
			return c
		}
	}
	return best
}

// lookUpInstalled looks up all installed packs when several were replaced, or when the
// choice is not what the lock says or the best that wants allow: perhaps replacing others
// does better.
func (s *search) lookUpInstalled(ctx context.Context, chosen selection) (bool, settled, error) {
	replaced, all := 0, map[pack.Ref]bool{}
	for ref, k := range s.packs {
		if _, provided := s.provided[ref]; provided || k.installed == nil || s.named(ref) {
			continue
		}
		if all[ref] = true; chosen[ref].Version != k.installed.Version {
			replaced++
		}
	}
	deviates := slices.ContainsFunc(s.policy.Locked, func(id pack.ID) bool {
		c, there := chosen[id.Ref]
		return there && c.Version != id.Version
	})
	if replaced < 2 && !deviates && s.best(chosen) {
		return false, settled{}, nil
	}
	more, err := s.widenTo(ctx, all)
	return more, settled{}, err
}
