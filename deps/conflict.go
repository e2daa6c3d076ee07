package deps

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// The limits of an explanation: a hostile pack can state thousands of demands, at
// the end of a path through thousands of packs.
const (
	maxShownDemands  = 10
	maxShownWay      = 64
	maxShownVersions = 10
)

func newConflict(code pack.Code, c Conflict) Conflict {
	c.Err = pack.Errorf(code, "%s", c.Explanation)
	return c
}

// conflict explains why no version could be chosen for s. It is nil if one was
// chosen, and if there is no finder to say which versions exist.
func (s *choice) conflict() *Conflict {
	known := len(s.options) > 0
	if s.chosen != nil || !known && !s.asked {
		return nil
	}
	demands := s.culprits()
	c := Conflict{Ref: s.ref, Required: requirements(demands), Installed: s.installed}
	switch id, err := s.unsuitable(); {
	case err != nil:
		c.Err = pack.Errorf(pack.CodeDependencyConflict, "%s would satisfy all constraints: %s; but %w", id, showDemands(demands), err)
		c.Explanation = c.Err.Error()
	case known:
		c.Explanation = fmt.Sprintf("%s, which does not satisfy all constraints: %s; ask for ranges that have a version in common", s.have(), showDemands(demands))
		c = newConflict(pack.CodeDependencyConflict, c)
	default:
		c.Explanation = fmt.Sprintf("pack %s is required but was not found: %s; install it, provide it, or name an index that has it", s.ref, showDemands(demands))
		c = newConflict(pack.CodeDependencyMissing, c)
	}
	return &c
}

// unsuitable returns the best version that would meet all demands on a platform of
// another version, and why it does not suit this one.
func (s *choice) unsuitable() (pack.ID, error) {
	for i := range s.unsuited {
		c := &s.unsuited[i]
		if s.unmet(&option{version: c.Version, origin: originFinder}) == nil {
			return c.ID, pack.CheckPlatform(c.Platform, s.platform)
		}
	}
	return pack.ID{}, nil
}

// culprits are the demands that leave no option: those of the last walk, and
// those for which options that would meet them were ruled out before.
func (s *choice) culprits() []demand {
	demands := slices.Clone(s.demands)
	for _, o := range s.options {
		if d, out := s.ruledOut[o]; out && s.unmet(o) == nil {
			demands = append(demands, d)
		}
	}
	return demands
}

// have says which versions there are.
func (s *choice) have() string {
	first := s.options[0]
	switch {
	case first.origin == originRequest:
		return fmt.Sprintf("the request brings %s %s", s.ref, first.version)
	case first.origin == originProvided:
		return fmt.Sprintf("the host provides %s %s", s.ref, first.version)
	case first.origin == originInstalled && len(s.options) == 1:
		return fmt.Sprintf("%s %s is installed", s.ref, first.version)
	}
	return fmt.Sprintf("pack %s is available as %s", s.ref, s.versions())
}

func (s *choice) versions() string {
	shown := make([]string, min(len(s.options), maxShownVersions))
	for i := range shown {
		shown[i] = s.options[i].version.String()
		if s.options[i].origin == originInstalled {
			shown[i] += " (installed)"
		}
	}
	return strings.Join(shown, ", ") + andMore(len(s.options)-len(shown))
}

func requirements(demands []demand) []Requirement {
	rs := make([]Requirement, len(demands))
	for i, d := range demands {
		rs[i] = Requirement{VersionSpec: d.Constraint, RequiredBy: d.by.Ref}
	}
	return rs
}

func showDemands(demands []demand) string {
	shown := make([]string, min(len(demands), maxShownDemands))
	for i := range shown {
		shown[i] = joinWay(demands[i].way())
	}
	return strings.Join(shown, ", ") + andMore(len(demands)-len(shown))
}

// way lists the packs on the path from the request to the demand, which is last.
func (d demand) way() []string {
	way := []string{d.Dependency.String()}
	for s := d.by; s != nil; s = s.parent {
		way = append(way, s.ID.String())
	}
	slices.Reverse(way)
	return way
}

func joinWay(way []string) string {
	if over := len(way) - maxShownWay; over > 0 {
		middle := fmt.Sprintf("(%d more)", over)
		way = slices.Concat(way[:maxShownWay/2], []string{middle}, way[len(way)-maxShownWay/2:])
	}
	return strings.Join(way, " -> ")
}

func andMore(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}
