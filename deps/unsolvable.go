package deps

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/solve"
)

// An Unsolvable error says that wants cannot be met. It carries the proof: demands that
// cannot hold together, while without any one of them the others could. Its text is for
// people: see [Unsolvable.Lines]. It matches the reasons why versions of the packs that
// it is about cannot be used, and [pack.ErrDependency].
type Unsolvable struct {
	// Demands begin with those nearest to the request.
	Demands []Demand
	// Ref is the pack that has no version to choose.
	Ref pack.Ref
	// Remedies are changes of one want each of which would do; none is listed that was
	// not tried.
	Remedies []Remedy

	roots    []int // the wants that take part
	headline string
	absent   error // what the World said when it found no version
	facts    []string
	code     pack.Code
	causes   []error
}

// A Demand says that a pack has to be there, in a version that Constraint allows.
type Demand struct {
	pack.Dependency // Ref is "" for the platform
	// Want is the position of the want that says so, -1 if it is not a want; then By is
	// the pack that says so, in these Versions, or By is "" for an installed pack,
	// which has to stay.
	Want     int
	By       pack.Ref
	Versions []pack.Version
	// Exists are the versions of Ref that could be chosen, best first: that of a provided
	// pack or of the platform alone. Excluded are those that exist and could not, with
	// the reason in Unusable.
	Exists   []pack.Version
	Excluded []pack.Candidate
	// Installed is the version of Ref that is installed; nil for none. Provided: the host
	// has Ref, or it is the platform.
	Installed *pack.Version
	Provided  bool

	spec      string        // of the want
	exact     *pack.Version // that the content at its spec has
	requested string        // how the request names By, "" if it does not
	byPresent bool          // By is installed in the one of Versions
	kept      bool          // Ref must not be replaced
	brought   *pack.Version // the version of Ref that the request brings
}

// A Remedy is a change of one want that makes the rest solvable.
type Remedy struct {
	// Want is the position of the want to change.
	Want int
	// Version is the one of its pack that can be chosen when the want allows it; the zero
	// value means that the want has to be left out.
	Version pack.Version

	spec string // of the want
}

// Missing returns what a pack needs of Ref if no version of Ref exists; ok is false if
// one does, or if only the request asks for it.
func (u *Unsolvable) Missing() (need pack.Dependency, ok bool) {
	for _, d := range u.on(u.Ref) {
		if len(d.Exists) > 0 || len(d.Excluded) > 0 || d.Installed != nil || d.Provided || d.By == "" {
			return need, false
		}
		need, ok = d.Dependency, true
	}
	return need, ok
}

// Dependents returns the demands of installed packs, each of which the request could
// allow to break.
func (u *Unsolvable) Dependents() (demands []Demand) {
	for i := range u.Demands {
		if u.Demands[i].byPresent {
			demands = append(demands, u.Demands[i])
		}
	}
	return demands
}

// Error returns the lines in one.
func (u *Unsolvable) Error() string { return strings.Join(u.Lines(), "; ") }

// ErrorCode implements [pack.Coder].
func (u *Unsolvable) ErrorCode() pack.Code { return u.code }

// Unwrap returns why versions cannot be used.
func (u *Unsolvable) Unwrap() []error {
	if sentinel := u.code.Sentinel(); sentinel != nil {
		return append(slices.Clone(u.causes), sentinel)
	}
	return u.causes
}

// explain turns a proof into an error.
func (s *search) explain(ctx context.Context, proof *solve.Proof) *Unsolvable {
	u := &Unsolvable{}
	for i := range proof.Demands {
		u.Demands = append(u.Demands, s.demand(&proof.Demands[i]))
	}
	for i := range s.wants {
		if u.takesPart(s, i) {
			u.roots = append(u.roots, i)
		}
	}
	requested := map[pack.Ref]string{}
	for i := range u.Demands {
		if d := &u.Demands[i]; d.Want >= 0 {
			requested[d.Ref] = d.spec
		}
	}
	for i := range u.Demands {
		s.introduce(&u.Demands[i], requested)
	}
	u.Ref = u.contested()
	if s.reads {
		u.Remedies = s.remedies(ctx, u)
	}
	u.judge(s)
	return u
}

// takesPart reports whether a want takes part in a proof: as a demand, or because what
// an installed pack needs has to be met, although it was not before, as the want names
// the pack.
func (u *Unsolvable) takesPart(s *search, at int) bool {
	w := &s.wants[at]
	if w.err != nil {
		return false
	}
	k := s.packs[w.ref()]
	return slices.ContainsFunc(u.Demands, func(d Demand) bool {
		return d.Want == at || d.By == k.ref && k.installed != nil && slices.Contains(d.Versions, k.installed.Version)
	})
}

