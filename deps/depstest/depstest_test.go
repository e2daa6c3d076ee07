package depstest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/depstest"
)

// broken wraps the real analyzer and breaks one promise.
type broken struct {
	deps.DependencyAnalyzer
	before func(ctx context.Context, req *deps.Request) context.Context
	after  func(rep *deps.Report, err error) (*deps.Report, error)
}

func (b broken) Analyze(ctx context.Context, req deps.Request) (*deps.Report, error) {
	if b.before != nil {
		ctx = b.before(ctx, &req)
	}
	rep, err := b.DependencyAnalyzer.Analyze(ctx, req)
	if b.after != nil && rep != nil {
		return b.after(rep, err)
	}
	return rep, err
}

// noneInstalled is a world in which nothing is installed.
type noneInstalled struct{ deps.World }

func (noneInstalled) Installed(context.Context) ([]pack.InstalledPack, error) { return nil, nil }

// spoil changes every report.
func spoil(change func(rep *deps.Report)) func(*deps.Report, error) (*deps.Report, error) {
	return func(rep *deps.Report, err error) (*deps.Report, error) {
		change(rep)
		return rep, err
	}
}

func TestSuiteFindsBrokenAnalyzers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		config func(c *deps.Config)
		broken broken
		want   string // a check that has to fail
	}{
		{name: "forgets what is installed", config: func(c *deps.Config) { c.World = noneInstalled{c.World} }, want: "installed, provided and missing"},
		{name: "forgets what is provided", config: func(c *deps.Config) { c.Provided = nil }, want: "the ref of a provided pack is reserved"},
		{
			name: "forgets the platform", want: "a pack that the platform does not suit fails",
			config: func(c *deps.Config) { c.PlatformVersion = pack.Version{} },
		},
		{
			name: "warns of nothing", want: "without a platform version there is a warning",
			broken: broken{after: spoil(func(rep *deps.Report) { rep.Warnings = []pack.Warning{} })},
		},
		{name: "finds nothing", config: func(c *deps.Config) { c.World = nil }, want: "missing packs are found, transitively"},
		{
			name:   "reports everything as missing",
			broken: broken{after: spoil(func(rep *deps.Report) { rep.Missing = rep.Dependencies })},
			want:   "packs of the request satisfy each other",
		},
		{
			name:   "orders backwards",
			broken: broken{after: spoil(func(rep *deps.Report) { slices.Reverse(rep.Order); slices.Reverse(rep.Additions) })},
			want:   "missing packs are found, transitively",
		},
		{
			name:   "hides conflicts",
			broken: broken{after: spoil(func(rep *deps.Report) { rep.Conflicts = []deps.Conflict{} })},
			want:   "a diamond that cannot be satisfied",
		},
		{
			name:   "leaves lists null",
			broken: broken{after: spoil(func(rep *deps.Report) { rep.Warnings = nil })},
			want:   "lists are never null",
		},
		{
			name:   "infers no runtimes",
			broken: broken{after: spoil(func(rep *deps.Report) { clear(rep.Runtimes) })},
			want:   "runtimes are inferred",
		},
		{
			name:   "swallows failed packs",
			broken: broken{after: func(rep *deps.Report, _ error) (*deps.Report, error) { return rep, nil }},
			want:   "a pack that cannot be read does not disturb others",
		},
		{
			name: "fails as a whole for one pack",
			broken: broken{after: func(rep *deps.Report, err error) (*deps.Report, error) {
				if err != nil {
					return nil, err
				}
				return rep, nil
			}},
			want: "a ref that comes twice fails the second time",
		},
		{
			name:   "takes each mention for a pack",
			broken: broken{after: spoil(func(rep *deps.Report) { rep.Analyzed = append(rep.Analyzed, rep.Analyzed...) })},
			want:   "a path that is named twice is one pack",
		},
		{
			name: "knows no contents",
			broken: broken{before: func(ctx context.Context, req *deps.Request) context.Context {
				req.Contents = nil
				return ctx
			}},
			want: "contents are like paths",
		},
		{
			name: "trusts what lies at the path",
			broken: broken{before: func(ctx context.Context, req *deps.Request) context.Context {
				for i, c := range req.Contents {
					req.Contents[i] = &pack.Content{Dir: c.Dir}
				}
				return ctx
			}},
			want: "content that is not what it was fails",
		},
		{
			name: "calls every failure one of its own stage",
			broken: broken{after: spoil(func(rep *deps.Report) {
				for i := range rep.Failed {
					rep.Failed[i].Stage = pack.StageDependencies
				}
			})},
			want: "a path where nothing lies fails at load",
		},
		{
			name:   "names packs without runtimes",
			broken: broken{after: spoil(func(rep *deps.Report) { rep.Runtimes["app"] = []pack.RuntimeNeed{} })},
			want:   "a pack without runtimes has no entry",
		},
		{
			name: "takes any request",
			broken: broken{before: func(ctx context.Context, req *deps.Request) context.Context {
				if len(req.Paths) == 0 {
					req.Paths = []string{"/nowhere"}
				}
				return ctx
			}},
			want: "no path is a bad request",
		},
		{
			name: "ignores cancellation",
			broken: broken{before: func(ctx context.Context, _ *deps.Request) context.Context {
				return context.WithoutCancel(ctx)
			}},
			want: "a cancelled request fails as a whole",
		},
		{
			name: "numbers events from 0",
			broken: broken{before: func(ctx context.Context, req *deps.Request) context.Context {
				if observe := req.OnEvent; observe != nil {
					req.OnEvent = func(ctx context.Context, e pack.Event) { e.Seq--; observe(ctx, e) }
				}
				return ctx
			}},
			want: "events are numbered and name each pack's end",
		},
	}
	seen := map[string]bool{}
	var mu sync.Mutex
	t.Cleanup(func() {
		for _, name := range depstest.Names() {
			if !seen[name] {
				t.Errorf("nothing shows that check %q can fail", name)
			}
		}
	})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := depstest.Failures(t.Context(), t.TempDir, func(c deps.Config) (deps.DependencyAnalyzer, error) {
				if tt.config != nil {
					tt.config(&c)
				}
				a, err := deps.New(c)
				b := tt.broken
				b.DependencyAnalyzer = a
				return b, err
			})
			if !slices.Contains(failed, tt.want) {
				t.Errorf("check %q passed; failed ones are %q", tt.want, failed)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, name := range failed {
				seen[name] = true
			}
		})
	}
}

