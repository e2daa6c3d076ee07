package deps_test

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/internal/solve"
	"github.com/packtrain/pack/internal/testkit/solvetest"
)

var seed = flag.Uint64("seed", 1, "which universes TestUniverses makes")

// universes is how many universes TestUniverses makes: PACK_UNIVERSES, or 2,000.
func universes(t *testing.T) int {
	t.Helper()
	text := os.Getenv("PACK_UNIVERSES")
	if text == "" {
		return 2000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A problemWorld has the packs of a problem. Of some versions only pack.yaml says what
// they need, and some installed versions are in no index.
type problemWorld struct {
	*solve.Problem              // without versions that are lower than what is installed
	index          []solve.Pack // with all
	secret         map[pack.ID]bool
	gone           map[pack.Ref]bool
}

func (w problemWorld) Installed(context.Context) (installed []pack.InstalledPack, _ error) {
	for _, k := range w.Packs {
		for _, v := range k.Versions {
			if v.Installed {
				c := candidate(pack.ID{Ref: k.Ref, Version: v.Version}, v)
				installed = append(installed, pack.InstalledPack{ID: c.ID, Dependencies: c.Dependencies, Platform: c.Platform})
			}
		}
	}
	return installed, nil
}

func (w problemWorld) Candidates(_ context.Context, want pack.Want) (found []pack.Candidate, _ error) {
	for _, k := range w.index {
		for _, v := range k.Versions {
			id := pack.ID{Ref: k.Ref, Version: v.Version}
			if k.Ref != want.Ref || v.Installed && w.gone[k.Ref] {
				continue
			}
			c := candidate(id, v)
			if w.secret[id] {
				c.Dependencies, c.Platform, c.DependenciesKnown = nil, pack.Constraint{}, false
			}
			found = append(found, c)
		}
	}
	if len(found) == 0 {
		return nil, pack.Errorf(pack.CodeNotFound, "there is no pack %s", want.Ref)
	}
	return found, nil
}

func (w problemWorld) Dependencies(_ context.Context, c pack.Candidate) (pack.Candidate, error) {
	for _, k := range w.Packs {
		for _, v := range k.Versions {
			if k.Ref == c.Ref && v.Version == c.Version {
				return candidate(c.ID, v), nil
			}
		}
	}
	return c, errors.New("unknown")
}

func candidate(id pack.ID, v solve.Version) pack.Candidate {
	c := pack.Candidate{ID: id, Dependencies: needs(v), DependenciesKnown: true}
	c.Platform, _ = v.Platform.(pack.Constraint)
	return c
}

func needs(v solve.Version) (ds []pack.Dependency) {
	for _, d := range v.Dependencies {
		ds = append(ds, dependency(d))
	}
	return ds
}

func dependency(d solve.Dependency) pack.Dependency {
	c, _ := d.Constraint.(pack.Constraint)
	return pack.Dependency{Ref: d.Ref, Constraint: c}
}

// makeWorld makes a world and the same as a problem, as the policy has it: the wants
// name their packs, and nothing is lower than what is installed.
func makeWorld(random *rand.Rand, mode solvetest.Mode) (problemWorld, []pack.Want, *deps.Policy) {
	p := mode.Make(random, 3+random.IntN(3), 4)
	w := problemWorld{p, slices.Clone(p.Packs), map[pack.ID]bool{}, map[pack.Ref]bool{}}
	policy := &deps.Policy{PlatformVersion: p.Platform}
	for _, k := range p.Provided {
		policy.Provided = append(policy.Provided, pack.Provided(k))
	}
	for i := range p.Packs {
		k := &p.Packs[i]
		k.Named = slices.ContainsFunc(p.Wants, func(d solve.Dependency) bool { return d.Ref == k.Ref })
		w.gone[k.Ref] = random.IntN(3) == 0
		for _, v := range k.Versions {
			id := pack.ID{Ref: k.Ref, Version: v.Version}
			w.secret[id] = random.IntN(3) == 0
			if v.Locked {
				policy.Locked = append(policy.Locked, id)
			}
			if v.Installed {
				k.Versions = slices.DeleteFunc(slices.Clone(k.Versions), func(o solve.Version) bool { return o.Version != v.Version && o.Version.Compare(v.Version) <= 0 })
			}
		}
	}
	for _, k := range p.Packs {
		if k.Named && len(k.Versions) == 1 {
			w.gone[k.Ref] = false // else the pack is not found
		}
	}
	var wants []pack.Want
	for _, d := range p.Wants {
		wants = append(wants, pack.Want{Ref: d.Ref, Constraint: dependency(d).Constraint})
	}
	return w, wants, policy
}

// everything returns the packs that are there after a resolution.
func everything(w problemWorld, res *deps.Resolution) (ids []pack.ID) {
	chosen := map[pack.Ref]bool{}
	for _, c := range res.Choices {
		ids = append(ids, c.ID)
		chosen[c.Ref] = true
	}
	installed, _ := w.Installed(context.Background())
	for _, k := range installed {
		provided := slices.ContainsFunc(w.Provided, func(p pack.ID) bool { return p.Ref == k.Ref })
		if !chosen[k.Ref] && !provided {
			ids = append(ids, k.ID)
		}
	}
	return ids
}

// proofOf returns the proof of an error as the solver has it.
func proofOf(u *deps.Unsolvable) *solve.Proof {
	proof := &solve.Proof{}
	for _, d := range u.Demands {
		sd := solve.Demand{Dependency: solve.Dependency{Ref: d.Ref, Constraint: d.Constraint}, By: d.By, Versions: d.Versions}
		proof.Demands = append(proof.Demands, sd)
	}
	return proof
}

// TestUniverses compares with all selections of small universes.
//
//nolint:paralleltest // tests beside it measure time
func TestUniverses(t *testing.T) {
	random := rand.New(rand.NewPCG(*seed, 1))
	n, solved := universes(t), 0
	t.Logf("seed %d, %d universes", *seed, n)
	for i := range n {
		mode := solvetest.Modes()[i%len(solvetest.Modes())]
		w, wants, policy := makeWorld(random, mode)
		policy.AllOrNothing = true
		res, err := deps.Resolve(t.Context(), w, wants, policy)
		u, unsolvable := errors.AsType[*deps.Unsolvable](err)
		fault := ""
		switch {
		case unsolvable:
			fault = solvetest.JudgeProof(w.Problem, proofOf(u))
		case err != nil:
			t.Fatal(err)
		default:
			solved++
			fault = solvetest.Judge(w.Problem, everything(w, res), nil)
		}
		if fault != "" {
			t.Fatalf("universe %d of seed %d, %s: %s\n%s\ngot %+v\n%v", i, *seed, mode.Name, fault, solvetest.Text(w.Problem), res, err)
		}
		checkShuffled(t, random, w, wants, policy, res, err)
		checkDropped(t, w, wants, policy)
	}
	t.Logf("%d of %d can be solved", solved, n)
	if solved < n/5 || solved > n*4/5 {
		t.Errorf("%d of %d can be solved", solved, n)
	}
}

func checkShuffled(t *testing.T, random *rand.Rand, w problemWorld, wants []pack.Want, policy *deps.Policy, res *deps.Resolution, err error) {
	t.Helper()
	w.Problem = solvetest.Shuffled(random, w.Problem)
	w.index = solvetest.Shuffled(random, &solve.Problem{Packs: w.index}).Packs
	wants = slices.Clone(wants)
	slices.Reverse(wants)
	again, otherErr := deps.Resolve(t.Context(), w, wants, policy)
	if (err == nil) != (otherErr == nil) || err != nil && err.Error() != otherErr.Error() {
		t.Fatalf("another order gives another error:\n%v\n%v\n%s", err, otherErr, solvetest.Text(w.Problem))
	}
	if err != nil {
		return
	}
	shown := func(r *deps.Resolution) (ids []pack.ID) {
		for _, c := range r.Choices {
			ids = append(ids, c.ID)
		}
		return ids
	}
	if diff := cmp.Diff(shown(res), shown(again)); diff != "" {
		t.Fatalf("another order gives another answer\n%s\n%s", diff, solvetest.Text(w.Problem))
	}
}

// checkDropped checks which wants are dropped when not all can be met.
func checkDropped(t *testing.T, w problemWorld, wants []pack.Want, policy *deps.Policy) {
	t.Helper()
	each := *policy
	each.AllOrNothing = false
	res, err := deps.Resolve(t.Context(), w, wants, &each)
	if err != nil {
		t.Fatal(err)
	}
	possible := func(dropped ...int) bool {
		p := *w.Problem
		p.Wants = nil
		p.Packs = slices.Clone(p.Packs)
		for i, d := range w.Wants {
			if !slices.Contains(dropped, i) {
				p.Wants = append(p.Wants, d)
				continue
			}
			for j := range p.Packs {
				if p.Packs[j].Ref == d.Ref && !slices.ContainsFunc(p.Wants, func(o solve.Dependency) bool { return o.Ref == d.Ref }) {
					p.Packs[j].Named = false
				}
			}
		}
		return solvetest.Possible(&p, solvetest.Demands(&p))
	}
	var dropped []int
	for _, d := range res.Dropped {
		dropped = append(dropped, d.Want)
	}
	want := []int(nil)
	switch last := len(wants) - 1; {
	case possible():
	case last == 0:
		want = []int{0}
	case possible(1) && possible(0), possible(1):
		want = []int{1}
	case possible(0):
		want = []int{0}
	default:
		want = []int{0, 1}
	}
	if diff := cmp.Diff(want, dropped); diff != "" {
		t.Fatalf("dropped (-want +got)\n%s\n%s", diff, solvetest.Text(w.Problem))
	}
}
