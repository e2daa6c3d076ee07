package sattest

import (
	"flag"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/crillab/gophersat/solver"
	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/solve"
	"github.com/packtrain/pack/internal/testkit/solvetest"
)

var seed = flag.Uint64("seed", 1, "which universes TestAgainstSAT makes")

// universes is how many universes are made: PACK_UNIVERSES, or 600.
func universes(t *testing.T) int {
	t.Helper()
	text := os.Getenv("PACK_UNIVERSES")
	if text == "" {
		return 600
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAgainstSAT compares verdicts, the numbers of deviations, and whether there is
// anything better.
func TestAgainstSAT(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(*seed, 2))
	n := universes(t)
	t.Logf("seed %d, %d universes", *seed, n)
	sizes, solved := [...]int{12, 20, 44}, 0
	for i := range n {
		mode := solvetest.Modes()[i%len(solvetest.Modes())]
		p := mode.Make(random, sizes[i/len(solvetest.Modes())%len(sizes)], 6)
		ids, proof, err := solve.Solve(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		if fault := judge(p, ids, proof); fault != "" {
			t.Fatalf("universe %d of seed %d, %s: %s\n%s\ngot %v\n%v", i, *seed, mode.Name, fault, solvetest.Text(p), ids, proof)
		}
		again, _, err := solve.Solve(t.Context(), solvetest.Shuffled(random, p))
		if diff := cmp.Diff(ids, again); diff != "" || err != nil {
			t.Fatalf("universe %d: another order gives another answer: %v\n%s", i, err, diff)
		}
		if proof == nil {
			solved++
		}
	}
	if t.Logf("%d of %d can be solved", solved, n); solved < n/5 || solved > n*4/5 {
		t.Error("too many universes are of one kind")
	}
}

func judge(p *solve.Problem, ids []pack.ID, proof *solve.Proof) string {
	all := solvetest.Demands(p)
	if proof != nil {
		return judgeProof(p, all, solvetest.OfProof(proof))
	}
	got := solvetest.Selection(ids)
	if !solvetest.Valid(p, got, all) {
		return "the selection does not meet the demands"
	}
	lock, replaced := solvetest.Deviations(p, got)
	cost := lock*lockWeight + replaced
	if best, ok := newEncoding(p, all).minimize(); !ok || best/lockWeight < lock {
		return "the solver finds a selection with fewer deviations from the lock: " + strconv.Itoa(best)
	}
	e := newEncoding(p, all)
	e.demandBetter(got, true)
	if best, ok := e.minimize(); ok && best/lockWeight <= lock {
		return "the solver finds a better selection of the named packs"
	}
	e = newEncoding(p, all)
	e.pinNamed(got)
	if best, ok := e.minimize(); !ok || best < cost {
		return "the solver finds a selection with fewer deviations: " + strconv.Itoa(best)
	}
	e = newEncoding(p, all)
	e.pinNamed(got)
	e.demandBetter(got, false)
	if best, ok := e.minimize(); ok && best <= cost {
		return "the solver finds a better selection"
	}
	return ""
}

// pinNamed demands the versions that named packs have.
func (e *encoding) pinNamed(got map[pack.Ref]pack.Version) {
	for _, k := range e.problem.Packs {
		if v, there := got[k.Ref]; k.Named && there {
			e.clauses = append(e.clauses, []int{e.lit(k.Ref, v)})
		}
	}
}

func judgeProof(p *solve.Problem, all, proof []solvetest.Demand) string {
	if newEncoding(p, all).possible() {
		return "the solver finds a selection"
	}
	if newEncoding(p, proof).possible() {
		return "the demands of the proof can be met"
	}
	for i := range proof {
		var rest []solvetest.Demand
		rest = append(append(rest, proof[:i]...), proof[i+1:]...)
		if !newEncoding(p, rest).possible() {
			return "a demand of the proof plays no part"
		}
	}
	return ""
}

// lockWeight is what a deviation from the lock costs, where a replaced pack costs 1.
const lockWeight = 1000

// An encoding says in clauses of literals what a selection has to meet.
type encoding struct {
	problem *solve.Problem
	numbers map[pack.ID]int
	clauses [][]int
	costs   []solver.Lit
	weights []int
}

func newEncoding(p *solve.Problem, demands []solvetest.Demand) *encoding {
	e := &encoding{problem: p, numbers: map[pack.ID]int{}}
	provided := map[pack.Ref]bool{}
	for _, k := range p.Provided {
		provided[k.Ref] = true
	}
	for _, k := range p.Packs {
		for _, v := range k.Versions {
			e.numbers[pack.ID{Ref: k.Ref, Version: v.Version}] = len(e.numbers) + 1
		}
	}
	for _, k := range p.Packs {
		e.atMostOne(k)
		if !provided[k.Ref] {
			e.addCosts(k)
		}
	}
	for _, d := range demands {
		e.demand(d)
	}
	e.clauses = append(e.clauses, []int{len(e.numbers) + 1}) // there is at least one
	return e
}

func (e *encoding) lit(ref pack.Ref, v pack.Version) int {
	return e.numbers[pack.ID{Ref: ref, Version: v}]
}

func (e *encoding) atMostOne(k solve.Pack) {
	for i, v := range k.Versions {
		for _, w := range k.Versions[:i] {
			e.clauses = append(e.clauses, []int{-e.lit(k.Ref, v.Version), -e.lit(k.Ref, w.Version)})
		}
	}
}

// addCosts adds what it costs to deviate.
func (e *encoding) addCosts(k solve.Pack) {
	for _, v := range k.Versions {
		if v.Installed && !k.Named {
			e.costs = append(e.costs, solver.IntToLit(int32(-e.lit(k.Ref, v.Version))))
			e.weights = append(e.weights, 1)
		}
		if !v.Locked {
			continue
		}
		for _, w := range k.Versions {
			if w.Version != v.Version {
				e.costs = append(e.costs, solver.IntToLit(int32(e.lit(k.Ref, w.Version))))
				e.weights = append(e.weights, lockWeight)
			}
		}
	}
}

func (e *encoding) demand(d solvetest.Demand) {
	suiting, always := solvetest.Suiting(e.problem, d)
	if always {
		return
	}
	var some []int
	for _, v := range suiting {
		some = append(some, e.lit(d.Ref, v))
	}
	if d.By == "" {
		e.clauses = append(e.clauses, some)
	}
	for _, v := range d.Versions {
		e.clauses = append(e.clauses, append([]int{-e.lit(d.By, v)}, some...))
	}
}

// demandBetter demands a selection that is better than got in one thing and worse in
// none, of named packs or of all.
func (e *encoding) demandBetter(got map[pack.Ref]pack.Version, named bool) {
	var better []int
	for _, k := range e.problem.Packs {
		chosen, there := got[k.Ref]
		if named && (!k.Named || !there) {
			continue
		}
		for _, v := range k.Versions {
			lit := e.lit(k.Ref, v.Version)
			switch {
			case !there, solvetest.Compare(e.problem, k.Ref, v.Version, chosen) < 0:
				e.clauses = append(e.clauses, []int{-lit})
			case v.Version == chosen:
				better = append(better, -lit)
			}
		}
	}
	e.clauses = append(e.clauses, better)
}

// parse returns the problem of the solver, nil when a clause has no literal.
func (e *encoding) parse() *solver.Problem {
	for _, c := range e.clauses {
		if len(c) == 0 {
			return nil
		}
	}
	return solver.ParseSlice(e.clauses)
}

func (e *encoding) possible() bool {
	p := e.parse()
	return p != nil && solver.New(p).Solve() == solver.Sat
}

// minimize returns the lowest cost of a selection.
func (e *encoding) minimize() (cost int, ok bool) {
	p := e.parse()
	switch {
	case p == nil:
		return 0, false
	case len(e.costs) == 0:
		return 0, solver.New(p).Solve() == solver.Sat
	}
	p.SetCostFunc(e.costs, e.weights)
	cost = solver.New(p).Minimize()
	return cost, cost >= 0
}
