package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/Masterminds/semver/v3"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// chooseVersions is S12: choose versions of packs with ten versions each, which have three
// dependencies each.
func chooseVersions() (jobs []job) {
	for _, size := range []struct {
		packs, wants int
		realistic    bool
		goal, floor  float64
		name         string
	}{
		{860, 20, true, 1, 0.5, "choose versions among 860 packs, realistic"},
		{20_000, 100, false, 1, 0.5, "choose versions among 20,000 packs, easy"},
		{20_000, 100, true, 8, 1, "choose versions among 20,000 packs, ranges of the day"},
	} {
		jobs = append(jobs, job{
			id: "S12", name: size.name, rival: "semver.Check of each constraint", goal: size.goal, floor: size.floor, runs: 3,
			prepare: func(context.Context, string) (sides, error) {
				w := newChoices(size.packs, size.realistic)
				var wants []pack.Want
				for i := range size.wants {
					wants = append(wants, pack.Want{Ref: refOf(i * size.packs / size.wants)})
				}
				rival, err := w.checks()
				return sides{
					ours: timed(func(ctx context.Context, _ string) error {
						res, err := deps.Resolve(ctx, w, wants, nil)
						if err == nil && len(res.Dropped) > 0 {
							return fmt.Errorf("%d wants are dropped: %w", len(res.Dropped), res.Dropped[0].Err)
						}
						return err
					}),
					rival: timed(func(context.Context, string) error { rival(); return nil }),
				}, err
			},
		})
	}
	return jobs
}

// choices are the versions of packs, as an index lists them.
type choices map[pack.Ref][]pack.Candidate

// newChoices makes packs that need later packs: any version or, in a realistic world, most
// often those that suit the version that was current at the release.
func newChoices(packs int, realistic bool) choices {
	random := rand.New(rand.NewPCG(1, uint64(packs)))
	w := choices{}
	for i := range packs {
		for j := range 10 {
			c := pack.Candidate{ID: pack.ID{Ref: refOf(i), Version: must(pack.ParseVersion(fmt.Sprintf("%d.%d.0", 1+j/3, j%3)))}, DependenciesKnown: true}
			for range min(3, packs-i-1) {
				to, text := i+1+random.IntN(packs-i-1), ">=1"
				if realistic && random.IntN(10) > 0 {
					text = fmt.Sprintf("^%d.%d", 1+j/3, random.IntN(1+j%3))
				}
				c.Dependencies = append(c.Dependencies, pack.Dependency{Ref: refOf(to), Constraint: must(pack.ParseConstraint(text))})
			}
			w[c.Ref] = append(w[c.Ref], c)
		}
	}
	return w
}

func refOf(i int) pack.Ref { return pack.Ref(fmt.Sprintf("p%05d", i)) }

// must is for texts of this file.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Installed implements [deps.World].
func (choices) Installed(context.Context) ([]pack.InstalledPack, error) { return nil, nil }

// Candidates implements [deps.World].
func (w choices) Candidates(_ context.Context, want pack.Want) ([]pack.Candidate, error) {
	return slices.Clone(w[want.Ref]), nil
}

// Dependencies implements [deps.World].
func (choices) Dependencies(_ context.Context, c pack.Candidate) (pack.Candidate, error) {
	return c, nil
}

// checks returns the work of checking each constraint once, with a version of the pack
// that it is about.
func (w choices) checks() (func(), error) {
	type check struct {
		constraint *semver.Constraints
		version    *semver.Version
	}
	var all []check
	for _, cs := range w {
		for _, c := range cs {
			for _, d := range c.Dependencies {
				constraint, err := semver.NewConstraint(d.Constraint.String())
				if err != nil {
					return nil, err
				}
				version, err := semver.StrictNewVersion(w[d.Ref][0].Version.String())
				if err != nil {
					return nil, err
				}
				all = append(all, check{constraint, version})
			}
		}
	}
	return func() {
		for _, c := range all {
			c.constraint.Check(c.version)
		}
	}, nil
}
