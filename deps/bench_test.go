package deps_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/internal/testkit/solvetest"
)

// A table is a world with the candidates of each pack.
type table map[pack.Ref][]pack.Candidate

func (table) Installed(context.Context) ([]pack.InstalledPack, error) { return nil, nil }

func (t table) Candidates(_ context.Context, want pack.Want) ([]pack.Candidate, error) {
	return t[want.Ref], nil
}

func (table) Dependencies(_ context.Context, c pack.Candidate) (pack.Candidate, error) { return c, nil }

// newTable makes packs of ten versions with three dependencies each, on later packs. In a
// tight one most need the versions that were current when they were released.
func newTable(packs int, tight bool) table {
	random := rand.New(rand.NewPCG(1, uint64(packs)))
	t := table{}
	for i := range packs {
		for j := range 10 {
			c := pack.Candidate{ID: pack.ID{Ref: refOf(i), Version: solvetest.Version(fmt.Sprintf("%d.%d.0", 1+j/3, j%3))}, DependenciesKnown: true}
			for range min(3, packs-i-1) {
				text := ">=1"
				if tight && random.IntN(10) > 0 {
					text = fmt.Sprintf(">=%d.%d <%d", 1+j/3, random.IntN(1+j%3), 2+j/3+random.IntN(2))
				}
				to := refOf(i + 1 + random.IntN(packs-i-1))
				c.Dependencies = append(c.Dependencies, pack.Dependency{Ref: to, Constraint: solvetest.Constraint(text)})
			}
			t[c.Ref] = append(t[c.Ref], c)
		}
	}
	return t
}

func refOf(i int) pack.Ref { return pack.Ref(fmt.Sprintf("p%05d", i)) }

func BenchmarkResolve(b *testing.B) {
	for _, size := range []struct {
		packs, wants int
		tight        bool
	}{{170, 10, false}, {170, 10, true}, {860, 20, false}, {860, 20, true}, {20_000, 100, false}} {
		world := newTable(size.packs, size.tight)
		var wants []pack.Want
		for i := range size.wants {
			wants = append(wants, pack.Want{Ref: refOf(i * size.packs / size.wants)})
		}
		b.Run(fmt.Sprintf("%d packs, tight %v", size.packs, size.tight), func(b *testing.B) {
			for b.Loop() {
				res, err := deps.Resolve(b.Context(), world, wants, nil)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(res.Choices)), "chosen")
				b.ReportMetric(float64(len(res.Dropped)), "dropped")
			}
		})
	}
}
