package solve_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/solve"
	"github.com/packtrain/pack/internal/testkit/solvetest"
)

var seed = flag.Uint64("seed", 1, "which universes TestRandom makes")

// universes is how many universes TestRandom makes: PACK_UNIVERSES, or 2,000.
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

// TestRandom compares with all selections of small universes.
func TestRandom(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(*seed, 0))
	n := universes(t)
	t.Logf("seed %d, %d universes", *seed, n)
	solved := map[string]int{}
	for i := range n {
		mode := solvetest.Modes()[i%len(solvetest.Modes())]
		p := mode.Make(random, 3+random.IntN(3), 4)
		ids, proof, err := solve.Solve(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		if (ids == nil) == (proof == nil) {
			t.Fatalf("both or none of %v and %v", ids, proof)
		}
		if fault := solvetest.Judge(p, ids, proof); fault != "" {
			t.Fatalf("universe %d of seed %d, %s: %s\n%s\ngot %v\n%v", i, *seed, mode.Name, fault, solvetest.Text(p), ids, proof)
		}
		checkShuffled(t, random, p, ids, proof)
		if proof == nil {
			solved[mode.Name]++
		}
	}
	for _, mode := range solvetest.Modes() {
		if all := n / len(solvetest.Modes()); solved[mode.Name] < all/10 || solved[mode.Name] > all*95/100 {
			t.Errorf("%s: %d of %d can be solved", mode.Name, solved[mode.Name], all)
		}
	}
	t.Log(solved)
}

func checkShuffled(t *testing.T, random *rand.Rand, p *solve.Problem, ids []pack.ID, proof *solve.Proof) {
	t.Helper()
	for range 2 {
		again, other, err := solve.Solve(t.Context(), solvetest.Shuffled(random, p))
		if diff := cmp.Diff(ids, again); diff != "" || err != nil {
			t.Fatalf("another order gives another answer: %v\n%s\n%s", err, diff, solvetest.Text(p))
		}
		if proof != nil && proof.String() != other.String() {
			t.Fatalf("another order gives another proof:\n%s\n\n%s", proof, other)
		}
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := solvetest.Read(t, "want app\napp 1.0.0: lib\nlib 1.0.0:")
	if _, _, err := solve.Solve(ctx, p); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	p := solvetest.Read(t, "want a\nwant b\n"+pigeons())
	p.Budget = 200
	_, _, err := solve.Solve(t.Context(), p)
	b, ok := errors.AsType[*solve.BudgetError](err)
	if !ok || b.Budget != 200 || b.Demand.Ref == "" || !strings.Contains(err.Error(), " needs ") {
		t.Errorf("got %v", err)
	}
	p.Budget = 0
	if _, proof, err := solve.Solve(t.Context(), p); err != nil || proof == nil {
		t.Errorf("without a budget: got %v, %v", proof, err)
	}
}

// pigeons is a universe in which each version of a suits no version of b.
func pigeons() string {
	var b strings.Builder
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&b, "a %d.0.0: c@=%d\nb %d.0.0: c@=%d\nc %d.0.0:\n", i, i, i, i+50, i)
		fmt.Fprintf(&b, "c %d.0.0:\n", i+50)
	}
	return b.String()
}

