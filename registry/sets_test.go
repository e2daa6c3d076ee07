package registry_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// watchedRecords note the operations that are applied, and count queries.
type watchedRecords struct {
	registry.Records

	mu         sync.Mutex
	operations [][]string // the refs, sorted
	lists      int
	dependents []pack.Ref
}

func (w *watchedRecords) Apply(ctx context.Context, op registry.Operation) ([]registry.Record, error) {
	var refs []string
	for i := range op.Activate {
		refs = append(refs, op.Activate[i].Ref.String())
	}
	slices.Sort(refs)
	w.mu.Lock()
	w.operations = append(w.operations, refs)
	w.mu.Unlock()
	return w.Records.Apply(ctx, op)
}

func (w *watchedRecords) Packs(ctx context.Context) ([]registry.Record, error) {
	w.lists++
	return w.Records.Packs(ctx)
}

func (w *watchedRecords) Dependents(ctx context.Context, ref pack.Ref) ([]registry.Dependent, error) {
	w.mu.Lock()
	w.dependents = append(w.dependents, ref)
	w.mu.Unlock()
	return w.Records.Dependents(ctx, ref)
}

// versions returns the active versions, by the files, which have to agree with
// the records.
func versions(t *testing.T, r *root) map[string]string {
	t.Helper()
	records, err := r.records.Packs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]string{}
	for _, rec := range records {
		recorded[rec.Ref.String()] = rec.Active.Version.String()
		checkDigests(t, filepath.Join(r.dir, "current", rec.Ref.String()), rec.Active)
	}
	got := map[string]string{}
	for _, e := range mustReadDir(t, filepath.Join(r.dir, "current")) {
		data, err := os.ReadFile(filepath.Join(r.dir, "current", e.Name(), "lib", "deep", "data.txt"))
		if err != nil {
			t.Fatal(err)
		}
		got[e.Name()] = strings.TrimSpace(string(data))
	}
	if diff := cmp.Diff(recorded, got); diff != "" {
		t.Errorf("records and files differ (-records +files)\n%s", diff)
	}
	return got
}

// failingTests makes a pack one whose tests fail.
func failingTests(f files) files {
	return f.tested(scriptRunner).with(files{"tests/run.sh": script("exit 1")})
}

