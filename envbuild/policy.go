package envbuild

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/packtrain/pack/internal/text/pep508"
)

// A Policy says which packages may be installed in ways that are refused by default.
// Packages are listed by name or by pattern, as [path.Match] has them; "*" alone is all
// of them. The zero value is the strict default.
type Policy struct {
	// Source lists Python packages that may be built from source if the index has no
	// wheel of them, which runs their code with the rights of the tool. Wheels are
	// preferred.
	Source []string
	// Direct lists Python packages that a requirement may name by an https URL or a git
	// repository. Repositories, and archives that are not wheels, are built from source,
	// which runs their code.
	Direct []string
	// Scripts lists Node.js packages whose install scripts are run. They run without the
	// network, after all packages are installed.
	Scripts []string
	// Runtimes lists the runtimes that packs describe themselves, such as "app.ruby", whose
	// commands are run to make environments. They are code of the pack, and run with the
	// rights of the tool. Those that the host describes ([pack.LoadOptions.Runtimes]) need no
	// entry.
	Runtimes []string
	// MinimumAge is how old a release has to be; younger ones are not chosen. 0 admits
	// all. What a lock or digests (--hash) pin is exempt.
	MinimumAge time.Duration
	// IgnoreForeignLocks installs Node.js packages although their versions are pinned by
	// the lock file of a tool that is not used: yarn, pnpm or bun.
	IgnoreForeignLocks bool
}

// check returns an error for a pattern that is not one.
func (p *Policy) check() error {
	for _, pattern := range slices.Concat(p.Source, p.Direct, p.Scripts, p.Runtimes) {
		if _, err := path.Match(pattern, ""); err != nil || strings.TrimSpace(pattern) == "" {
			return invalidConfig("policy: %q is not a name or a pattern", pattern)
		}
	}
	if p.MinimumAge < 0 {
		return invalidConfig("policy: the minimum age %v is negative", p.MinimumAge)
	}
	return nil
}

// admitsPython reports whether patterns list a Python package.
func admitsPython(patterns []string, name string) bool {
	return name != "" && slices.ContainsFunc(patterns, func(pattern string) bool {
		return matches(pep508.NormalizeName(pattern), pep508.NormalizeName(name))
	})
}

// admitsNode reports whether patterns list a Node.js package.
func admitsNode(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, name) })
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return pattern == "*" || ok && err == nil
}

func admitsAll(patterns []string) bool { return slices.Contains(patterns, "*") }

// normalPatterns returns patterns in the form in which equal lists are equal.
func normalPatterns(patterns []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(patterns)))
}
