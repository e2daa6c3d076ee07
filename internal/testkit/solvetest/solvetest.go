// Package solvetest makes problems of choosing versions for tests, at random or from
// text, and judges answers by looking at all selections.
package solvetest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/solve"
)

// Read reads a problem from lines:
//
//	want app@^1
//	platform 2.0.0
//	provided core 1.0.0
//	app 1.0.0: installed, locked, on >=2, lib@^1
//	named app
func Read(t *testing.T, text string) *solve.Problem {
	t.Helper()
	p := &solve.Problem{}
	for line := range strings.Lines(text) {
		if err := readLine(p, strings.TrimSpace(line)); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
	}
	return p
}

func readLine(p *solve.Problem, line string) error {
	head, rest, _ := strings.Cut(line, " ")
	switch head {
	case "":
		return nil
	case "want":
		d, err := dependency(rest)
		p.Wants = append(p.Wants, d)
		return err
	case "platform":
		return p.Platform.UnmarshalText([]byte(rest))
	case "named":
		for i := range p.Packs {
			p.Packs[i].Named = p.Packs[i].Named || p.Packs[i].Ref == pack.Ref(rest)
		}
		return nil
	case "provided":
		ref, version, _ := strings.Cut(rest, " ")
		k := pack.ID{Ref: pack.Ref(ref)}
		err := k.Version.UnmarshalText([]byte(version))
		p.Provided = append(p.Provided, k)
		return err
	}
	version, facts, _ := strings.Cut(rest, ":")
	v := solve.Version{}
	if err := v.Version.UnmarshalText([]byte(version)); err != nil {
		return err
	}
	for fact := range strings.SplitSeq(facts, ",") {
		if err := readFact(&v, strings.TrimSpace(fact)); err != nil {
			return err
		}
	}
	Add(p, pack.Ref(head), v)
	return nil
}

func readFact(v *solve.Version, fact string) error {
	on, platform := strings.CutPrefix(fact, "on ")
	switch {
	case fact == "":
	case fact == "installed":
		v.Installed = true
	case fact == "locked":
		v.Locked = true
	case platform:
		c, err := pack.ParseConstraint(on)
		v.Platform = c
		return err
	default:
		d, err := dependency(fact)
		v.Dependencies = append(v.Dependencies, d)
		return err
	}
	return nil
}

// Add adds a version of a pack.
func Add(p *solve.Problem, ref pack.Ref, v solve.Version) {
	for i := range p.Packs {
		if p.Packs[i].Ref == ref {
			p.Packs[i].Versions = append(p.Packs[i].Versions, v)
			return
		}
	}
	p.Packs = append(p.Packs, solve.Pack{Ref: ref, Versions: []solve.Version{v}})
}

// Text writes a problem as Read reads it.
func Text(p *solve.Problem) string {
	var b strings.Builder
	for _, w := range p.Wants {
		fmt.Fprintf(&b, "want %s\n", w)
	}
	if !p.Platform.IsZero() {
		fmt.Fprintf(&b, "platform %s\n", p.Platform)
	}
	for _, k := range p.Provided {
		fmt.Fprintf(&b, "provided %s %s\n", k.Ref, k.Version)
	}
	for _, k := range p.Packs {
		for _, v := range k.Versions {
			fmt.Fprintf(&b, "%s %s: %s\n", k.Ref, v.Version, strings.Join(facts(v), ", "))
		}
		if k.Named {
			fmt.Fprintf(&b, "named %s\n", k.Ref)
		}
	}
	return b.String()
}

func facts(v solve.Version) (list []string) {
	if v.Installed {
		list = append(list, "installed")
	}
	if v.Locked {
		list = append(list, "locked")
	}
	if v.Platform != nil {
		list = append(list, "on "+v.Platform.String())
	}
	for _, d := range v.Dependencies {
		list = append(list, d.String())
	}
	return list
}

func dependency(text string) (solve.Dependency, error) {
	d, err := pack.ParseDependency(text)
	return solve.Dependency{Ref: d.Ref, Constraint: d.Constraint}, err
}
