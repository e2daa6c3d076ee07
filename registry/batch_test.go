package registry_test

import (
	"context"
	"errors"
	"fmt"
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

func mustVersion(s string) pack.Version {
	v, err := pack.ParseVersion(s)
	if err != nil {
		panic(err)
	}
	return v
}

// outcome lists what became of a request: "ref" or "ref: stage code".
func outcome(report *registry.Report) []string {
	got := []string{}
	for _, p := range report.Registered {
		got = append(got, p.Ref.String())
	}
	for _, f := range report.Failed {
		got = append(got, fmt.Sprintf("%s: %s %s", f.Ref, f.Stage, pack.CodeOf(f.Err)))
	}
	return got
}

func TestBatch(t *testing.T) {
	t.Parallel()
	provided := []pack.Provided{{Ref: "core", Version: mustVersion("1.5.0")}}
	p := simplePack
	broken := files{"pack.yaml": "ref: broken\nversion: 1.0.0\nlabel: B\ndescription: B\n", "link.yaml": "x", "actions/a.yaml": "ref: broken.a\nentry_point: none.sh\n"}
	tests := []struct {
		name  string
		packs []files
		skip  bool // the validation
		want  []string
	}{
		{"in dependency order, reported in input order", []files{p("app", "1.0.0").needing("lib@^1.0"), p("lib", "1.2.0").needing("base"), p("base", "0.1.0")}, false, []string{"app", "lib", "base"}},
		{"provided", []files{p("app", "1.0.0").needing("core@^1.5")}, false, []string{"app"}},
		{"provided in another version", []files{p("app", "1.0.0").needing("core@^2")}, false, []string{"app: dependencies dependency_conflict"}},
		{"missing", []files{p("app", "1.0.0").needing("lib"), p("other", "1.0.0")}, false, []string{"other", "app: dependencies dependency_missing"}},
		{"missing, not validated", []files{p("app", "1.0.0").needing("lib")}, true, []string{"app"}},
		{"in the request in another version", []files{p("app", "1.0.0").needing("lib@^2"), p("lib", "1.0.0")}, false, []string{"app: dependencies dependency_conflict", "lib: dependencies dependency_missing"}},
		{
			"dependents of a failed pack",
			[]files{p("app", "1.0.0").needing("mid"), p("mid", "1.0.0").needing("broken"), broken, p("other", "1.0.0")},
			false,
			[]string{"other", "app: dependencies dependency_missing", "mid: dependencies dependency_missing", "broken: validation invalid_manifest"},
		},
		{
			"circle",
			[]files{p("a", "1.0.0").needing("b"), p("b", "1.0.0").needing("c"), p("c", "1.0.0").needing("a"), p("d", "1.0.0").needing("c")},
			false,
			[]string{"a", "b", "c", "d"},
		},
		{
			"circle with a pack that is missing",
			[]files{p("a", "1.0.0").needing("b"), p("b", "1.0.0").needing("a", "none"), p("c", "1.0.0")},
			false,
			[]string{"c", "a: dependencies dependency_missing", "b: dependencies dependency_missing"},
		},
		{"needs itself", []files{p("a", "1.0.0").needing("a"), p("b", "1.0.0").needing("a")}, false, []string{"a: validation dependency_cycle", "b: dependencies dependency_missing"}},
		{"circle, not validated", []files{p("a", "1.0.0").needing("b"), p("b", "1.0.0").needing("a")}, true, []string{"a", "b"}},
		{"reserved ref", []files{p("core", "9.0.0"), p("a", "1.0.0")}, false, []string{"a", "core: validation invalid_ref"}},
		{"the same ref twice", []files{p("a", "1.0.0"), p("a", "1.1.0").needing("b"), p("b", "1.0.0")}, false, []string{"a", "b", "a: validation conflict"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newRoot(t).config()
			c.Provided, c.Parallel = provided, 4
			s := (&root{}).openWith(t, c)
			var paths []string
			for _, f := range tt.packs {
				paths = append(paths, write(t, f))
			}
			report, err := s.Register(t.Context(), registry.Request{Paths: paths, SkipValidation: tt.skip})
			if diff := cmp.Diff(tt.want, outcome(report)); diff != "" {
				t.Errorf("(-want +got)\n%s\n%v", diff, err)
			}
			if (err == nil) != (len(report.Failed) == 0) || report.Summary.Total != len(paths) || report.Summary.Succeeded != len(report.Registered) {
				t.Errorf("error %v, summary %+v", err, report.Summary)
			}
			installed, err := s.List(t.Context())
			if err != nil || len(installed) != len(report.Registered) {
				t.Errorf("installed: %d packs, %v", len(installed), err)
			}
		})
	}
}

func TestUpgradeOfADependencyThatFailsFailsItsDependents(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	register(t, s, "", write(t, simplePack("lib", "1.0.0")))
	bad := simplePack("lib", "1.1.0").with(files{"actions/run.sh": ""})
	report, _ := s.Register(t.Context(), registry.Request{
		Paths: []string{write(t, bad), write(t, simplePack("app", "1.0.0").needing("lib"))}, Replace: registry.ReplaceUpgrade,
	})
	want := []string{"lib: validation invalid_manifest", "app: dependencies dependency_missing"}
	if diff := cmp.Diff(want, outcome(report)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	var got []string
	var seq []uint64
	observe := func(_ context.Context, e pack.Event) {
		seq = append(seq, e.Seq)
		if e.Kind != pack.EventStarted {
			got = append(got, fmt.Sprintf("%s %s %s %s", e.Pack, e.Stage, e.Kind, e.Code))
		}
	}
	path := write(t, simplePack("demo", "1.0.0"))
	for range 2 {
		if _, err := s.Register(t.Context(), registry.Request{Paths: []string{path}, OnEvent: observe}); err != nil {
			t.Fatal(err)
		}
	}
	bad := write(t, simplePack("demo", "1.1.0").needing("none"))
	_, _ = s.Register(t.Context(), registry.Request{Paths: []string{bad}, Replace: registry.ReplaceUpgrade, OnEvent: observe})
	want := []string{
		"demo load finished ", "demo validation finished ", "demo dependencies finished ", "demo registration finished ",
		"demo registration closed ",
		"demo load finished ", "demo load closed ",
		"demo load finished ", "demo validation finished ", "demo dependencies failed dependency_missing",
		"demo dependencies closed dependency_missing",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if seq[0] != 1 || !slices.IsSorted(seq[:8]) {
		t.Errorf("sequence numbers %v", seq)
	}
}

func TestCancelledRegistration(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	before := snapshot(t, r.dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancelAt := func(_ context.Context, e pack.Event) {
		if e.Stage == pack.StageDependencies {
			cancel()
		}
	}
	report, err := s.Register(ctx, registry.Request{Paths: []string{write(t, simplePack("demo", "1.0.0"))}, OnEvent: cancelAt})
	if !errors.Is(err, context.Canceled) || pack.CodeOf(err) != pack.CodeCancelled || len(report.Failed) != 1 {
		t.Fatalf("got %+v, %v", report, err)
	}
	if err := s.Reap(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, snapshot(t, r.dir)); diff != "" {
		t.Errorf("left over (-before +after)\n%s", diff)
	}
}

func TestConcurrentRequestsForOnePack(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	stores := []*registry.Store{r.open(t), r.open(t)} // as in two processes
	path := write(t, simplePack("demo", "1.0.0"))
	var wg sync.WaitGroup
	reports := make([]*registry.Report, 6)
	for i := range reports {
		wg.Go(func() {
			report, err := stores[i%2].Register(t.Context(), registry.Request{Paths: []string{path}})
			if err != nil {
				t.Error(err)
			}
			reports[i] = report
		})
	}
	wg.Wait()
	changed := 0
	for _, report := range reports {
		if len(report.Registered) != 1 {
			t.Fatalf("got %+v", report)
		}
		if !report.Registered[0].Unchanged {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("%d requests say that they changed something, want 1", changed)
	}
}

func TestPanickingObserverChangesNothing(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	observe := func(context.Context, pack.Event) { panic("observer") }
	report, err := s.Register(t.Context(), registry.Request{
		Paths: []string{write(t, simplePack("a", "1.0.0")), write(t, simplePack("b", "1.0.0"))}, OnEvent: observe,
	})
	if err != nil || len(report.Registered) != 2 {
		t.Errorf("got %+v, %v", report, err)
	}
}

// panickingRunner panics for the pack bad.
type panickingRunner struct{}

func (panickingRunner) Run(_ context.Context, c pack.Command) (pack.Result, error) {
	manifest, err := os.ReadFile(filepath.Join(c.Dir, "pack.yaml"))
	if err != nil || strings.Contains(string(manifest), "ref: bad") {
		panic("runner")
	}
	return pack.Result{}, nil
}

func TestPanickingRunnerFailsOnePack(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	c := r.config()
	c.Runner = panickingRunner{}
	s := r.openWith(t, c)
	var paths []string
	for _, ref := range []string{"bad", "good"} {
		paths = append(paths, write(t, simplePack(ref, "1.0.0").tested(scriptRunner).with(files{"tests/run.sh": script("exit 0")})))
	}
	report, err := s.Register(t.Context(), registry.Request{Paths: paths})
	want := []string{"good", "bad: tests io_error"}
	if diff := cmp.Diff(want, outcome(report)); diff != "" {
		t.Errorf("(-want +got)\n%s%v", diff, err)
	}
}
