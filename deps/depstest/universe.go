package depstest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// A Universe is a set of packs: available, installed and provided ones. It is a
// [deps.Finder] and a [deps.Installed]. It is safe for concurrent use.
type Universe struct {
	candidates map[pack.Ref][]pack.Candidate
	installed  map[pack.Ref]pack.Version
	provided   []pack.Provided
	platform   pack.Version
}

var (
	_ deps.Finder    = (*Universe)(nil)
	_ deps.Installed = (*Universe)(nil)
)

// NewUniverse returns the Universe that the lines describe, each in one of
// these forms:
//
//	web@1.2.0                        can be installed, its needs are not known
//	web@1.2.0: log@^1, core          can be installed, and needs these
//	web@1.2.0:                       is available, without dependencies
//	web@1.2.0 on >=2: log            the same, on a platform of such a version
//	installed log@1.0.0
//	provided core
//	provided core@2.0.0
//	platform 2.1.0                   the version of the platform
func NewUniverse(lines ...string) (*Universe, error) {
	u := &Universe{candidates: map[pack.Ref][]pack.Candidate{}, installed: map[pack.Ref]pack.Version{}}
	for _, line := range lines {
		if err := u.add(line); err != nil {
			return nil, fmt.Errorf("universe line %q: %w", line, err)
		}
	}
	return u, nil
}

func (u *Universe) add(line string) error {
	if text, ok := strings.CutPrefix(line, "installed "); ok {
		id, err := parseID(text)
		u.installed[id.Ref] = id.Version
		return err
	}
	if text, ok := strings.CutPrefix(line, "provided "); ok {
		id, err := parseID(text)
		u.provided = append(u.provided, pack.Provided(id))
		return err
	}
	if text, ok := strings.CutPrefix(line, "platform "); ok {
		v, err := pack.ParseVersion(text)
		u.platform = v
		return err
	}
	c, err := parseCandidate(line)
	u.candidates[c.Ref] = append(u.candidates[c.Ref], c)
	return err
}

func parseCandidate(line string) (pack.Candidate, error) {
	text, needs, known := strings.Cut(line, ":")
	text, on, _ := strings.Cut(text, " on ")
	id, err := parseID(text)
	if err != nil {
		return pack.Candidate{}, err
	}
	platform, err := pack.ParseConstraint(on)
	if err != nil {
		return pack.Candidate{}, err
	}
	ds, err := parseDependencies(needs)
	return pack.Candidate{ID: id, Dependencies: ds, DependenciesKnown: known, Platform: platform}, err
}

func parseID(text string) (pack.ID, error) {
	name, version, hasVersion := strings.Cut(strings.TrimSpace(text), "@")
	ref, err := pack.ParseRef(name)
	if err != nil || !hasVersion {
		return pack.ID{Ref: ref}, err
	}
	v, err := pack.ParseVersion(version)
	return pack.ID{Ref: ref, Version: v}, err
}

func parseDependencies(text string) ([]pack.Dependency, error) {
	var ds []pack.Dependency
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		name, constraint, _ := strings.Cut(item, "@")
		ref, err := pack.ParseRef(name)
		if err != nil {
			return nil, err
		}
		c, err := pack.ParseConstraint(constraint)
		if err != nil {
			return nil, err
		}
		ds = append(ds, pack.Dependency{Ref: ref, Constraint: c})
	}
	return ds, nil
}

// Provided returns the provided packs.
func (u *Universe) Provided() []pack.Provided { return slices.Clone(u.provided) }

// PlatformVersion returns the version of the platform, zero when no line states it.
func (u *Universe) PlatformVersion() pack.Version { return u.platform }

// Candidates implements [deps.Finder].
func (u *Universe) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	excluded := func(c pack.Candidate) bool { return !want.Constraint.Allows(c.Version) }
	if cs := slices.DeleteFunc(slices.Clone(u.candidates[want.Ref]), excluded); len(cs) > 0 {
		return cs, nil
	}
	return nil, pack.Errorf(pack.CodeNotFound, "pack %s is not in this universe", want.Ref)
}

// InstalledVersion implements [deps.Installed].
func (u *Universe) InstalledVersion(ctx context.Context, ref pack.Ref) (pack.Version, error) {
	if err := ctx.Err(); err != nil {
		return pack.Version{}, err
	}
	if v, ok := u.installed[ref]; ok {
		return v, nil
	}
	return pack.Version{}, pack.Errorf(pack.CodeNotFound, "pack %s is not installed", ref)
}
