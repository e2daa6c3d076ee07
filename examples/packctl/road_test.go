package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/internal/samples"
	"github.com/packtrain/pack/examples/packd/wire"
)

// need skips the test when a program is missing, and fails it in CI.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err == nil {
			continue
		}
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing", p)
		}
		t.Skipf("%s is missing", p)
	}
}

// searchPath is that of the tests' programs: where the variable PATH leads to the
// scripts of a version manager, to the interpreter that these start. To ask each of
// a dozen such scripts for its version takes seconds.
var searchPath = sync.OnceValue(func() string {
	path := os.Getenv("PATH")
	script, err := exec.LookPath("python3")
	if err != nil {
		return path
	}
	program, err := exec.CommandContext(context.Background(), script, "-I", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		return path
	}
	dirs := filepath.SplitList(path)
	for i := range dirs {
		if dirs[i] == filepath.Dir(script) {
			dirs[i] = filepath.Dir(strings.TrimSpace(string(program)))
		}
	}
	return strings.Join(dirs, string(filepath.ListSeparator))
})

// TestWholeRoad installs packs of all kinds from all kinds of sources, twice,
// and runs an action of each.
func TestWholeRoad(t *testing.T) {
	t.Parallel()
	need(t, "git", "python3", "node", "npm")
	world, err := samples.Serve(t.Context(), t.TempDir(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := world.Close(); err != nil {
			t.Error(err)
		}
	}()
	run := on(t, t.TempDir())
	install := []string{
		"install", world.Git(), world.Archive(), world.Directory(), "--index", world.Index(), "--allow-http", "--allow-private", "127.0.0.1",
		"--find-links", world.Wheels(), "--node-registry", world.NodeRegistry(), "--json",
	}
	wantStatuses(t, run(install...), pack.StatusInstalled, "wordcount", "slugs", "report", "hello")
	downloads := world.Downloads()
	wantStatuses(t, run(install...), pack.StatusUnchanged, "wordcount", "slugs", "report")
	if again := world.Downloads() - downloads; again > 0 {
		t.Errorf("the second install downloaded %d archives", again)
	}

	for _, tt := range []struct{ call, want string }{
		{"hello.greet name=Ada", "Ada"},
		{"wordcount.count text=train", `"distinct": 1`},
		{"slugs.make title=Trains", "trains"},
	} {
		got := run(append([]string{"run"}, strings.Fields(tt.call)...)...)
		wantStatus(t, got, exitOK)
		if !strings.Contains(got.stdout, tt.want) {
			t.Errorf("%s printed %q", tt.call, got.stdout)
		}
	}
}

// wantStatuses checks the outcomes: of the packs that are named, and of the one
// that was added because it is needed.
func wantStatuses(t *testing.T, o outcome, want pack.Status, refs ...pack.Ref) {
	t.Helper()
	wantStatus(t, o, exitOK)
	var got []pack.Ref
	for _, outcome := range decode[wire.InstallReport](t, o).Outcomes {
		got = append(got, outcome.Ref)
		if pack.Status(outcome.Status) != want {
			t.Errorf("%s is %s, want %s", outcome.Ref, outcome.Status, want)
		}
	}
	if diff := cmp.Diff(refs, got); diff != "" {
		t.Errorf("outcomes -want +got:\n%s", diff)
	}
}

// TestBuildThenRegister does by hand, in separate processes as it were, what
// install does.
func TestBuildThenRegister(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	run := on(t, t.TempDir())
	files := goodPack()
	files["actions/run.yaml"] = "ref: demo.run\nlabel: Run\ndescription: Runs\nrunner_type: python\nentry_point: run.py\noutput_format: json\n"
	files["actions/run.py"] = "import json, sys\nprint(json.dumps({'prefix': sys.prefix}))\n"
	dir := writeTree(t, files)

	check := decode[wire.BuildReport](t, run("build", dir, "--check", "--json")).Built
	if len(check) != 1 || check[0].Environments.Python == nil || check[0].Environments.Python.RequirementsInstalled {
		t.Fatalf("before building: %+v", check)
	}
	if o := run("build", dir); o.status != exitOK || !strings.Contains(o.stdout, "demo  Python 3.") || !strings.Contains(o.stdout, ", ready  ") {
		t.Fatalf("got %+v", o)
	}
	env := decode[wire.BuildReport](t, run("build", dir, "--json")).Built[0].Environments.Python
	if !env.Reused {
		t.Errorf("not reused: %+v", env)
	}
	wantStatus(t, run("register", dir), exitOK)
	o := run("run", "demo.run", "--json")
	wantStatus(t, o, exitOK)
	got := decode[struct {
		ExitCode int `json:"exit_code"`
		Output   struct{ Prefix string }
	}](t, o)
	if want, err := filepath.EvalSymlinks(env.Path); err != nil || got.Output.Prefix != want {
		t.Errorf("the action ran in %q, want %q (%v)", got.Output.Prefix, want, err)
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	files := goodPack()
	files["actions/run.sh"] = "#!/bin/sh\necho out\necho err >&2\nexit 3\n"
	wantStatus(t, run("register", writeTree(t, files)), exitOK)
	o := run("run", "demo.run")
	if o.status != exitFailed || o.stdout != "out\n" || !strings.HasPrefix(o.stderr, "err\n") || !strings.Contains(o.stderr, "exit status 3") {
		t.Errorf("got %+v", o)
	}
	o = run("run", "demo.run", "--json")
	if got := decode[runReport](t, o); got.ExitCode != 3 || got.Output != "out\n" || got.Stderr != "err\n" || o.status != exitFailed {
		t.Errorf("got %+v, status %d", got, o.status)
	}
	for _, name := range []string{"demo.none", "none.run"} {
		if o := run("run", name); o.status != exitFailed || o.stdout != "" {
			t.Errorf("%s: got %+v", name, o)
		}
	}
}
