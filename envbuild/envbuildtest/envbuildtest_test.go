package envbuildtest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/envbuild/envbuildtest"
)

// newFunc makes builders that work with Tools.
func newFunc(t *testing.T) envbuildtest.NewFunc {
	t.Helper()
	tools, err := envbuildtest.NewTools(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return func(dir string) (envbuild.EnvBuilder, error) {
		return envbuild.New(envbuild.Config{Dir: dir, SearchPath: tools.SearchPath(), Runner: tools})
	}
}

func TestBuilderKeepsTheContract(t *testing.T) {
	t.Parallel()
	envbuildtest.Run(t, newFunc(t))
}

// broken wraps the real builder and breaks one promise.
type broken struct {
	envbuild.EnvBuilder
	before func(ctx context.Context, req *envbuild.Request) context.Context
	after  func(rep *envbuild.Report, err error) (*envbuild.Report, error)
}

func (b broken) Build(ctx context.Context, req envbuild.Request) (*envbuild.Report, error) {
	if b.before != nil {
		ctx = b.before(ctx, &req)
	}
	rep, err := b.EnvBuilder.Build(ctx, req)
	if b.after != nil && rep != nil {
		return b.after(rep, err)
	}
	return rep, err
}

// asking changes every request.
func asking(change func(req *envbuild.Request)) broken {
	return broken{before: func(ctx context.Context, req *envbuild.Request) context.Context { change(req); return ctx }}
}

// telling changes every report.
func telling(change func(rep *envbuild.Report)) broken {
	return broken{after: func(rep *envbuild.Report, err error) (*envbuild.Report, error) { change(rep); return rep, err }}
}

func TestSuiteFindsBrokenBuilders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		broken broken
		want   string // a check that has to fail
	}{
		{"skips Python", asking(func(r *envbuild.Request) { r.Skip = append(r.Skip, pack.RuntimePython) }), "a pack with Python packages"},
		{"skips Node.js", asking(func(r *envbuild.Request) { r.Skip = append(r.Skip, pack.RuntimeNode) }), "a pack with Node.js packages"},
		{"skips nothing", asking(func(r *envbuild.Request) { r.Skip = nil }), "runtimes that are skipped"},
		{"always builds anew", asking(func(r *envbuild.Request) { r.Rebuild = true }), "what was built before is used again"},
		{"never builds anew", asking(func(r *envbuild.Request) { r.Rebuild = false }), "a rebuild is beside what is in use"},
		{"builds in a check", asking(func(r *envbuild.Request) { r.Check = false }), "a check builds nothing"},
		{"ignores preferences", asking(func(r *envbuild.Request) { r.Prefer = nil }), "a preferred version has to be one"},
		{"numbers events from 0", asking(func(r *envbuild.Request) {
			if observe := r.OnEvent; observe != nil {
				r.OnEvent = func(ctx context.Context, e pack.Event) { e.Seq--; observe(ctx, e) }
			}
		}), "events are numbered and name each pack's end"},
		{"leaves lists null", telling(func(r *envbuild.Report) {
			if len(r.Failed) == 0 {
				r.Failed = nil
			}
		}), "lists are never null"},
		{"reports backwards", telling(func(r *envbuild.Report) { slices.Reverse(r.Built) }), "a pack that cannot be read does not disturb others"},
		{"takes each mention for a pack", telling(func(r *envbuild.Report) { r.Built = append(r.Built, r.Built...) }), "a path that is named twice is one pack"},
		{"knows no contents", asking(func(r *envbuild.Request) { r.Contents = nil }), "contents are like paths"},
		{"believes everything", asking(func(r *envbuild.Request) {
			for _, c := range r.Contents {
				c.TreeDigest = ""
			}
		}), "content that is not what it was fails"},
		{"counts nothing", telling(func(r *envbuild.Report) { r.Summary = envbuild.Summary{} }), "a pack with Python packages"},
		{
			"fails as a whole for one pack",
			broken{after: func(rep *envbuild.Report, err error) (*envbuild.Report, error) {
				if err != nil {
					return nil, err
				}
				return rep, nil
			}},
			"a pack that cannot be read does not disturb others",
		},
		{
			"swallows failures",
			broken{after: func(rep *envbuild.Report, _ error) (*envbuild.Report, error) { return rep, nil }},
			"an interpreter that is not there",
		},
		{
			"ignores cancellation",
			broken{before: func(ctx context.Context, _ *envbuild.Request) context.Context { return context.WithoutCancel(ctx) }},
			"a cancelled request fails as a whole",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			newBuilder := newFunc(t)
			failed := envbuildtest.Failures(t.Context(), t.TempDir, func(dir string) (envbuild.EnvBuilder, error) {
				b := tt.broken
				var err error
				b.EnvBuilder, err = newBuilder(dir)
				return b, err
			})
			if !slices.Contains(failed, tt.want) {
				t.Errorf("check %q passed; failed ones are %q", tt.want, failed)
			}
		})
	}
}

