package envbuild

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/npm"
)

// wants implements recipe. A lock of the pack pins the packages, and its tree digest pins
// that.
func (m *modules) wants() *LockedSet {
	if m.void() || m.lock != nil {
		return nil
	}
	ranges := slices.Clone(m.ranges)
	if m.manifest.Engine != "" {
		ranges = append(ranges, m.manifest.Engine)
	}
	slices.Sort(ranges)
	return &LockedSet{Runtime: pack.RuntimeNode, Range: strings.Join(slices.Compact(ranges), ", "), Wants: m.manifest.Wants(), Platform: AnyPlatform}
}

// locked implements recipe.
func (m *modules) locked(set *LockedSet) (recipe, error) {
	entries := make([]npm.Entry, len(set.Distributions))
	for i, d := range set.Distributions {
		entries[i] = npm.Entry{Place: d.Name, Version: d.Version, Integrity: strings.Join(d.Digests, " "), Details: d.Details}
	}
	lock, err := npm.NewLock(m.manifest, entries)
	if err != nil {
		return nil, deviation("the lock states packages that cannot be installed: %v", err)
	}
	l := *m
	l.lock, l.set = lock, set
	return &l, nil
}

// lockable returns the packages of the lock that npm wrote in dir, or why they cannot be
// locked.
func (m *modules) lockable(dir string) (all []LockedDistribution, unlocked string, err error) {
	data, err := os.ReadFile(filepath.Join(dir, npm.LockFile))
	if err != nil {
		return nil, "", err
	}
	entries, err := npm.Entries(data)
	if err != nil {
		return nil, err.Error(), nil //nolint:nilerr // it is installed all the same
	}
	for _, e := range entries {
		all = append(all, LockedDistribution{Name: e.Place, Version: e.Version, Digests: strings.Fields(e.Integrity), Details: e.Details})
	}
	return all, "", nil
}
