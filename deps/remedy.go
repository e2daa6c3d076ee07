package deps

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// errLeftOut is the error of a want that does not take part in an attempt.
var errLeftOut = errors.New("left out")

// maxRemedies is how many wants are tried to be changed.
const maxRemedies = 4

// remedies tries which changes of one of the wants that take part would do, with no other
// wants than these. It reads no pack.yaml for that: a change that depends on one is not
// listed.
func (s *search) remedies(ctx context.Context, u *Unsolvable) []Remedy {
	var roots []*want
	for _, at := range u.roots {
		roots = append(roots, &s.wants[at])
	}
	slices.SortStableFunc(roots, func(a, b *want) int { return strings.Compare(a.text(), b.text()) })
	defer s.only(roots)()
	var found []Remedy
	for _, w := range roots[:min(len(roots), maxRemedies)] {
		if v, ok := s.widened(ctx, w); ok {
			found = append(found, Remedy{Want: w.at, Version: v, spec: w.text()})
		} else if len(roots) > 1 && s.without(ctx, w) {
			found = append(found, Remedy{Want: w.at, spec: w.text()})
		}
	}
	return found
}

// only leaves out all other wants, until the returned function is called.
func (s *search) only(roots []*want) (restore func()) {
	type state struct {
		err   error
		fixed *pack.Candidate
	}
	before := make([]state, len(s.wants))
	for i := range s.wants {
		w := &s.wants[i]
		if before[i] = (state{err: w.err}); w.err == nil {
			before[i].fixed = s.packs[w.ref()].fixed
		}
		if w.err == nil && !slices.Contains(roots, w) {
			s.leaveOut(w)
		}
	}
	return func() {
		for i := range s.wants {
			if w := &s.wants[i]; before[i].err == nil {
				w.err = nil
				s.packs[w.ref()].fixed = before[i].fixed
			}
		}
	}
}

func (s *search) leaveOut(w *want) {
	w.err = errLeftOut
	if w.fixed != nil {
		s.packs[w.fixed.Ref].fixed = s.otherFixed(w)
	}
}

// widened returns the version that can be chosen when w allows any.
func (s *search) widened(ctx context.Context, w *want) (v pack.Version, ok bool) {
	if w.fixed != nil || w.Constraint.Any() {
		return v, false
	}
	before := w.Constraint
	w.Constraint = pack.Constraint{}
	chosen := s.attempt(ctx)
	w.Constraint = before
	return chosen[w.Ref].Version, chosen != nil
}

func (s *search) without(ctx context.Context, w *want) bool {
	fixed := s.packs[w.ref()].fixed
	s.leaveOut(w)
	chosen := s.attempt(ctx)
	w.err, s.packs[w.ref()].fixed = nil, fixed
	return chosen != nil
}

// attempt returns a selection if there certainly is one.
func (s *search) attempt(ctx context.Context) selection {
	s.reads = false
	got, err := s.settle(ctx)
	if s.reads = true; err != nil {
		return nil
	}
	return got.selection
}