// forgetful attaches nothing.
type forgetful struct{ *envbuild.Builder }

func (forgetful) Environments(context.Context, pack.Digest) ([]pack.Environment, error) {
	return nil, nil
}

func TestSuiteFindsBuildersThatForgetWhatBelongsTogether(t *testing.T) {
	t.Parallel()
	newBuilder := newFunc(t)
	failed := envbuildtest.Failures(t.Context(), t.TempDir, func(dir string) (envbuild.EnvBuilder, error) {
		b, err := newBuilder(dir)
		real, _ := b.(*envbuild.Builder)
		return forgetful{real}, err
	})
	if want := []string{"what was built is attached to the content"}; !slices.Equal(failed, want) {
		t.Errorf("failed checks are %q, want %q", failed, want)
	}
}

func TestFake(t *testing.T) {
	t.Parallel()
	load := pack.NewFailure(0, "", "", pack.StageLoad, pack.ErrMalformed)
	f := envbuildtest.Fake{Broken: map[pack.Ref]error{"b": pack.ErrBuild, "c": &load}}
	ends := map[string]pack.Status{}
	req := envbuild.Request{
		Paths: []string{"/p/b", "/p/a", "/p/a/.", "/p/c"}, Contents: []*pack.Content{{Dir: "/p/content", ID: pack.ID{Ref: "d"}}},
		OnEvent: func(_ context.Context, e pack.Event) {
			if e.Kind == pack.EventClosed {
				ends[e.Spec] = e.Status
			}
		},
	}
	rep, err := f.Build(t.Context(), req)
	failed, ok := errors.AsType[*pack.BatchError](err)
	if !ok || len(failed.Failures) != 2 || len(rep.Built) != 2 || rep.Built[1].Ref != "d" || rep.Summary.Total != 4 || rep.Summary.Succeeded != 2 {
		t.Fatalf("got %+v, %v", rep, err)
	}
	if a, b := rep.Failed[0], rep.Failed[1]; a.Item != 0 || a.Stage != pack.StageEnvironments || b.Item != 3 || b.Stage != pack.StageLoad {
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
	var f envbuildtest.Fake
	if _, err := f.Build(t.Context(), envbuild.Request{}); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("no path: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if rep, err := f.Build(ctx, envbuild.Request{Paths: []string{"/a"}}); pack.CodeOf(err) != pack.CodeCancelled || len(rep.Failed) != 1 {
		t.Errorf("cancelled: got %+v, %v", rep, err)
	}
	wrong := errors.New("wrong")
	f.OnBuild = func(context.Context, envbuild.Request) (*envbuild.Report, error) { return nil, wrong }
	if _, err := f.Build(t.Context(), envbuild.Request{Paths: []string{"/b"}}); !errors.Is(err, wrong) {
		t.Errorf("got %v", err)
	}
}

func TestToolsLetTestsAnswer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tools, err := envbuildtest.NewTools(filepath.Join(dir, "tools"))
	if err != nil {
		t.Fatal(err)
	}
	wrong := errors.New("wrong")
	answers := []error{nil, wrong}
	tools.OnRun = func(context.Context, pack.Command) (*pack.Result, error) {
		err := answers[0]
		answers = answers[1:]
		if err == nil {
			return &pack.Result{ExitCode: 7}, nil
		}
		return nil, err
	}
	c := pack.Command{Path: filepath.Join(tools.SearchPath()[0], "node")}
	if res, err := tools.Run(t.Context(), c); err != nil || res.ExitCode != 7 {
		t.Errorf("got %+v, %v", res, err)
	}
	if _, err := tools.Run(t.Context(), c); !errors.Is(err, wrong) {
		t.Errorf("got %v", err)
	}
	if n := len(tools.Commands()); n != 2 {
		t.Errorf("%d commands", n)
	}
	if _, err := os.Stat(c.Path); err != nil {
		t.Error(err)
	}
}