func TestCases(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, problem, want string }{
		{"depender moves", "want app\napp 1.0.0: web, log@^1\nweb 2.0.0: log@^2\nweb 1.0.0: log@^1\nlog 1.0.0:\nlog 2.0.0:", "app@1.0.0 log@1.0.0 web@1.0.0"},
		{"successor needs what does not exist", "want app\napp 1.0.0: web\nweb 2.0.0: gone@^1\nweb 1.0.0:", "app@1.0.0 web@1.0.0"},
		{"requested packs move", "want app\nwant web\napp 1.0.0: web@^2\nweb 3.0.0:\nweb 2.0.0:", "app@1.0.0 web@2.0.0"},
		{"cycle", "want a\na 1.0.0: b@^1\nb 1.0.0: a@^1", "a@1.0.0 b@1.0.0"},
		{"itself", "want a\na 2.0.0: a@^1\na 1.0.0: a", "a@1.0.0"},
		{"release first", "want a\na 2.0.0-rc.1:\na 1.0.0:", "a@1.0.0"},
		{"installed stays", "want app\napp 1.0.0: log\nlog 1.0.0: installed\nlog 2.0.0:", "app@1.0.0 log@1.0.0"},
		{"installed pre-release", "want app\napp 1.0.0: log@>=1\nlog 2.0.0-rc.1: installed\nlog 1.0.0:", "app@1.0.0 log@2.0.0-rc.1"},
		{"dependents stay whole", "want app\napp 2.0.0: lib@^1\napp 1.0.0: lib@^2\nlib 2.0.0: installed\nlib 1.0.0:\ntwo 1.0.0: installed, lib@^2", "app@1.0.0 lib@2.0.0 two@1.0.0"},
		{"broken before", "want app\napp 1.0.0: lib@^1\nlib 1.0.0: installed\nold 1.0.0: installed, gone@^1, lib@^3", "app@1.0.0 lib@1.0.0 old@1.0.0"},
		{"lock before installed", "want app\napp 1.0.0: log\nlog 1.0.0: installed\nlog 2.0.0: locked\nlog 3.0.0:", "app@1.0.0 log@2.0.0"},
		{"platform", "platform 2.0.0-rc.1\nwant app\napp 2.0.0: on >=3\napp 1.5.0: on >=2\napp 1.0.0: on >=1", "app@1.0.0"},
		{"provided", "provided core 2.0.0-rc.1\nwant app\napp 2.0.0: core@^3\napp 1.0.0: core@>=1", "app@1.0.0"},
		{"nearer first", "want app\napp 1.0.0: m, z\nm 1.0.0: a\nz 2.0.0: a@^1\nz 1.0.0: a@^2\na 2.0.0:\na 1.0.0:", "a@1.0.0 app@1.0.0 m@1.0.0 z@2.0.0"},
		{"a named pack is upgraded", "want app\napp 2.0.0: log\napp 1.0.0: installed, log\nlog 1.0.0: installed\nlog 2.0.0:\nnamed app", "app@2.0.0 log@1.0.0"},
		{"a named pack is upgraded although others are replaced", "want app\napp 2.0.0: log@^2\napp 1.0.0: installed, log\nlog 1.0.0: installed\nlog 2.0.0:\ntwo 1.0.0: installed, log@^1\ntwo 2.0.0:\nnamed app", "app@2.0.0 log@2.0.0 two@2.0.0"},
		{"a named pack that is broken is mended", "want app\napp 1.0.0: installed, log@^2\nlog 1.0.0: installed\nlog 2.0.0:\nnamed app", "app@1.0.0 log@2.0.0"},
		{"a named pre-release is present", "want app\napp 2.0.0-rc.1: installed\napp 1.0.0:\ntwo 1.0.0: installed, app@>=1.5\nnamed app", "app@2.0.0-rc.1 two@1.0.0"},
		{"build metadata", "want app\napp 1.0.0+a:\napp 1.0.0+b: installed", "app@1.0.0+b"},
	} {
		ids, proof, err := solve.Solve(t.Context(), solvetest.Read(t, tt.problem))
		var got []string
		for _, id := range ids {
			got = append(got, id.String())
		}
		if strings.Join(got, " ") != tt.want || err != nil {
			t.Errorf("%s: got %v, %v, %v, want %s", tt.name, got, proof, err, tt.want)
		}
	}
}

// TestMinimal proves what the first reasons found prove with demands to spare.
func TestMinimal(t *testing.T) {
	t.Parallel()
	p := solvetest.Read(t, `want p00@1.0.0
		p00 1.0.0+a: p01, p02, p02@>=2.0.0-rc.1
		p00 2.1.0: p01@!=2.0.0
		p01 3.0.0-rc.1: p02@^1 || ^3, p02@>=2.0.0-rc.1
		p01 3.0.0: p02@^1, p02@^3, p02@<2
		p02 3.0.0: p03@>=2
		p02 2.0.0: p03@^3
		p02 1.1.0: p03@>=2
		p02 2.1.0: p03@~2.0
		p03 2.1.0: p04@^1, p04@^1 || ^3, p04@1.0.0
		p03 3.0.0-rc.1:`)
	if _, proof, err := solve.Solve(t.Context(), p); err != nil || proof == nil || solvetest.JudgeProof(p, proof) != "" {
		t.Errorf("got %v, %v", proof, err)
	}
}

func TestProofs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, problem, want string }{
		{
			"diamond", "want app\nwant other\nother 1.0.0: log@^1\napp 1.0.0: web@^1, log\nweb 1.1.0: log@^2\nweb 1.0.0: log@^2\nlog 1.0.0:\nlog 2.0.0:",
			"app is requested; app exists as 1.0.0\n" +
				"other is requested; other exists as 1.0.0\n" +
				"app 1.0.0 needs web@^1; web exists as 1.1.0, 1.0.0\n" +
				"other 1.0.0 needs log@^1; log exists as 2.0.0, 1.0.0\n" +
				"web 1.1.0, 1.0.0 needs log@^2; log exists as 2.0.0, 1.0.0 (by way of app -> web)",
		},
		{"unknown", "want gone@^1\nwant app\napp 1.0.0:", "gone@^1 is requested; gone has no known version"},
		{"platform", "platform 2.0.0\nwant app\napp 1.0.0: on ^3", "app is requested; app exists as 1.0.0\napp 1.0.0 needs platform ^3; the platform is version 2.0.0"},
		{"installed", "want app\napp 1.0.0: lib@^1\nlib 1.0.0:\nlib 2.0.0: installed\ntwo 1.0.0: installed, lib@^2", "app is requested; app exists as 1.0.0\n" +
			"two is installed\napp 1.0.0 needs lib@^1; lib exists as 2.0.0, 1.0.0\ntwo 1.0.0 needs lib@^2; lib exists as 2.0.0, 1.0.0"},
		{"provided", "provided core 1.0.0\nwant core@^2", "core@^2 is requested; core is version 1.0.0"},
	} {
		_, proof, err := solve.Solve(t.Context(), solvetest.Read(t, tt.problem))
		if err != nil || proof == nil {
			t.Errorf("%s: got %v, %v", tt.name, proof, err)
		} else if diff := cmp.Diff(tt.want, proof.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