// TestSets replaces packs of which some are installed: lib 1.0.0, app 1.0.0,
// which needs lib@^1, and alone 1.0.0.
func TestSets(t *testing.T) {
	t.Parallel()
	p := simplePack
	old := map[string]string{"lib": "1.0.0", "app": "1.0.0", "alone": "1.0.0"}
	for _, tt := range []struct {
		name       string
		packs      []files
		all        bool
		want       []string
		active     map[string]string // beside old
		operations [][]string
	}{
		{
			"together",
			[]files{p("lib", "2.0.0"), p("app", "2.0.0").needing("lib@^2"), p("alone", "2.0.0")},
			false,
			[]string{"lib", "app", "alone"},
			map[string]string{"lib": "2.0.0", "app": "2.0.0", "alone": "2.0.0"},
			[][]string{{"alone"}, {"app", "lib"}},
		},
		{
			"the tests of the dependent fail",
			[]files{p("lib", "2.0.0"), failingTests(p("app", "2.0.0").needing("lib@^2")), p("alone", "2.0.0")},
			false,
			[]string{"alone", "lib: dependencies dependency_missing", "app: tests tests_failed"},
			map[string]string{"alone": "2.0.0"},
			[][]string{{"alone"}},
		},
		{
			"the tests of the dependency fail",
			[]files{p("app", "2.0.0").needing("lib@^2"), failingTests(p("lib", "2.0.0"))},
			false,
			[]string{"app: dependencies dependency_missing", "lib: tests tests_failed"},
			nil,
			nil,
		},
		{
			"the dependent no longer needs it",
			[]files{p("lib", "2.0.0"), p("app", "2.0.0")},
			false,
			[]string{"lib", "app"},
			map[string]string{"lib": "2.0.0", "app": "2.0.0"},
			[][]string{{"app", "lib"}},
		},
		{
			"the dependent no longer needs it, and fails",
			[]files{p("lib", "2.0.0"), failingTests(p("app", "2.0.0"))},
			false,
			[]string{"lib: dependencies dependency_missing", "app: tests tests_failed"},
			nil,
			nil,
		},
		{
			"the dependent is refused",
			[]files{p("lib", "2.0.0"), p("app", "0.9.0")},
			false,
			[]string{"lib: dependencies dependency_missing", "app: registration already_installed"},
			nil,
			nil,
		},
		{
			"the dependent is not valid",
			[]files{p("x", "1.0.0"), p("y", "1.0.0").needing("x").with(files{"actions/run.sh": ""})},
			false,
			[]string{"x: dependencies dependency_missing", "y: validation invalid_manifest"},
			nil,
			nil,
		},
		{
			"the dependent is there with other content",
			[]files{p("x", "1.0.0"), p("app", "1.0.0").needing("x")},
			false,
			[]string{"x: dependencies dependency_missing", "app: registration conflict"},
			nil,
			nil,
		},
		{
			"a dependent that allows both versions",
			[]files{p("lib", "1.5.0"), failingTests(p("app", "2.0.0"))},
			false,
			[]string{"lib", "app: tests tests_failed"},
			map[string]string{"lib": "1.5.0"},
			[][]string{{"lib"}},
		},
		{
			"circles",
			[]files{p("lib", "2.0.0").needing("app@^2"), p("app", "2.0.0").needing("lib@^2"), p("x", "1.0.0").needing("y"), p("y", "1.0.0").needing("x")},
			false,
			[]string{"lib", "app", "x", "y"},
			map[string]string{"lib": "2.0.0", "app": "2.0.0", "x": "1.0.0", "y": "1.0.0"},
			[][]string{{"app", "lib"}, {"x", "y"}},
		},
		{
			"a circle that fails",
			[]files{p("x", "1.0.0").needing("y"), failingTests(p("y", "1.0.0").needing("x")), p("alone", "2.0.0")},
			false,
			[]string{"alone", "x: dependencies dependency_missing", "y: tests tests_failed"},
			map[string]string{"alone": "2.0.0"},
			[][]string{{"alone"}},
		},
		{
			"needing what is installed",
			[]files{p("x", "1.0.0").needing("lib"), p("y", "1.0.0").needing("lib", "alone")},
			false,
			[]string{"x", "y"},
			map[string]string{"x": "1.0.0", "y": "1.0.0"},
			[][]string{{"x"}, {"y"}},
		},
		{
			"all or nothing",
			[]files{p("x", "1.0.0"), p("y", "1.0.0"), p("alone", "2.0.0"), p("lib", "1.0.0")},
			true,
			[]string{"x", "y", "alone", "lib"},
			map[string]string{"x": "1.0.0", "y": "1.0.0", "alone": "2.0.0"},
			[][]string{{"alone", "x", "y"}},
		},
		{
			"all or nothing, and one fails",
			[]files{p("x", "1.0.0"), failingTests(p("y", "1.0.0")), p("alone", "2.0.0"), p("lib", "1.0.0")},
			true,
			[]string{"lib", "x: dependencies dependency_missing", "y: tests tests_failed", "alone: dependencies dependency_missing"},
			nil,
			nil,
		},
		{
			"all or nothing, and one cannot be loaded",
			[]files{p("x", "1.0.0"), {"pack.yaml": "ref: ["}},
			true,
			[]string{"x: dependencies dependency_missing", ": load invalid_manifest"},
			nil,
			nil,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			register(t, r.open(t), "", write(t, p("lib", "1.0.0")), write(t, p("app", "1.0.0").needing("lib@^1")), write(t, p("alone", "1.0.0")))
			watched := &watchedRecords{Records: r.records}
			c := r.config()
			c.Records = watched
			req := registry.Request{Replace: registry.ReplaceUpgrade, AllOrNothing: tt.all}
			for _, f := range tt.packs {
				req.Paths = append(req.Paths, write(t, f))
			}
			report, err := r.openWith(t, c).Register(t.Context(), req)
			if diff := cmp.Diff(tt.want, outcome(report)); diff != "" {
				t.Errorf("(-want +got)\n%s\n%v", diff, err)
			}
			want := map[string]string{}
			for _, m := range []map[string]string{old, tt.active} {
				for ref, version := range m {
					want[ref] = version
				}
			}
			if diff := cmp.Diff(want, versions(t, r)); diff != "" {
				t.Errorf("active (-want +got)\n%s", diff)
			}
			slices.SortFunc(watched.operations, slices.Compare)
			if diff := cmp.Diff(tt.operations, watched.operations); diff != "" {
				t.Errorf("operations (-want +got)\n%s", diff)
			}
			checkClean(t, r)
		})
	}
}

