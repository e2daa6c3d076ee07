package registry_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/childproc"
	"github.com/packtrain/pack/registry"
)

// An isolating runner claims a level of isolation for each run, one after another.
type isolating struct {
	pack.Runner

	levels chan pack.Isolation
}

// Run implements [pack.Runner].
func (i isolating) Run(ctx context.Context, c pack.Command) (pack.Result, error) {
	res, err := i.Runner.Run(ctx, c)
	res.Isolation = <-i.levels
	return res, err
}

// TestEvidenceHasTheWeakestIsolation: tests are as isolated as the suite that was
// isolated least.
func TestEvidenceHasTheWeakestIsolation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		first, second, want pack.Isolation
	}{
		{pack.IsolationSandbox, pack.IsolationSandbox, pack.IsolationSandbox},
		{pack.IsolationSandbox, pack.IsolationContained, pack.IsolationContained},
		{pack.IsolationNone, pack.IsolationContained, pack.IsolationNone},
		{pack.IsolationSandbox, "", pack.IsolationNone},
		{"unheard-of", pack.IsolationSandbox, pack.IsolationNone},
	} {
		c := newRoot(t).config()
		levels := make(chan pack.Isolation, 2)
		levels <- tt.first
		levels <- tt.second
		c.Runner = isolating{childproc.New(nil), levels}
		section := "  runners:\n    a: {type: script, entry_point: tests/run.sh}\n    b: {type: script, entry_point: tests/run.sh}\n"
		_, s, err := registerTested(t, c, section, files{"tests/run.sh": script("exit 0")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		details, err := s.Show(t.Context(), "demo")
		if err != nil || details.Active.Tests.Isolation != tt.want {
			t.Errorf("%q and %q: got %q, %v, want %q", tt.first, tt.second, details.Active.Tests.Isolation, err, tt.want)
		}
	}
}

// A level is a Runner that says at which level it starts children.
type level struct {
	pack.Runner

	level pack.Isolation
}

func (l level) Isolation(context.Context) (pack.Isolation, string, error) {
	return l.level, "no sandbox", nil
}

// TestRemoteIsolation: tests of what came over a network do not run at a weaker level than
// the host requires.
func TestRemoteIsolation(t *testing.T) {
	t.Parallel()
	remote := pack.Pin{Scheme: "git", Location: "https://git.example/demo"}
	for _, tt := range []struct {
		runner   pack.Runner
		required pack.Isolation
		pin      pack.Pin
		refused  bool
	}{
		{childproc.New(nil), "", remote, false},
		{childproc.New(nil), pack.IsolationNone, remote, false},
		{childproc.New(nil), pack.IsolationContained, remote, true},
		{childproc.New(nil), pack.IsolationContained, pack.Pin{Scheme: "local", Location: "/srv/demo"}, false},
		{childproc.New(nil), pack.IsolationContained, pack.Pin{}, false},
		{level{childproc.New(nil), pack.IsolationContained}, pack.IsolationContained, remote, false},
		{level{childproc.New(nil), pack.IsolationContained}, pack.IsolationSandbox, remote, true},
		{level{childproc.New(nil), pack.IsolationSandbox}, pack.IsolationSandbox, remote, false},
	} {
		c := newRoot(t).config()
		c.Runner, c.RemoteIsolation = tt.runner, tt.required
		section := "  runners:\n    a: {type: script, entry_point: tests/run.sh}\n"
		more := files{"tests/run.sh": script("touch " + filepath.Join(c.Root, "ran"))}
		_, _, err := registerTested(t, c, section, more, func(req *registry.Request) {
			req.Contents, req.Paths, req.IgnoreTests = []*pack.Content{{Dir: req.Paths[0], Pin: tt.pin}}, nil, true
		})
		_, ran := os.Stat(filepath.Join(c.Root, "ran"))
		if refused := pack.CodeOf(err) == pack.CodePolicyDenied; refused != tt.refused || refused == (ran == nil) {
			t.Errorf("%+v: got %v, %v", tt, err, ran)
		}
	}
}
