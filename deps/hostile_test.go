package deps_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// TestHostile holds the rows of the corpus of hostile input that concern this
// stage.
func TestHostile(t *testing.T) {
	t.Parallel()
	resolveHostile(t)
	t.Run("E16", func(t *testing.T) {
		t.Parallel()
		for _, tt := range e16() {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				var req deps.Request
				for _, p := range tt.packs {
					id, needs, _ := strings.Cut(p, ": ")
					req.Paths = append(req.Paths, layOut(t, dir, id, strings.Fields(needs)...))
				}
				start := time.Now()
				rep, err := newAnalyzer(t, tt.universe...).Analyze(t.Context(), req)
				if pack.CodeOf(err) != tt.failed {
					t.Fatal(err)
				}
				if took := time.Since(start); took > 30*time.Second {
					t.Errorf("took %v", took)
				}
				if tt.code != "" {
					checkConflict(t, rep, tt.code, tt.way)
				} else if len(rep.Conflicts) > 0 {
					t.Errorf("got %+v", rep.Conflicts)
				}
			})
		}
	})
}

func checkConflict(t *testing.T, rep *deps.Report, code pack.Code, way string) {
	t.Helper()
	if len(rep.Conflicts) == 0 {
		t.Fatal("no conflict")
	}
	c := rep.Conflicts[0]
	if got := pack.CodeOf(c.Err); got != code {
		t.Errorf("got code %q, want %q", got, code)
	}
	if !strings.Contains(c.Explanation, way) {
		t.Errorf("explanation %q does not show %q", c.Explanation, way)
	}
	if len(c.Explanation) > 4096 {
		t.Errorf("explanation has %d bytes", len(c.Explanation))
	}
}

type hostileCase struct {
	name            string
	universe, packs []string
	failed          pack.Code // of the pack itself
	code            pack.Code // of the conflict, "" for none
	way             string    // part of the explanation
}

func e16() []hostileCase {
	return []hostileCase{
		{name: "self", packs: []string{"a@1.0.0: a"}, failed: pack.CodeDependencyCycle},
		{name: "2-cycle", packs: []string{"a@1.0.0: b", "b@1.0.0: a"}},
		{name: "50-cycle", packs: ring(50)},
		{name: "cycle through packs to be added", packs: []string{"a@1.0.0: b"}, universe: []string{"b@1.0.0: c", "c@1.0.0: a"}},
		{
			name: "missing", packs: []string{"a@1.0.0: b"}, universe: []string{"b@1.0.0: c@^2"},
			code: pack.CodeDependencyMissing, way: "a 1.0.0 (requested) needs b; b 1.0.0 needs c@^2",
		},
		{
			name: "duplicate with conflicting ranges", packs: []string{"a@1.0.0: b@^1", "c@1.0.0: b@^2"}, universe: []string{"b@1.0.0:", "b@2.0.0:"},
			code: pack.CodeDependencyConflict, way: "a 1.0.0 (requested) needs b@^1; c 1.0.0 (requested) needs b@^2; b exists as 2.0.0, 1.0.0",
		},
		{
			name: "diamond unsatisfiable", packs: []string{"a@1.0.0: l r"}, universe: []string{"l@1.0.0: x@^1", "r@1.0.0: x@^2", "x@1.0.0:", "x@2.0.0:"},
			code: pack.CodeDependencyConflict, way: "a 1.0.0 (requested) needs l; a 1.0.0 (requested) needs r; l 1.0.0 needs x@^1; r 1.0.0 needs x@^2; x exists as 2.0.0, 1.0.0",
		},
		{
			name: "10,000 deps", packs: []string{"a@1.0.0: " + strings.Join(names(10_000), " ")},
			code: pack.CodeDependencyMissing, way: "pack p0 was not found: pack p0 is not in this universe; a 1.0.0 (requested) needs p0",
		},
		{
			name: "chain of 10,000", packs: []string{"a@1.0.0: p0"}, universe: chain(10_000),
			code: pack.CodeDependencyMissing, way: "(9991 more on the way); p9995 1.0.0 needs p9996",
		},
		{name: "cycle of 10,000", packs: []string{"a@1.0.0: p0"}, universe: append(chain(10_000), "p10000@1.0.0: p0")},
	}
}

func names(n int) []string {
	ns := make([]string, n)
	for i := range ns {
		ns[i] = fmt.Sprintf("p%d", i)
	}
	return ns
}

// ring returns packs that need each other in a circle.
func ring(n int) (packs []string) {
	ns := names(n)
	for i, name := range ns {
		packs = append(packs, fmt.Sprintf("%s@1.0.0: %s", name, ns[(i+1)%n]))
	}
	return packs
}

// chain returns a universe in which each of n packs needs the next one.
func chain(n int) []string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf("p%d@1.0.0: p%d", i, i+1))
	}
	return lines
}
