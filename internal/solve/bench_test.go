package solve_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/solve"
	"github.com/packtrain/pack/internal/testkit/solvetest"
)

// world makes packs of ten versions with three dependencies each, on later packs. In
// a tight one most need the versions that were current when they were released.
func world(packs, wants int, tight bool) *solve.Problem {
	random := rand.New(rand.NewPCG(1, uint64(packs)))
	p := &solve.Problem{}
	ref := func(i int) pack.Ref { return pack.Ref(fmt.Sprintf("p%05d", i)) }
	for i := range packs {
		for j := range 10 {
			v := solve.Version{Version: solvetest.Version(fmt.Sprintf("%d.%d.0", 1+j/3, j%3))}
			for range min(3, packs-i-1) {
				text := ">=1"
				if tight && random.IntN(10) > 0 {
					text = fmt.Sprintf(">=%d.%d <%d", 1+j/3, random.IntN(1+j%3), 2+j/3+random.IntN(2))
				}
				to := i + 1 + random.IntN(packs-i-1)
				v.Dependencies = append(v.Dependencies, solve.Dependency{Ref: ref(to), Constraint: solvetest.Constraint(text)})
			}
			solvetest.Add(p, ref(i), v)
		}
	}
	for i := range wants {
		p.Wants = append(p.Wants, solve.Dependency{Ref: ref(i * packs / wants)})
	}
	return p
}

func BenchmarkSolve(b *testing.B) {
	for _, size := range []struct {
		packs, wants int
		tight        bool
	}{{170, 10, false}, {170, 10, true}, {860, 20, true}, {5000, 100, false}, {5000, 100, true}} {
		p := world(size.packs, size.wants, size.tight)
		b.Run(fmt.Sprintf("%d packs, tight %v", size.packs, size.tight), func(b *testing.B) {
			for b.Loop() {
				ids, proof, err := solve.Solve(b.Context(), p)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(ids)), "chosen")
				if proof != nil {
					b.ReportMetric(float64(len(proof.Demands)), "demands")
				}
			}
		})
	}
}
