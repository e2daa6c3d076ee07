package deps_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/depstest"
	"github.com/packtrain/pack/internal/testkit/wirecheck"
)

func TestAnalyzer(t *testing.T) {
	t.Parallel()
	depstest.Run(t, func(c deps.Config) (deps.DependencyAnalyzer, error) { return deps.New(c) })
}

// layOut writes a pack and returns its path.
func layOut(t testing.TB, dir, id string, dependencies ...string) string {
	t.Helper()
	ref, version, _ := strings.Cut(id, "@")
	var b strings.Builder
	fmt.Fprintf(&b, "ref: %s\nversion: %s\nlabel: Test\ndescription: Test\n", ref, version)
	if len(dependencies) > 0 {
		b.WriteString("dependencies:\n")
	}
	for _, d := range dependencies {
		fmt.Fprintf(&b, "  - %q\n", d)
	}
	path := filepath.Join(dir, ref)
	write(t, filepath.Join(path, pack.ManifestFile), b.String())
	return path
}

func write(t testing.TB, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func newAnalyzer(t testing.TB, universe ...string) *deps.Analyzer {
	t.Helper()
	u, err := depstest.NewUniverse(universe...)
	if err != nil {
		t.Fatal(err)
	}
	a, err := deps.New(deps.Config{World: u, Provided: u.Provided()})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestReportListsAreNeverNull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := newAnalyzer(t, "installed log@1.0.0")
	app := layOut(t, dir, "app@1.0.0", "log@^2", "https://example.com/x.git")
	write(t, filepath.Join(app, "requirements.txt"), "")
	write(t, filepath.Join(app, "package.json"), "{}")
	rich, err := a.Analyze(t.Context(), deps.Request{Paths: []string{app, filepath.Join(dir, "none")}})
	if _, ok := errors.AsType[*pack.BatchError](err); !ok {
		t.Fatal(err)
	}
	empty, err := a.Analyze(t.Context(), deps.Request{Paths: []string{layOut(t, dir, "bare@1.0.0")}})
	if err != nil {
		t.Fatal(err)
	}
	for _, rep := range []*deps.Report{rich, empty} {
		for i := range rep.Analyzed {
			rep.Analyzed[i].Pack = nil // reading packs has tests of its own
		}
		nulls, unseen := wirecheck.Nulls(rep)
		if len(nulls) > 0 {
			t.Errorf("null lists: %q", nulls)
		}
		unseen = slices.DeleteFunc(unseen, func(list string) bool { return list == "report.Additions" || strings.HasSuffix(list, ".Pack") }) // no finder
		if rep == rich && len(unseen) > 0 {
			t.Errorf("the test does not see inside %q", unseen)
		}
	}
}

func TestWithoutWorldMissingPacksAreNoConflicts(t *testing.T) {
	t.Parallel()
	a, err := deps.New(deps.Config{})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := a.Analyze(t.Context(), deps.Request{Paths: []string{layOut(t, t.TempDir(), "app@1.0.0", "log")}})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Missing) != 1 || len(rep.Conflicts) != 0 || len(rep.Additions) != 0 {
		t.Errorf("got missing %v, conflicts %v, additions %v", rep.Missing, rep.Conflicts, rep.Additions)
	}
}

// TestPreReleaseInTheRequest: a pack of the request is there already, so a pre-release of
// it satisfies a constraint that does not name it. One that would be chosen does not.
func TestPreReleaseInTheRequest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	app, log := layOut(t, dir, "app@1.0.0", "log@^1.0"), layOut(t, dir, "log@1.1.0-rc.1")
	rep, err := newAnalyzer(t).Analyze(t.Context(), deps.Request{Paths: []string{app, log}})
	if err != nil || len(rep.Missing) > 0 || len(rep.Conflicts) > 0 {
		t.Errorf("in the request: got missing %v, conflicts %v, %v", rep.Missing, rep.Conflicts, err)
	}
	rep, err = newAnalyzer(t, "log@1.1.0-rc.1:").Analyze(t.Context(), deps.Request{Paths: []string{app}})
	if err != nil || len(rep.Additions) > 0 {
		t.Errorf("to be chosen: got additions %v, %v", rep.Additions, err)
	}
}

