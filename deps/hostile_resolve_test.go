package deps_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/internal/testkit/solvetest"
)

// A hostileRow is one hostile universe, and what Resolve makes of it.
type hostileRow struct {
	id, name string
	universe []string
	wants    []string
	want     []string // the choices, or
	code     pack.Code
	text     string // part of the error
}

func hostileRows() []hostileRow {
	many := make([]string, 10_000)
	for i := range many {
		many[i] = fmt.Sprintf("p%d@1.0.0:", i)
	}
	return []hostileRow{
		{id: "E15", name: "refs and versions that are one text", universe: []string{"a-1@2.0.0:", "a@1.0.0-2:"}, wants: []string{"a-1", "a@>=1.0.0-2"}, want: []string{"a@1.0.0-2", "a-1@2.0.0"}},
		{id: "E16", name: "self", universe: []string{"a@1.0.0: a"}, wants: []string{"a"}, want: []string{"a@1.0.0"}},
		{id: "E16", name: "self in another version", universe: []string{"a@1.0.0: a@^2", "a@2.0.0: a@^1"}, wants: []string{"a"}, code: pack.CodeDependencyConflict, text: "a"},
		{id: "E16", name: "missing", universe: []string{"a@1.0.0: b", "b@1.0.0: c"}, wants: []string{"a"}, code: pack.CodeDependencyMissing, text: "a 1.0.0 (requested) needs b; b 1.0.0 needs c"},
		{id: "E16", name: "duplicate with conflicting ranges", universe: []string{"a@1.0.0: b@^1, b@^2", "b@1.0.0:", "b@2.0.0:"}, wants: []string{"a"}, code: pack.CodeDependencyConflict, text: "needs b@^1; a 1.0.0 (requested) needs b@^2"},
		{id: "E16", name: "diamond", universe: []string{"a@1.0.0: l, r", "l@1.0.0: x@^1", "r@1.0.0: x@^2", "x@1.0.0:", "x@2.0.0:"}, wants: []string{"a"}, code: pack.CodeDependencyConflict, text: "l 1.0.0 needs x@^1; r 1.0.0 needs x@^2"},
		{id: "E16", name: "cycle of 2", universe: []string{"a@1.0.0: b", "b@1.0.0: a"}, wants: []string{"a"}, want: []string{"a@1.0.0", "b@1.0.0"}},
		{id: "E16", name: "cycle of 50", universe: circle(50), wants: []string{"p0"}, want: make([]string, 50)},
		{id: "E16", name: "10,000 dependencies", universe: append(many, "a@1.0.0: "+strings.Join(names(9_000), ", ")), wants: []string{"a"}, want: make([]string, 9_001)},
		{id: "E17", name: "an unreadable constraint in the index", universe: []string{"unusable a@2.0.0: constraint => 1", "a@1.0.0:"}, wants: []string{"a"}, want: []string{"a@1.0.0"}},
		{id: "E17", name: "nothing but unreadable entries", universe: []string{"unusable a@2.0.0: constraint => 1"}, wants: []string{"a"}, code: pack.CodeMalformedContent, text: "a@2.0.0 cannot be used: constraint => 1"},
		{id: "E17", name: "pre-releases alone", universe: []string{"a@2.0.0-rc.1:"}, wants: []string{"a@>=1"}, code: pack.CodeNotFound, text: "is a pre-release"},
		{id: "E18", name: "downgrade", universe: []string{"installed a@2.0.0", "a@1.0.0:", "a@2.0.0:"}, wants: []string{"a@^1"}, code: pack.CodeAlreadyInstalled, text: "2.0.0 is installed, and the request does not allow a version that is not higher"},
		{id: "E12", name: "a ref that the host provides", universe: []string{"provided core", "core@9.0.0:"}, wants: []string{"core"}, code: pack.CodeInvalidRef, text: "the host provides that pack"},
	}
}

// circle returns packs that need each other.
func circle(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("p%d@1.0.0: p%d", i, (i+1)%n)
	}
	return lines
}

// resolveHostile runs the rows through Resolve.
func resolveHostile(t *testing.T) {
	t.Helper()
	for _, row := range hostileRows() {
		t.Run(row.id+"/resolve/"+row.name, func(t *testing.T) {
			t.Parallel()
			w := newTraced(t, row.universe...)
			var asked []pack.Want
			for _, text := range row.wants {
				ref, constraint, _ := strings.Cut(text, "@")
				asked = append(asked, pack.Want{Ref: pack.Ref(ref), Constraint: solvetest.Constraint(constraint)})
			}
			start := time.Now()
			res, err := deps.Resolve(t.Context(), w, asked, &deps.Policy{AllOrNothing: true, Provided: w.Provided(), MaxPacks: 20_000})
			if took := time.Since(start); took > 30*time.Second {
				t.Errorf("took %v", took)
			}
			if row.code != "" {
				if pack.CodeOf(err) != row.code || !strings.Contains(err.Error(), row.text) || len(err.Error()) > 4096 {
					t.Errorf("got %v (%s), want %s and %q", err, pack.CodeOf(err), row.code, row.text)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkHostileChoices(t, row, res)
		})
	}
}

func checkHostileChoices(t *testing.T, row hostileRow, res *deps.Resolution) {
	t.Helper()
	var got []string
	for _, c := range res.Choices {
		got = append(got, c.ID.String())
	}
	if len(row.want) > 2 && len(got) == len(row.want) {
		return
	}
	if diff := cmp.Diff(row.want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
