// Package semrange reads ranges of semantic versions, such as "^1.2" or
// ">=1 <2 || ^3", and computes with them as sets. It imports nothing of ours.
//
// A range is alternatives with "||" between. An alternative is comparisons with
// spaces or commas between, all of which have to hold:
//
//	1.2.3  =1.2.3      that version; build metadata does not count
//	1  1.2  1.x  1.2.*  every version that begins so
//	!=1.2.3  !=1.2     every other version
//	>1.2  >=1.2  <1.2  <=1.2   1.2 stands for all versions that begin so
//	^1.2.3             >=1.2.3, up to the next change of the first number that is not 0
//	~1.2.3  ~1.2  ~>1.2  >=1.2.3 with the same first two numbers (~1: the first)
//	1.2 - 2.3          >=1.2 <=2.3
//	*  x  X  latest    every version, pre-releases too
//
// As in npm, an alternative admits a pre-release only when one of its comparisons,
// other than "!=", names a pre-release of the same three numbers: ">=1.0.0-rc.1 <2"
// admits 1.0.0-rc.2, and neither 1.1.0-rc.1 nor 2.0.0-rc.1. Without that filter a
// pre-release is below its release, and "<2", "<=1" and "^1" end before the
// pre-releases of 2.0.0.
package semrange

import (
	"github.com/Masterminds/semver/v3"
)

// A Set is a set of versions. The zero Set is empty.
type Set struct {
	// line are all versions that satisfy the comparisons; pre are the pre-releases
	// of those that the filter admits.
	line, pre spans
}

// All returns the set of all versions.
func All() Set {
	everything := spans{{lo: lowest()}}
	return Set{line: everything, pre: everything}
}

// Has reports whether v is in s. Pre-releases pass the filter.
func (s Set) Has(v *semver.Version) bool {
	if v.Prerelease() != "" {
		return s.pre.has(v)
	}
	return s.line.has(v)
}

// HasUnfiltered reports whether v satisfies the comparisons of s.
func (s Set) HasUnfiltered(v *semver.Version) bool { return s.line.has(v) }

// IsAll reports whether s is the set of all versions.
func (s Set) IsAll() bool { return s.Equal(All()) }

// Empty reports whether s has no version.
func (s Set) Empty() bool { return len(s.releases()) == 0 && len(s.pre) == 0 }

// Equal reports whether s and t have the same versions, with and without the filter.
func (s Set) Equal(t Set) bool { return s.line.equal(t.line) && s.pre.equal(t.pre) }

// Intersect returns the versions that are in s and in t.
func (s Set) Intersect(t Set) Set {
	return Set{line: s.line.intersect(t.line), pre: s.pre.intersect(t.pre)}
}

// Union returns the versions that are in s or in t.
func (s Set) Union(t Set) Set {
	return Set{line: s.line.union(t.line), pre: s.pre.union(t.pre)}
}

// Complement returns the releases that are not in s, and the pre-releases that are
// not in s of those versions of which s names pre-releases. Other pre-releases are
// in neither: ranges cannot name them.
func (s Set) Complement() Set {
	var named spans
	for _, p := range s.pre {
		if p.withinOne() {
			named = named.union(spans{tuple(p.lo)})
		}
	}
	return Set{line: s.line.complement(), pre: s.pre.complement().intersect(named)}
}

// releases are the spans of the line without pre-releases at their ends; those
// without a release are left out.
func (s Set) releases() spans {
	var out spans
	for _, p := range s.line {
		p.lo = release(p.lo)
		if p.hi != nil {
			p.hi = release(p.hi)
			if !p.lo.LessThan(p.hi) {
				continue
			}
		}
		out = append(out, p)
	}
	return out
}
