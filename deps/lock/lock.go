package lock

import (
	"cmp"
	"slices"

	"github.com/packtrain/pack"
)

// A Lock is what wants resolved to. The zero value is an empty lock.
type Lock struct {
	Indices      []Index
	Wants        []Want
	Packs        []Pack
	Environments []Environment
	// Merged says that the text had conflict markers of a merge. The lock has what both
	// sides state; packs and environments that they state differently are left out.
	Merged bool
}

// An Index is a registry index that the packs came from.
type Index struct{ Name, Location string }

// A Want is what was asked for.
type Want struct {
	Ref pack.Ref
	// Constraint limits its versions; From is a locator instead, "" for none.
	Constraint pack.Constraint
	From       string
}

// A Pack is the version that was chosen of one pack.
type Pack struct {
	pack.ID
	// Pins deliver it, best first; at least one. They have the digests of the content
	// and, in the first, that of the archive.
	Pins []pack.Pin
	// Needs are the packs that it needs. Provided lists those of them that the host
	// supplies: the lock has no block of these.
	Needs    []pack.Dependency
	Provided []pack.Ref
	// Platform limits the versions of the platform that it suits.
	Platform pack.Constraint
	// Environments are the ids of its environments, by runtime.
	Environments map[pack.RuntimeName]string
}

// Find returns the block of a pack, nil for none.
func (l *Lock) Find(ref pack.Ref) *Pack {
	for i := range l.Packs {
		if l.Packs[i].Ref == ref {
			return &l.Packs[i]
		}
	}
	return nil
}

// Want returns the want that names a pack, nil for none.
func (l *Lock) Want(ref pack.Ref) *Want {
	for i := range l.Wants {
		if l.Wants[i].Ref == ref {
			return &l.Wants[i]
		}
	}
	return nil
}

// Text returns what the want asks for: a constraint or a locator, without what a record
// omits.
func (w Want) Text() string {
	if w.From != "" {
		return Shown(w.From)
	}
	return w.Constraint.String()
}

// TreeDigest returns the digest of the content, "" if the lock does not state it.
func (p *Pack) TreeDigest() pack.Digest {
	if len(p.Pins) == 0 {
		return ""
	}
	return p.Pins[0].TreeDigest
}

// Candidate returns the locked version as a candidate.
func (p *Pack) Candidate() pack.Candidate {
	return pack.Candidate{ID: p.ID, Dependencies: p.Needs, Platform: p.Platform, DependenciesKnown: true, Pins: p.Pins}
}

// NewPack returns the block of a candidate. The packs that the host provides are marked.
func NewPack(c *pack.Candidate, provided []pack.Provided) Pack {
	p := Pack{ID: c.ID, Pins: slices.Clone(c.Pins), Needs: c.Dependencies, Platform: c.Platform}
	for _, d := range c.Dependencies {
		if slices.ContainsFunc(provided, func(o pack.Provided) bool { return o.Ref == d.Ref }) && !slices.Contains(p.Provided, d.Ref) {
			p.Provided = append(p.Provided, d.Ref)
		}
	}
	return p
}

// sort brings the lock into the order of its text.
func (l *Lock) sort() {
	slices.SortStableFunc(l.Indices, func(a, b Index) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortStableFunc(l.Wants, func(a, b Want) int { return cmp.Compare(a.Ref, b.Ref) })
	slices.SortStableFunc(l.Packs, func(a, b Pack) int { return cmp.Compare(a.Ref, b.Ref) })
	slices.SortStableFunc(l.Environments, func(a, b Environment) int { return cmp.Compare(a.ID, b.ID) })
}