// demand completes a demand of a proof.
func (s *search) demand(p *solve.Demand) Demand {
	d := Demand{
		Dependency: pack.Dependency{Ref: p.Ref}, Want: -1, By: p.By, Versions: p.Versions, Exists: p.Exists, Provided: p.Provided,
	}
	if c, ok := p.Constraint.(pack.Constraint); ok {
		d.Constraint = c
	}
	if p.Asked {
		for i := range s.wants {
			if w := &s.wants[i]; w.err == nil && w.dependency().String() == p.Dependency.String() {
				if d.Want, d.spec = i, w.text(); w.fixed != nil {
					d.exact = &w.fixed.Version
				}
			}
		}
	}
	if k := s.packs[p.Ref]; k != nil && !p.Provided {
		if k.fixed != nil {
			d.brought = &k.fixed.Version
		}
		if d.Excluded = k.excluded; k.installed != nil {
			d.Installed = &k.installed.Version
			d.kept = s.policy.KeepInstalled && !s.named(p.Ref)
		}
	}
	return d
}

// allows reports whether a version that exists satisfies the demand, if it may be chosen,
// and if it is there already.
func (d *Demand) allows(v pack.Version, present bool) bool {
	switch {
	case d.exact != nil:
		return *d.exact == v
	case present || d.Provided || d.Installed != nil && *d.Installed == v || d.brought != nil && *d.brought == v:
		return d.Constraint.AllowsPresent(v)
	}
	return d.Constraint.Allows(v)
}

// text is how the want was written.
func (w *want) text() string {
	if w.Spec != "" {
		return w.Spec
	}
	if w.shown != "" {
		return w.shown
	}
	return pack.Dependency{Ref: w.Ref, Constraint: w.Constraint}.String()
}

// introduce notes how the pack that demands is known to the user.
func (s *search) introduce(d *Demand, requested map[pack.Ref]string) {
	if d.By == "" {
		return
	}
	d.requested = requested[d.By]
	if k := s.packs[d.By]; k != nil && k.installed != nil {
		d.byPresent = len(d.Versions) == 1 && d.Versions[0] == k.installed.Version
	}
}

// contested returns the pack that most demands are about, the last of several. That of
// a demand on the platform is the pack that states it.
func (u *Unsolvable) contested() pack.Ref {
	count := map[pack.Ref]int{}
	var most pack.Ref
	for i := range u.Demands {
		d := &u.Demands[i]
		ref := d.Ref
		if ref == "" {
			ref = d.By
		}
		if d.Want < 0 && d.By == "" {
			continue
		}
		if count[ref]++; count[ref] >= count[most] {
			most = ref
		}
	}
	return most
}

// on returns the demands on a pack.
func (u *Unsolvable) on(ref pack.Ref) (ds []*Demand) {
	for i := range u.Demands {
		if d := &u.Demands[i]; d.Ref == ref && (d.Want >= 0 || d.By != "") {
			ds = append(ds, d)
		}
	}
	return ds
}

// judge finds the code, the causes and the facts.
func (u *Unsolvable) judge(s *search) {
	on := u.on(u.Ref)
	u.code = pack.CodeDependencyConflict
	for i := range u.Demands {
		if d := &u.Demands[i]; d.Ref == "" {
			u.causes = append(u.causes, pack.CheckPlatform(d.Constraint, s.policy.PlatformVersion))
		}
	}
	if len(on) > 0 && !on[0].Provided {
		u.judgePack(s, on)
	}
	u.headline = u.head(on)
	u.tell()
}

// judgePack finds the code and causes of a pack without a version to choose.
func (u *Unsolvable) judgePack(s *search, on []*Demand) {
	alone := len(u.Demands) == 1
	k := s.packs[u.Ref]
	u.absent = k.absent
	switch {
	case k.absent != nil && len(on[0].Exists) == 0 && alone:
		u.code, u.causes = pack.CodeOf(k.absent), append(u.causes, k.absent)
	case alone:
		u.code = pack.CodeNotFound
	case len(on[0].Exists) == 0:
		u.code = pack.CodeDependencyMissing
	}
	if k.absent != nil && !errors.Is(k.absent, pack.ErrNotFound) {
		u.causes = append(u.causes, k.absent)
	}
	first := true
	for _, c := range suiting(on[0].Excluded, on) {
		if alone && first {
			u.code = pack.CodeOf(c.Unusable)
		}
		first = false
		u.causes = append(u.causes, c.Unusable)
	}
}

// suiting returns the candidates that all demands allow.
func suiting(cs []pack.Candidate, on []*Demand) (suit []pack.Candidate) {
	for _, c := range cs {
		if c.Version.IsZero() || !slices.ContainsFunc(on, func(d *Demand) bool { return !d.allows(c.Version, false) }) {
			suit = append(suit, c)
		}
	}
	return suit
}
