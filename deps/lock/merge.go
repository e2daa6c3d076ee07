package lock

import (
	"bytes"
	"slices"
	"strings"
)

// sides returns the two texts that a merge could not unite; theirs is nil if there are no
// conflict markers.
func sides(lines []line) (ours, theirs []line, err error) {
	const both, our, base, their = 0, 1, 2, 3
	side, marked := both, false
	for _, l := range lines {
		switch mark, _, _ := strings.Cut(l.text, " "); mark {
		case "<<<<<<<":
			if side != both {
				return nil, nil, &SyntaxError{l.n, "conflict markers are in disorder"}
			}
			side, marked = our, true
		case "|||||||":
			side = base
		case "=======":
			if side != our && side != base {
				return nil, nil, &SyntaxError{l.n, "conflict markers are in disorder"}
			}
			side = their
		case ">>>>>>>":
			if side != their {
				return nil, nil, &SyntaxError{l.n, "conflict markers are in disorder"}
			}
			side = both
		default:
			if side == both || side == our {
				ours = append(ours, l)
			}
			if side == both || side == their {
				theirs = append(theirs, l)
			}
		}
	}
	switch {
	case side != both:
		return nil, nil, &SyntaxError{lines[len(lines)-1].n, "conflict markers do not end"}
	case !marked:
		return lines, nil, nil
	case len(ours) == 0 || len(theirs) == 0:
		return nil, nil, &SyntaxError{1, headProblem("")}
	}
	return ours, theirs, nil
}

// unite returns what both sides of a merge state. Of a pack that they state differently,
// and of an environment on a platform, it has neither, and the want that comes first.
func unite(a, b *Lock) *Lock {
	l := &Lock{
		Indices: union(a.Indices, b.Indices, func(x, y Index) bool { return x.Name == y.Name }),
		Wants:   union(a.Wants, b.Wants, func(x, y Want) bool { return x.Ref == y.Ref }),
		Merged:  true,
	}
	l.Packs = agreed(a.Packs, b.Packs, func(x, y *Pack) bool { return x.Ref == y.Ref }, func(p *Pack) []byte { return (&Lock{Packs: []Pack{*p}}).Bytes() })
	l.Environments = slices.Concat(a.Environments, b.Environments)
	l.uniteEnvironments()
	l.sort()
	return l
}

// uniteEnvironments makes one block of those that are for the same environment.
func (l *Lock) uniteEnvironments() {
	all := l.Environments
	l.Environments = nil
	for i := range all {
		if before := l.Environment(all[i].ID); before != nil {
			before.unite(&all[i])
		} else {
			l.Environments = append(l.Environments, all[i])
		}
	}
}

// unite adds what b states. What both state differently is left out.
func (e *Environment) unite(b *Environment) {
	for _, platform := range b.Platforms() {
		switch ours, theirs := e.only(platform), b.only(platform); {
		case len(ours) == 0:
			e.Distributions = append(e.Distributions, theirs...)
		case distributionsText(ours) != distributionsText(theirs):
			e.Distributions = e.without(platform)
		}
	}
}

// distributionsText is equal for equal distributions.
func distributionsText(ds []Distribution) string {
	return string((&Lock{Environments: []Environment{{Distributions: ds}}}).Bytes())
}

func union[T any](a, b []T, same func(T, T) bool) []T {
	all := slices.Clone(a)
	for _, x := range b {
		if !slices.ContainsFunc(a, func(y T) bool { return same(x, y) }) {
			all = append(all, x)
		}
	}
	return all
}

// agreed is the union without what is there twice with different texts.
func agreed[T any](a, b []T, same func(*T, *T) bool, text func(*T) []byte) (all []T) {
	differs := func(x T, other []T) bool {
		return slices.ContainsFunc(other, func(y T) bool { return same(&x, &y) && !bytes.Equal(text(&x), text(&y)) })
	}
	for _, x := range union(a, b, func(x, y T) bool { return same(&x, &y) }) {
		if !differs(x, a) && !differs(x, b) {
			all = append(all, x)
		}
	}
	return all
}
