package deps

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/packtrain/pack"
)

// A demand is what one pack requires of another.
type demand struct {
	pack.Dependency
	by *step
}

// A step is a pack on the way from a pack of the request, which has no parent,
// to a demand.
type step struct {
	pack.ID
	parent *step
}

// An origin is where an option comes from.
type origin int

const (
	originRequest origin = iota
	originProvided
	originInstalled
	originFinder
)

// An option is one version of a pack that could meet the demands.
type option struct {
	version pack.Version // zero for a provided pack that satisfies everything
	origin  origin
	// deps are what choosing the option brings along. Packs of the request are
	// walked on their own; what provided and installed packs need was settled
	// when they came.
	deps []pack.Dependency
}

func (o *option) satisfies(c pack.Constraint) bool {
	switch o.origin {
	case originProvided:
		return pack.Provided{Version: o.version}.Satisfies(c)
	case originFinder:
		return c.Allows(o.version)
	}
	return c.AllowsPresent(o.version)
}

// A choice is a pack of which one version is to be chosen.
type choice struct {
	ref       pack.Ref
	platform  pack.Version
	installed *pack.Version // nil when it is not
	options   []*option     // best first
	finder    Finder        // knows more options; nil when there is none
	asked     bool          // whether the finder was asked
	tried     bool          // whether choosing was tried
	chosen    *option       // nil while none is chosen
	demands   []demand      // met in the current walk
	// ruledOut holds the options that were ruled out, each with the demand that
	// it did not meet.
	ruledOut map[*option]demand
	// unsuited are the versions that the finder knows and the platform does not
	// suit, best first.
	unsuited []pack.Candidate
}

// choose takes the best option that meets all demands and was not ruled out
// before, or none.
func (s *choice) choose(ctx context.Context) error {
	s.tried = true
	s.chosen = s.best()
	if s.chosen != nil || s.finder == nil || s.asked {
		return nil
	}
	if err := s.find(ctx); err != nil {
		return err
	}
	s.chosen = s.best()
	return nil
}

func (s *choice) best() *option {
	for _, o := range s.options {
		if _, out := s.ruledOut[o]; !out && s.unmet(o) == nil {
			return o
		}
	}
	return nil
}

// unmet returns the first demand that o does not satisfy, nil when it meets all.
func (s *choice) unmet(o *option) *demand {
	for i := range s.demands {
		if !o.satisfies(s.demands[i].Constraint) {
			return &s.demands[i]
		}
	}
	return nil
}

// find asks the finder for more options.
func (s *choice) find(ctx context.Context) error {
	candidates, err := s.finder.Candidates(ctx, pack.Want{Ref: s.ref, By: s.demands[0].by.ID.String()})
	if err != nil && !errors.Is(err, pack.ErrNotFound) {
		return err
	}
	s.asked = true
	for _, c := range slices.SortedStableFunc(slices.Values(candidates), preferred) {
		if !s.platform.IsZero() && pack.CheckPlatform(c.Platform, s.platform) != nil {
			s.unsuited = append(s.unsuited, c)
			continue
		}
		s.options = append(s.options, &option{version: c.Version, origin: originFinder, deps: c.Dependencies})
	}
	return nil
}

// preferred sorts releases before pre-releases, and higher versions first.
func preferred(a, b pack.Candidate) int {
	if a.Version.IsPrerelease() != b.Version.IsPrerelease() {
		if a.Version.IsPrerelease() {
			return 1
		}
		return -1
	}
	return cmp.Or(b.Version.Compare(a.Version), cmp.Compare(b.Version.String(), a.Version.String()))
}

// added reports whether the choice has to be installed beside the request.
func (s *choice) added() bool { return s.chosen != nil && s.chosen.origin == originFinder }

func (s *choice) addition() Addition {
	a := Addition{ID: pack.ID{Ref: s.ref, Version: s.chosen.version}}
	for _, d := range s.demands {
		if !slices.Contains(a.RequiredBy, d.by.Ref) {
			a.RequiredBy = append(a.RequiredBy, d.by.Ref)
		}
	}
	return a
}

// onHand reports whether the pack is installed or provided in a version that
// satisfies c.
func (s *choice) onHand(c pack.Constraint) bool {
	if s.installed != nil && c.AllowsPresent(*s.installed) {
		return true
	}
	return s.fixed(originProvided, c)
}

// brought reports whether the request brings the pack in a version that
// satisfies c.
func (s *choice) brought(c pack.Constraint) bool { return s.fixed(originRequest, c) }

func (s *choice) fixed(o origin, c pack.Constraint) bool {
	return len(s.options) > 0 && s.options[0].origin == o && s.options[0].satisfies(c)
}
