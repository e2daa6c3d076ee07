package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/os/childproc"
	"github.com/packtrain/pack/registry"
)

// A runtimeCase is a script, and what validation, analysis, building, testing
// and, in examples/actionrun, running have to make of it.
type runtimeCase struct {
	Name, Runner, Entry, Script string
	Shape                       pack.Shape
	// Runtime is the one whose environment is built; "" for none.
	Runtime pack.RuntimeName
	// Finding is the code that validation finds.
	Finding string
	// Argv starts the script; it cannot start when the reason Refused is given.
	Argv    []string
	Refused string
}

func runtimeCases(t *testing.T) []runtimeCase {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "runtimes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []runtimeCase
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) < 20 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	return cases
}

// write lays out a pack whose only script is that of the case: of an action or
// of a test.
func (c *runtimeCase) write(t *testing.T, i int, kind string) string {
	t.Helper()
	name := fmt.Sprintf("%s%d", kind, i)
	manifest := fmt.Sprintf("ref: %s\nversion: 1.0.0\nlabel: L\ndescription: D\n", name)
	files := map[string]string{kind + "/" + c.Entry: c.Script}
	switch kind {
	case "actions":
		text := fmt.Sprintf("ref: %s.a\nname: a\nlabel: A\nentry_point: %s\n", name, c.Entry)
		if c.Runner != "" {
			text += "runner_type: " + c.Runner + "\n"
		}
		files["actions/a.yaml"] = text
	case "tests":
		manifest += fmt.Sprintf("testing: {discovery: {method: manifest, tests: [{name: t, command: tests/%s, runner: %q}]}}\n", c.Entry, c.Runner)
	}
	files[pack.ManifestFile] = manifest
	dir := filepath.Join(t.TempDir(), name)
	for file, content := range files {
		file = filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestStagesAgreeOnRuntimes asks all stages about the same scripts. That running
// agrees too is checked in examples/actionrun.
func TestStagesAgreeOnRuntimes(t *testing.T) {
	t.Parallel()
	programs := []string{program(t, "python3", "-c", "import sys; print(sys.executable)"), program(t, "node", "-p", "process.execPath")}
	cases := runtimeCases(t)
	for _, kind := range []string{"actions", "tests"} {
		for _, shape := range []pack.Shape{pack.ShapeNative, pack.ShapeStackStorm} {
			var some []runtimeCase
			var paths []string
			for i, c := range cases {
				if c.Shape == shape || c.Shape == "" && shape == pack.ShapeNative {
					some, paths = append(some, c), append(paths, c.write(t, i, kind))
				}
			}
			t.Run(kind+" of shape "+string(shape), func(t *testing.T) {
				t.Parallel()
				load := &pack.LoadOptions{Shape: shape}
				for i := range some {
					some[i].checkFindings(t, paths[i], kind, load)
				}
				checkAnalysis(t, some, paths, load)
				checkBuild(t, some, paths, envbuild.Config{Load: load, SearchPath: programs})
				if kind == "tests" {
					for i := range some {
						some[i].checkTests(t, paths[i], load)
					}
				}
			})
		}
	}
}

// program returns the path of an interpreter, as it prints it itself: a shim of a
// version manager would take long. CI has all of them.
func program(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	switch {
	case err == nil:
		return strings.TrimSpace(string(out))
	case os.Getenv("CI") != "":
		t.Fatal(err)
	}
	t.Skip(err)
	return ""
}

func (c *runtimeCase) checkFindings(t *testing.T, dir, kind string, load *pack.LoadOptions) {
	t.Helper()
	fsys := os.DirFS(dir)
	p, err := pack.Load(fsys, load)
	if err != nil {
		t.Fatal(err)
	}
	want := c.Finding
	if kind == "tests" && !strings.HasPrefix(want, "script.") { // their runners are of no shape
		want = ""
		if c.Refused != "" {
			want = "manifest.unknown_test_runner"
		}
	}
	var got []string
	for _, f := range slices.Concat(p.Findings, pack.Validate(fsys, p, nil)) {
		got = append(got, string(f.Code))
		if !strings.Contains(f.Message, c.Refused) {
			t.Errorf("%s: got %q, want %q in it", c.Name, f.Message, c.Refused)
		}
	}
	if strings.Join(got, " ") != want {
		t.Errorf("%s: validation finds %q, want %q", c.Name, got, want)
	}
}

func checkAnalysis(t *testing.T, cases []runtimeCase, paths []string, load *pack.LoadOptions) {
	t.Helper()
	a, err := deps.New(deps.Config{Load: load})
	if err != nil {
		t.Fatal(err)
	}
	rep, err := a.Analyze(t.Context(), deps.Request{Paths: paths})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		var names []pack.RuntimeName
		for _, n := range rep.Runtimes[rep.Analyzed[i].Ref] {
			names = append(names, n.Runtime)
		}
		c.checkRuntimes(t, "analysis", names)
	}
}

func checkBuild(t *testing.T, cases []runtimeCase, paths []string, config envbuild.Config) {
	t.Helper()
	config.Dir, config.Runner = t.TempDir(), childproc.New(nil)
	b, err := envbuild.New(config)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := b.Build(t.Context(), envbuild.Request{Paths: paths, Check: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		var names []pack.RuntimeName
		for _, e := range rep.Built[i].Environments {
			names = append(names, e.Runtime)
		}
		c.checkRuntimes(t, "build", names)
	}
}

func (c *runtimeCase) checkRuntimes(t *testing.T, who string, got []pack.RuntimeName) {
	t.Helper()
	var want []pack.RuntimeName
	if c.Runtime != "" {
		want = append(want, c.Runtime)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: %s says %q, want %q", c.Name, who, got, want)
	}
}

// bothEnvironments belong to every content.
type bothEnvironments struct{ dir string }

func (b bothEnvironments) Environments(context.Context, pack.Digest) ([]pack.Environment, error) {
	return []pack.Environment{
		{Runtime: pack.RuntimePython, Key: "p", Path: b.dir, Interpreter: "/envs/python"},
		{Runtime: pack.RuntimeNode, Key: "n", Path: b.dir, Interpreter: "/envs/node"},
	}, nil
}

// A commandLog notes commands, of which every one succeeds.
type commandLog struct{ started []pack.Command }

func (l *commandLog) Run(_ context.Context, c pack.Command) (pack.Result, error) {
	l.started = append(l.started, c)
	return pack.Result{}, nil
}

func (c *runtimeCase) checkTests(t *testing.T, dir string, load *pack.LoadOptions) {
	t.Helper()
	log := &commandLog{}
	store, err := registry.Open(t.Context(), registry.Config{
		Root: t.TempDir(), Records: registry.NewMemory(), Load: load, Environments: bothEnvironments{t.TempDir()}, Runner: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	_, err = store.Register(t.Context(), registry.Request{Paths: []string{dir}})
	if c.Refused != "" {
		if err == nil || !strings.Contains(err.Error(), c.Refused) || len(log.started) > 0 {
			t.Errorf("%s: tests got %v, started %v", c.Name, err, log.started)
		}
		return
	}
	if err != nil || len(log.started) != 1 {
		t.Errorf("%s: tests got %v, started %v", c.Name, err, log.started)
		return
	}
	got := append([]string{log.started[0].Path}, log.started[0].Args...)
	if rel, err := filepath.Rel(log.started[0].Dir, got[0]); err == nil && filepath.IsLocal(rel) {
		got[0] = rel
	}
	if diff := cmp.Diff(c.argv("/envs/python", "/envs/node", filepath.Join("tests", c.Entry)), got); diff != "" {
		t.Errorf("%s: tests start (-want +got)\n%s", c.Name, diff)
	}
}

func (c *runtimeCase) argv(python, node, script string) []string {
	var argv []string
	for _, word := range c.Argv {
		argv = append(argv, strings.NewReplacer("{python}", python, "{node}", node, "{script}", script).Replace(word))
	}
	return argv
}
