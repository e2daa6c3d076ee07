package semrange

import (
	"math"
	"slices"

	"github.com/Masterminds/semver/v3"
)

// A span is the versions from lo, and below hi; without a limit hi is nil. As each
// version has a next one, spans need no other ends: 1.2.3 alone is the span from
// 1.2.3 and below 1.2.4-0.
type span struct{ lo, hi *semver.Version }

// lowest returns the lowest of all versions.
func lowest() *semver.Version { return semver.New(0, 0, 0, "0", "") }

// next returns the lowest version above v, nil if there is none.
func next(v *semver.Version) *semver.Version {
	if p := v.Prerelease(); p != "" {
		return semver.New(v.Major(), v.Minor(), v.Patch(), p+".0", "")
	}
	return bump(2, v.Major(), v.Minor(), v.Patch())
}

// bump returns the lowest version whose number i, and those before it, are above
// the given ones; nil if there is none.
func bump(i int, numbers ...uint64) *semver.Version {
	for ; i >= 0; i-- {
		if numbers[i] < math.MaxUint64 {
			out := [3]uint64{}
			copy(out[:], numbers[:i+1])
			out[i]++
			return semver.New(out[0], out[1], out[2], "0", "")
		}
	}
	return nil
}

// release returns the release that v is, or that v precedes.
func release(v *semver.Version) *semver.Version {
	return semver.New(v.Major(), v.Minor(), v.Patch(), "", "")
}

// tuple returns all pre-releases with the numbers of v.
func tuple(v *semver.Version) span {
	return span{semver.New(v.Major(), v.Minor(), v.Patch(), "0", ""), release(v)}
}

// withinOne reports whether p holds pre-releases of one version only.
func (p span) withinOne() bool {
	return p.hi != nil && !release(p.lo).LessThan(p.hi)
}

// below reports whether a limit is below another, where nil is above all.
func below(a, b *semver.Version) bool { return a != nil && (b == nil || a.LessThan(b)) }

// spans are sorted; there are versions between them.
type spans []span

func (s spans) has(v *semver.Version) bool {
	return slices.ContainsFunc(s, func(p span) bool { return !v.LessThan(p.lo) && below(v, p.hi) })
}

func (s spans) equal(t spans) bool {
	return slices.EqualFunc(s, t, func(p, q span) bool {
		return p.lo.Equal(q.lo) && !below(p.hi, q.hi) && !below(q.hi, p.hi)
	})
}

func (s spans) intersect(t spans) spans {
	var out spans
	for len(s) > 0 && len(t) > 0 {
		p, q := s[0], t[0]
		if p.lo.LessThan(q.lo) {
			p.lo = q.lo
		}
		if below(q.hi, p.hi) {
			p.hi, t = q.hi, t[1:]
		} else {
			s = s[1:]
		}
		if below(p.lo, p.hi) {
			out = append(out, p)
		}
	}
	return out
}

func (s spans) union(t spans) spans { return s.complement().intersect(t.complement()).complement() }

func (s spans) complement() spans {
	var out spans
	lo := lowest()
	for _, p := range s {
		if lo.LessThan(p.lo) {
			out = append(out, span{lo, p.lo})
		}
		if p.hi == nil {
			return out
		}
		lo = p.hi
	}
	return append(out, span{lo: lo})
}
