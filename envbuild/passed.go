package envbuild

import (
	"fmt"
	"slices"
	"sync"

	"github.com/packtrain/pack/envbuild/internal/interp"
)

// A PassedOver is an interpreter in the search path that an environment was not made with.
type PassedOver struct {
	Path    string
	Version string // "" if it did not say
	Reason  string // a phrase, such as "3.9.18 is not >=3.11"
}

// A silence collects the programs that did not say what they are. It is safe for
// concurrent use.
type silence struct {
	mu     sync.Mutex
	passed []PassedOver
}

func (s *silence) add(path, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passed = append(s.passed, PassedOver{Path: path, Reason: "it did not say its version: " + oneLine([]string{why})})
}

func (s *silence) list() []PassedOver {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.passed)
}

// passedOver says why the programs other than the chosen one were passed over.
func (c choice) passedOver(programs []interp.Program, chosen interp.Program) []PassedOver {
	passed := []PassedOver{}
	for _, p := range programs {
		if p.Path != chosen.Path {
			passed = append(passed, PassedOver{Path: p.Path, Version: p.Version, Reason: c.why(p, chosen)})
		}
	}
	return append(passed, c.silent.list()...)
}

func (c choice) why(p, chosen interp.Program) string {
	for _, r := range c.ranges {
		if !r.Allows(p.Version) {
			return fmt.Sprintf("%s is not %s", p.Version, r)
		}
	}
	switch {
	case c.prefer.Allows(chosen.Version) && !c.prefer.Allows(p.Version):
		return fmt.Sprintf("%s is preferred", c.prefer)
	case c.usable != nil && c.usable(chosen) && !c.usable(p):
		return "it has no pip that can install packages"
	}
	return fmt.Sprintf("%s is earlier in the search path", chosen.Path)
}
