package registrysource

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// byVersion puts the highest version first. Versions that differ in build
// metadata only are ordered by their text, so that the order is always the same.
func byVersion(a, b *entry) int {
	return cmp.Or(b.id.Version.Compare(a.id.Version), strings.Compare(b.id.Version.String(), a.id.Version.String()))
}

// choose returns the first of entries, which are in order, that c allows, and a
// release before any pre-release.
func choose(entries []*entry, c pack.Constraint) (*entry, error) {
	allowed := slices.DeleteFunc(slices.Clone(entries), func(e *entry) bool { return !c.Allows(e.id.Version) })
	if len(allowed) == 0 {
		return nil, noVersion(entries, c)
	}
	release := slices.IndexFunc(allowed, func(e *entry) bool { return !e.id.Version.IsPrerelease() })
	return allowed[max(release, 0)], nil
}

const listedVersions = 10

func noVersion(entries []*entry, c pack.Constraint) error {
	var known []string
	for _, e := range entries[:min(len(entries), listedVersions)] {
		known = append(known, e.id.Version.String())
	}
	if len(entries) > listedVersions {
		known = append(known, "...")
	}
	return pack.Errorf(pack.CodeNotFound, "no version satisfies %q: the index has %s", c, strings.Join(known, ", "))
}

// missing turns an error that concerns one pack into "not found", for callers
// that look for any usable version.
func missing(err error) error {
	if e, ok := errors.AsType[*entryError](err); ok && !errors.Is(err, pack.ErrNotFound) {
		return pack.Errorf(pack.CodeNotFound, "no usable entry: %w", e)
	}
	return err
}
