package lock

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// An Environment has the distributions that a requirement set resolved to.
type Environment struct {
	// ID names it: a digest of Runtime, Range and Wants, so that packs that ask for the
	// same share it.
	ID      string
	Runtime pack.RuntimeName
	Range   string // of versions of the runtime, "" for any
	Wants   []string
	// Distributions are what to install, on each platform.
	Distributions []Distribution
}

// A Distribution is one archive in an environment.
type Distribution struct {
	// Platform is where it is installed, "os/arch" or "os/arch/abi", or "any".
	Platform string
	// Name and Version are "" if nothing at all is installed on the platform. The name of
	// a Node.js package is its place, such as "node_modules/a".
	Name, Version string
	// Digests are those of archives that it may come from, such as "sha256:...", or
	// "sha512-..." for Node.js; one of them has to match.
	Digests []string
	// Source is the URL that it comes from, "" for an index.
	Source string
	// Details are what its tool has to know beside that, a JSON object in the shortest
	// form; "" for nothing.
	Details string
}

// EnvironmentID returns the ID of an environment.
func EnvironmentID(e *Environment) string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{string(e.Runtime), e.Range}, sortedTexts(e.Wants)...), "\n")))
	return string(e.Runtime) + "-" + hex.EncodeToString(sum[:6])
}

func sortedTexts(texts []string) []string { return slices.Compact(slices.Sorted(slices.Values(texts))) }

// Platforms are those that the environment has distributions for, sorted.
func (e *Environment) Platforms() []string {
	all := make([]string, len(e.Distributions))
	for i := range e.Distributions {
		all[i] = e.Distributions[i].Platform
	}
	return sortedTexts(all)
}

// On returns the distributions for a platform.
func (e *Environment) On(platform string) []Distribution {
	return slices.DeleteFunc(e.only(platform), func(d Distribution) bool { return d.Name == "" })
}

// Environment returns the block of an environment, nil for none.
func (l *Lock) Environment(id string) *Environment {
	for i := range l.Environments {
		if l.Environments[i].ID == id {
			return &l.Environments[i]
		}
	}
	return nil
}

// AddEnvironment states the environment of a pack that the lock has, in place of what it
// states for it on the same platform: all distributions of e are for that one. The ID of e is
// ignored, and environments that no pack has any more are dropped.
func (l *Lock) AddEnvironment(ref pack.Ref, platform string, e Environment) {
	p := l.Find(ref)
	if p == nil {
		return
	}
	e.ID = EnvironmentID(&e)
	e.Wants = sortedTexts(e.Wants)
	if len(e.Distributions) == 0 {
		e.Distributions = []Distribution{{Platform: platform}}
	}
	p.Environments = maps.Clone(p.Environments) // which another lock may have
	if p.Environments == nil {
		p.Environments = map[pack.RuntimeName]string{}
	}
	p.Environments[e.Runtime] = e.ID
	l.Environments = slices.Clone(l.Environments)
	if before := l.Environment(e.ID); before != nil {
		before.Distributions = append(e.Distributions, before.without(platform)...)
	} else {
		l.Environments = append(l.Environments, e)
	}
	l.dropEnvironments(func(e *Environment) bool { return !l.uses(e) })
	l.sort()
}

// without returns the distributions for other platforms.
func (e *Environment) without(platform string) []Distribution {
	return slices.DeleteFunc(slices.Clone(e.Distributions), func(d Distribution) bool { return d.Platform == platform })
}

// only returns what is stated for a platform.
func (e *Environment) only(platform string) []Distribution {
	return slices.DeleteFunc(slices.Clone(e.Distributions), func(d Distribution) bool { return d.Platform != platform })
}

func (l *Lock) dropEnvironments(drop func(*Environment) bool) {
	l.Environments = slices.DeleteFunc(l.Environments, func(e Environment) bool { return drop(&e) })
}

// uses reports whether a pack has an environment.
func (l *Lock) uses(e *Environment) bool {
	return slices.ContainsFunc(l.Packs, func(p Pack) bool { return p.Environments[e.Runtime] == e.ID })
}

// disputed returns the platforms on which e states two versions of a distribution, which a
// merge may do, and a name for each.
func (e *Environment) disputed() map[string]string {
	seen, disputed := map[[2]string]bool{}, map[string]string{}
	for _, d := range e.Distributions {
		if key := [2]string{d.Platform, d.Name}; seen[key] {
			disputed[d.Platform] = cmp.Or(d.Name, "nothing")
		} else {
			seen[key] = true
		}
	}
	return disputed
}

// settled returns e without the platforms on which it states two versions of a
// distribution.
func (e *Environment) settled() Environment {
	c := *e
	for platform := range e.disputed() {
		c.Distributions = c.without(platform)
	}
	return c
}
