package solvetest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/solve"
)

// A Mode is a way to make problems.
type Mode struct {
	Name   string
	wants  int
	there  bool // installed, locked and provided packs, and a platform
	cycles bool
	eras   bool // packs depend on what was current when they were released
}

// Modes returns the five modes.
func Modes() []Mode {
	return []Mode{
		{Name: "one pack", wants: 1},
		{Name: "installed and provided packs", wants: 1, there: true},
		{Name: "two packs", wants: 2, there: true},
		{Name: "cycles", wants: 2, cycles: true},
		{Name: "releases over time", wants: 2, eras: true, there: true},
	}
}

// Make makes a problem of so many packs with at most so many versions each.
func (m Mode) Make(random *rand.Rand, packs, versions int) *solve.Problem {
	p := &solve.Problem{}
	for i := range packs {
		k := solve.Pack{Ref: ref(i)}
		for j := range 1 + random.IntN(versions) {
			if v := m.version(random, packs, i, j); !slices.ContainsFunc(k.Versions, func(o solve.Version) bool { return o.Version == v.Version }) {
				k.Versions = append(k.Versions, v)
			}
		}
		p.Packs = append(p.Packs, k)
	}
	for i := range min(m.wants, packs) {
		w := solve.Dependency{Ref: ref(i)}
		if random.IntN(3) == 0 {
			w.Constraint = constraint(random)
		}
		p.Wants = append(p.Wants, w)
	}
	if m.there {
		m.addThere(random, p)
	}
	return p
}

func ref(i int) pack.Ref { return pack.Ref(fmt.Sprintf("p%02d", i)) }

func (m Mode) version(random *rand.Rand, packs, i, j int) solve.Version {
	v := solve.Version{Version: version(random)}
	if m.eras {
		v.Version = Version(fmt.Sprintf("%d.%d.0", 1+j/2, j%2))
	}
	for range random.IntN(4) {
		to := random.IntN(packs)
		if !m.cycles && to <= i {
			if to = i + 1; to >= packs+1 {
				continue
			}
		}
		d := solve.Dependency{Ref: ref(to)}
		switch {
		case m.eras && random.IntN(8) > 0:
			d.Constraint = Constraint(fmt.Sprintf("^%d.%d", 1+j/2, j%2))
		case random.IntN(6) > 0:
			d.Constraint = constraint(random)
		}
		v.Dependencies = append(v.Dependencies, d)
	}
	if m.there && random.IntN(6) == 0 {
		v.Platform = constraint(random)
	}
	return v
}

func (m Mode) addThere(random *rand.Rand, p *solve.Problem) {
	if random.IntN(2) == 0 {
		p.Platform = version(random)
	}
	for i := range p.Packs {
		versions := p.Packs[i].Versions
		if random.IntN(2) == 0 {
			versions[random.IntN(len(versions))].Installed = true
		}
		if random.IntN(3) == 0 {
			versions[random.IntN(len(versions))].Locked = true
		}
	}
	for i := range p.Wants {
		p.Packs[i].Named = random.IntN(2) == 0
	}
	if random.IntN(3) == 0 {
		last := &p.Packs[len(p.Packs)-1]
		p.Provided = append(p.Provided, pack.ID{Ref: last.Ref, Version: last.Versions[0].Version})
	}
}

func pick(random *rand.Rand, list ...string) string { return list[random.IntN(len(list))] }

func version(random *rand.Rand) pack.Version {
	return Version(pick(random, "1.0.0", "1.1.0", "2.0.0", "2.1.0", "3.0.0", "2.0.0-rc.1", "3.0.0-rc.1", "1.0.0+a"))
}

func constraint(random *rand.Rand) pack.Constraint {
	return Constraint(pick(random, "^1", "^2", "^3", ">=1", ">=2", "<2", "<3", "1.0.0", "~2.0", "!=2.0.0", "^1 || ^3", ">=2.0.0-rc.1"))
}

// Version parses a version that is known to be one.
func Version(s string) (v pack.Version) {
	if err := v.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return v
}

// Constraint parses a constraint that is known to be one.
func Constraint(s string) (c pack.Constraint) {
	if err := c.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return c
}

// Shuffled returns the same problem in another order.
func Shuffled(random *rand.Rand, p *solve.Problem) *solve.Problem {
	q := *p
	q.Wants, q.Provided, q.Packs = shuffled(random, p.Wants), shuffled(random, p.Provided), shuffled(random, p.Packs)
	for i := range q.Packs {
		q.Packs[i].Versions = shuffled(random, q.Packs[i].Versions)
		for j := range q.Packs[i].Versions {
			v := &q.Packs[i].Versions[j]
			v.Dependencies = shuffled(random, v.Dependencies)
		}
	}
	return &q
}

func shuffled[T any](random *rand.Rand, list []T) []T {
	out := slices.Clone(list)
	random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}