func TestOrderGoesThroughAdditions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := newAnalyzer(t, "web@1.0.0: log")
	rep, err := a.Analyze(t.Context(), deps.Request{Paths: []string{layOut(t, dir, "app@1.0.0", "web"), layOut(t, dir, "log@1.0.0")}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]pack.Ref{"log", "app"}, rep.Order); diff != "" {
		t.Errorf("order (-want +got)\n%s", diff)
	}
}

// TestOrderOfSiblings: what is needed twice is done when it is met again.
func TestOrderOfSiblings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	paths := []string{layOut(t, dir, "app@1.0.0", "log", "web"), layOut(t, dir, "web@1.0.0", "log"), layOut(t, dir, "log@1.0.0")}
	rep, err := newAnalyzer(t).Analyze(t.Context(), deps.Request{Paths: paths})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]pack.Ref{"log", "web", "app"}, rep.Order); diff != "" {
		t.Errorf("order (-want +got)\n%s", diff)
	}
}

// TestChoiceThatWouldGoInCircles: a 2 brings b, which wants a 1; that brings c,
// which wants a 2. Both have to be named, although only one is there in the end.
func TestChoiceThatWouldGoInCircles(t *testing.T) {
	t.Parallel()
	a := newAnalyzer(t, "a@2.0.0: b", "a@1.0.0: c", "b@1.0.0: a@^1", "c@1.0.0: a@^2")
	rep, err := a.Analyze(t.Context(), deps.Request{Paths: []string{layOut(t, t.TempDir(), "app@1.0.0", "a")}})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Conflicts) != 1 || rep.Conflicts[0].Ref != "a" {
		t.Fatalf("got conflicts %+v", rep.Conflicts)
	}
	var by []pack.Ref
	for _, r := range rep.Conflicts[0].Required {
		by = append(by, r.RequiredBy)
	}
	if diff := cmp.Diff([]pack.Ref{"app", "b", "c"}, by); diff != "" {
		t.Errorf("required by (-want +got)\n%s\n%s", diff, rep.Conflicts[0].Explanation)
	}
}

func TestSkipValidationReadsBrokenComponents(t *testing.T) {
	t.Parallel()
	app := layOut(t, t.TempDir(), "app@1.0.0", "log")
	write(t, filepath.Join(app, "actions", "bad.yaml"), "ref: [1")
	a := newAnalyzer(t)
	if _, err := a.Analyze(t.Context(), deps.Request{Paths: []string{app}}); !errors.Is(err, pack.ErrInvalid) {
		t.Errorf("got %v, want an invalid pack", err)
	}
	rep, err := a.Analyze(t.Context(), deps.Request{Paths: []string{app}, SkipValidation: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Dependencies) != 1 || len(rep.Warnings) == 0 {
		t.Errorf("got dependencies %v and warnings %v, want one of each at least", rep.Dependencies, rep.Warnings)
	}
}

func TestReadsNothingThroughLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	app := layOut(t, dir, "app@1.0.0")
	write(t, filepath.Join(dir, "secret.txt"), "x")
	if err := os.Symlink(filepath.Join(dir, "secret.txt"), filepath.Join(app, "requirements.txt")); err != nil {
		t.Fatal(err)
	}
	if _, err := newAnalyzer(t).Analyze(t.Context(), deps.Request{Paths: []string{app}}); err == nil {
		t.Error("a link out of the pack was followed")
	}
}

func TestRelativePathIsRefused(t *testing.T) {
	t.Parallel()
	rep, err := newAnalyzer(t).Analyze(t.Context(), deps.Request{Paths: []string{"app"}})
	if got := pack.CodeOf(err); got != pack.CodeInvalidRequest || rep == nil {
		t.Errorf("got %v, code %q", err, got)
	}
}

