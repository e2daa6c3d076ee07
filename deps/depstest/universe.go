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
// [deps.World]. It is safe for concurrent use.
type Universe struct {
	candidates map[pack.Ref][]pack.Candidate
	installed  []pack.InstalledPack
	provided   []pack.Provided
	platform   pack.Version
	unstated   map[pack.ID]pack.Candidate // what pack.yaml says and no index
}

var _ deps.World = (*Universe)(nil)

// NewUniverse returns the Universe that the lines describe, each in one of
// these forms:
//
//	web@1.2.0: log@^1, core          can be installed, and needs these
//	web@1.2.0:                       is available, without dependencies
//	web@1.2.0! log@^1                needs these, as only its pack.yaml says
//	web@1.2.0                        the same, without dependencies
//	web@1.2.0 on >=2: log            needs these, on a platform of such a version
//	unusable web@1.3.0: why          exists, but cannot be installed
//	installed log@1.0.0: tool@^1
//	provided core
//	provided core@2.0.0
//	platform 2.1.0                   the version of the platform
func NewUniverse(lines ...string) (*Universe, error) {
	u := &Universe{candidates: map[pack.Ref][]pack.Candidate{}, unstated: map[pack.ID]pack.Candidate{}}
	for _, line := range lines {
		if err := u.add(line); err != nil {
			return nil, fmt.Errorf("universe line %q: %w", line, err)
		}
	}
	return u, nil
}

func (u *Universe) add(line string) error {
	head, rest, _ := strings.Cut(line, " ")
	switch head {
	case "installed":
		c, err := parseCandidate(rest)
		u.installed = append(u.installed, pack.InstalledPack{ID: c.ID, Dependencies: c.Dependencies})
		return err
	case "provided":
		id, err := parseID(rest)
		u.provided = append(u.provided, pack.Provided(id))
		return err
	case "platform":
		v, err := pack.ParseVersion(rest)
		u.platform = v
		return err
	case "unusable":
		id, reason, _ := strings.Cut(rest, ":")
		parsed, err := parseID(id)
		u.put(pack.Candidate{ID: parsed, Unusable: pack.Errorf(pack.CodeMalformedContent, "%s", strings.TrimSpace(reason))})
		return err
	}
	c, err := parseCandidate(line)
	if !c.DependenciesKnown {
		u.unstated[c.ID] = c
		c.Dependencies, c.Platform = nil, pack.Constraint{}
	}
	u.put(c)
	return err
}

func (u *Universe) put(c pack.Candidate) { u.candidates[c.Ref] = append(u.candidates[c.Ref], c) }

func parseCandidate(line string) (pack.Candidate, error) {
	text, needs, known := strings.Cut(line, ":")
	if !known {
		text, needs, _ = strings.Cut(line+" ", "! ")
	}
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

// Installed implements [deps.World].
func (u *Universe) Installed(ctx context.Context) ([]pack.InstalledPack, error) {
	return slices.Clone(u.installed), ctx.Err()
}

// Candidates implements [deps.World]. A Spec is the "ref@version" of a candidate.
func (u *Universe) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ref, excluded := want.Ref, func(c pack.Candidate) bool { return !want.Constraint.Allows(c.Version) }
	if want.Spec != "" {
		ref = pack.Ref(strings.Split(want.Spec, "@")[0])
		excluded = func(c pack.Candidate) bool { return c.ID.String() != want.Spec }
	}
	if cs := slices.DeleteFunc(slices.Clone(u.candidates[ref]), excluded); len(cs) > 0 {
		return cs, nil
	}
	return nil, pack.Errorf(pack.CodeNotFound, "pack %s is not in this universe", ref)
}

// Dependencies implements [deps.World].
func (u *Universe) Dependencies(ctx context.Context, c pack.Candidate) (pack.Candidate, error) {
	stated := u.unstated[c.ID]
	c.Dependencies, c.Platform, c.DependenciesKnown = stated.Dependencies, stated.Platform, true
	return c, ctx.Err()
}