// TestReportOfASetThatFailed names the pack that made it fail.
func TestReportOfASetThatFailed(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	report, _ := s.Register(t.Context(), registry.Request{Paths: []string{
		write(t, simplePack("a", "1.0.0").needing("b")), write(t, simplePack("b", "1.0.0").needing("c")), write(t, failingTests(simplePack("c", "1.0.0"))),
	}})
	for i, want := range []string{"pack c", "pack c", "exit status 1"} {
		if f := report.Failed[i]; !strings.Contains(f.Err.Error(), want) {
			t.Errorf("pack %s: %v does not mention %q", f.Ref, f.Err, want)
		}
	}
}

// TestTestsRunBeforeAnythingIsActivated looks at the events of two sets.
func TestTestsRunBeforeAnythingIsActivated(t *testing.T) {
	t.Parallel()
	passing := func(f files) string {
		return write(t, f.tested(scriptRunner).with(files{"tests/run.sh": script("exit 0")}))
	}
	var stages []pack.Stage
	_, err := newRoot(t).open(t).Register(t.Context(), registry.Request{
		Paths: []string{passing(simplePack("a", "1.0.0")), passing(simplePack("b", "1.0.0").needing("c")), passing(simplePack("c", "1.0.0"))},
		OnEvent: func(_ context.Context, e pack.Event) {
			if e.Kind != pack.EventClosed && (len(stages) == 0 || stages[len(stages)-1] != e.Stage) {
				stages = append(stages, e.Stage)
			}
		},
	})
	last := stages[max(0, len(stages)-3):]
	if diff := cmp.Diff([]pack.Stage{pack.StageDependencies, pack.StageTests, pack.StageRegistration}, last); diff != "" || err != nil {
		t.Errorf("the last stages (-want +got)\n%s%v", diff, err)
	}
}

// TestNewPacksAskNothing registers new packs, and one that others depend on.
func TestNewPacksAskNothing(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	register(t, r.open(t), "", write(t, simplePack("lib", "1.0.0")), write(t, simplePack("app", "1.0.0").needing("lib")))
	watched := &watchedRecords{Records: r.records}
	c := r.config()
	c.Records = watched
	s := r.openWith(t, c)
	watched.lists = 0
	register(t, s, "", write(t, simplePack("new", "1.0.0").needing("lib")), write(t, simplePack("other", "1.0.0")))
	if watched.lists > 0 || len(watched.dependents) > 0 {
		t.Errorf("%d lists of all packs, dependents of %v", watched.lists, watched.dependents)
	}
	register(t, s, registry.ReplaceUpgrade, write(t, simplePack("lib", "1.1.0")))
	if watched.lists > 0 || !slices.Contains(watched.dependents, "lib") {
		t.Errorf("%d lists of all packs, dependents of %v", watched.lists, watched.dependents)
	}
}