func TestNewRefusesAPackProvidedTwice(t *testing.T) {
	t.Parallel()
	_, err := deps.New(deps.Config{Provided: []pack.Provided{{Ref: "core"}, {Ref: "core"}}})
	if got := pack.CodeOf(err); got != pack.CodeInvalidRequest {
		t.Errorf("got %v", err)
	}
}

// TestIndexThatKeepsTheChoiceMoving: each version of a pack asks for a version
// of another one that wants the version before it.
func TestIndexThatKeepsTheChoiceMoving(t *testing.T) {
	t.Parallel()
	var lines []string
	for i := range 2000 {
		lines = append(lines, fmt.Sprintf("a@1.0.%d: b@1.0.%d", i, i), fmt.Sprintf("b@1.0.%d: a@<1.0.%d", i, i))
	}
	rep, err := newAnalyzer(t, lines...).Analyze(t.Context(), deps.Request{Paths: []string{layOut(t, t.TempDir(), "app@1.0.0", "a")}})
	if err != nil || len(rep.Conflicts) != 1 || rep.Conflicts[0].Ref != "a" || len(rep.Additions) > 0 {
		t.Errorf("got %v, %v", rep.Conflicts, err)
	} else if text := rep.Conflicts[0].Explanation; len(text) > 2000 {
		t.Errorf("the explanation has %d bytes", len(text))
	}
}

func TestMaxPacks(t *testing.T) {
	t.Parallel()
	u, err := depstest.NewUniverse("a@1.0.0: b", "b@1.0.0: c", "c@1.0.0:")
	if err != nil {
		t.Fatal(err)
	}
	app := layOut(t, t.TempDir(), "app@1.0.0", "a")
	for limit, want := range map[int]pack.Code{2: pack.CodeLimitExceeded, 3: ""} {
		a, err := deps.New(deps.Config{World: u, MaxPacks: limit})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Analyze(t.Context(), deps.Request{Paths: []string{app}}); pack.CodeOf(err) != want {
			t.Errorf("limit %d: got %v, want code %q", limit, err, want)
		}
	}
}

// cancelWorld cancels the analysis while it answers.
type cancelWorld struct {
	depstest.Universe
	cancel context.CancelFunc
}

func (f *cancelWorld) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	f.cancel()
	return nil, ctx.Err()
}

func TestCancelWhileFinding(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	a, err := deps.New(deps.Config{World: &cancelWorld{cancel: cancel}})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := a.Analyze(ctx, deps.Request{Paths: []string{layOut(t, t.TempDir(), "app@1.0.0", "log")}})
	if !errors.Is(err, context.Canceled) || len(rep.Analyzed) != 1 {
		t.Errorf("got %v, %v", rep, err)
	}
}

func TestCorpusAnalyses(t *testing.T) {
	t.Parallel()
	corpus := os.Getenv("PACK_CORPUS")
	if corpus == "" {
		t.Skip("PACK_CORPUS is not set")
	}
	paths, err := filepath.Glob(filepath.Join(corpus, "attune", "*"))
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	rep, err := newAnalyzer(t).Analyze(t.Context(), deps.Request{Paths: paths, SkipValidation: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Analyzed) != len(paths) || len(rep.Order) != len(paths) {
		t.Errorf("got %d packs in order %v, want %d", len(rep.Analyzed), rep.Order, len(paths))
	}
	for _, a := range rep.Analyzed {
		i := slices.IndexFunc(rep.Runtimes[a.Ref], func(n pack.RuntimeNeed) bool { return n.Runtime == pack.RuntimePython })
		if i < 0 {
			t.Errorf("%s needs no Python", a.Ref)
			continue
		}
		for _, r := range rep.Runtimes[a.Ref][i].Ranges {
			if !slices.Contains([]string{">=3.10", ">=3.9"}, r) {
				t.Errorf("%s needs Python %s", a.Ref, r)
			}
		}
	}
}