func TestFake(t *testing.T) {
	t.Parallel()
	load := pack.NewFailure(0, "", "", pack.StageLoad, pack.ErrMalformed)
	f := depstest.Fake{Broken: map[pack.Ref]error{"b": pack.ErrDependency, "c": &load}}
	ends := map[string]pack.Status{}
	req := deps.Request{
		Paths: []string{"/p/b", "/p/a", "/p/a/.", "/p/c"}, Contents: []*pack.Content{{Dir: "/p/content", ID: pack.ID{Ref: "d"}}},
		OnEvent: func(_ context.Context, e pack.Event) {
			if e.Kind == pack.EventClosed {
				ends[e.Spec] = e.Status
			}
		},
	}
	rep, err := f.Analyze(t.Context(), req)
	failed, ok := errors.AsType[*pack.BatchError](err)
	if !ok || len(failed.Failures) != 2 || !slices.Equal(rep.Order, []pack.Ref{"a", "d"}) || len(rep.Analyzed) != 2 || rep.Missing == nil {
		t.Fatalf("got %+v, %v", rep, err)
	}
	if a, b := rep.Failed[0], rep.Failed[1]; a.Item != 0 || a.Stage != pack.StageDependencies || b.Item != 3 || b.Stage != pack.StageLoad {
		t.Errorf("got %+v", rep.Failed)
	}
	want := map[string]pack.Status{"/p/b": pack.StatusFailed, "/p/a": pack.StatusDone, "/p/c": pack.StatusFailed, "/p/content": pack.StatusDone}
	if diff := cmp.Diff(want, ends); diff != "" {
		t.Errorf("closing events -want +got:\n%s", diff)
	}
	if got := f.Requests(); len(got) != 1 || len(got[0].Paths) != 4 {
		t.Errorf("got requests %+v", got)
	}
}

func TestFakeAsAWhole(t *testing.T) {
	t.Parallel()
	var f depstest.Fake
	if _, err := f.Analyze(t.Context(), deps.Request{}); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("no path: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if rep, err := f.Analyze(ctx, deps.Request{Paths: []string{"/a"}}); pack.CodeOf(err) != pack.CodeCancelled || len(rep.Failed) != 1 {
		t.Errorf("cancelled: got %+v, %v", rep, err)
	}
	wrong := errors.New("wrong")
	f.OnAnalyze = func(context.Context, deps.Request) (*deps.Report, error) { return nil, wrong }
	if _, err := f.Analyze(t.Context(), deps.Request{Paths: []string{"/b"}}); !errors.Is(err, wrong) {
		t.Errorf("got %v", err)
	}
}

func TestNewUniverseRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"Web@1.0.0", "web@one", "web@1.0.0: log@=>1", "installed Log@1.0.0", "provided core@x", "platform x", "web@1.0.0 on =>1:"} {
		if _, err := depstest.NewUniverse(line); err == nil {
			t.Errorf("line %q was accepted", line)
		}
	}
}
