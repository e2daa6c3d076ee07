package interp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/interp"
	"github.com/packtrain/pack/internal/os/childproc"
)

// counter counts what it starts.
type counter struct {
	pack.Runner
	n atomic.Int32
}

func (c *counter) Run(ctx context.Context, cmd pack.Command) (pack.Result, error) {
	c.n.Add(1)
	return c.Runner.Run(ctx, cmd)
}

func newFinder(t *testing.T, search ...string) (*interp.Finder, *counter) {
	t.Helper()
	c := &counter{Runner: childproc.New(nil)}
	return &interp.Finder{Runner: c, Search: search, Cache: filepath.Join(t.TempDir(), "cache")}, c
}

// program writes a program that prints an answer like those of interpreters.
func program(t *testing.T, path, version string) {
	t.Helper()
	script(t, path, fmt.Sprintf(`echo '{"path": "%s", "version": "%s", "printed": "P %s", "build": "b"}'`, path, version, version))
}

func script(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

func versions(programs []interp.Program) []string {
	got := []string{}
	for _, p := range programs {
		got = append(got, p.Version)
	}
	return got
}

func mustFind(t *testing.T, find func(context.Context) ([]interp.Program, error), want ...string) []interp.Program {
	t.Helper()
	got, err := find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append([]string{}, want...), versions(got)); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	return got
}

func TestFindsEachProgramOnce(t *testing.T) {
	t.Parallel()
	a, b := t.TempDir(), t.TempDir()
	program(t, filepath.Join(a, "python3.11"), "3.11.2")
	program(t, filepath.Join(a, "python3-config"), "9.9.9")
	program(t, filepath.Join(a, "python2.7"), "2.7.18")
	program(t, filepath.Join(b, "python3"), "3.12.1")
	program(t, filepath.Join(b, "node"), "20.1.0")
	for link, target := range map[string]string{
		filepath.Join(a, "python3"):    "python3.11",
		filepath.Join(a, "python"):     filepath.Join(a, "python3"),
		filepath.Join(b, "python3.13"): "nowhere",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	f, started := newFinder(t, a, filepath.Join(b, "none"), b, a)
	got := mustFind(t, f.Pythons, "3.11.2", "3.12.1")
	if want := filepath.Join(a, "python3.11"); got[0].Path != want {
		t.Errorf("path = %q, want %q", got[0].Path, want)
	}
	if n := started.n.Load(); n != 2 {
		t.Errorf("%d processes were started, want 2", n)
	}
	mustFind(t, f.Nodes, "20.1.0")
}

func TestSearchNamesSinglePrograms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program(t, filepath.Join(dir, "python3"), "3.11.2")
	program(t, filepath.Join(dir, "python3.12"), "3.12.0")
	f, _ := newFinder(t, filepath.Join(dir, "python3.12"))
	mustFind(t, f.Pythons, "3.12.0")
	mustFind(t, f.Nodes)
}

func TestAnswersAreRemembered(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "python3")
	program(t, path, "3.11.2")
	f, started := newFinder(t, dir)
	want := mustFind(t, f.Pythons, "3.11.2")
	if diff := cmp.Diff(want, mustFind(t, f.Pythons, "3.11.2")); diff != "" {
		t.Errorf("the second time (-want +got):\n%s", diff)
	}
	if n := started.n.Load(); n != 1 {
		t.Errorf("%d processes were started, want 1", n)
	}
	program(t, path, "3.11.10") // another size
	mustFind(t, f.Pythons, "3.11.10")
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	mustFind(t, f.Pythons, "3.11.10")
	if n := started.n.Load(); n != 3 {
		t.Errorf("%d processes were started, want 3", n)
	}
}

// TestAnswersOfOthersAreNotRemembered: an unknown shim may start another version at any
// time.
func TestAnswersOfOthersAreNotRemembered(t *testing.T) {
	t.Parallel()
	shims, real := t.TempDir(), t.TempDir()
	program(t, filepath.Join(real, "python3.11"), "3.11.7")
	program(t, filepath.Join(real, "python3.12"), "3.12.1")
	active := filepath.Join(shims, "active")
	script(t, filepath.Join(shims, "python3"), "read -r program <"+active+"; exec \"$program\"")
	// A manager that goes by the name it is started with.
	script(t, filepath.Join(shims, "manager"), `[ "${0##*/}" = node ] || exit 1; exec `+filepath.Join(real, "node"))
	program(t, filepath.Join(real, "node"), "20.1.0")
	if err := os.Symlink("manager", filepath.Join(shims, "node")); err != nil {
		t.Fatal(err)
	}
	f, _ := newFinder(t, shims)
	for _, tt := range []struct{ name, version string }{{"python3.11", "3.11.7"}, {"python3.12", "3.12.1"}} {
		want := filepath.Join(real, tt.name)
		if err := os.WriteFile(active, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := mustFind(t, f.Pythons, tt.version); len(got) == 1 && got[0].Path != want {
			t.Errorf("path = %q, want %q", got[0].Path, want)
		}
		mustFind(t, f.Nodes, "20.1.0")
	}
}

// TestSilenceIsRememberedForAMinute: what a program lacks may be installed.
func TestSilenceIsRememberedForAMinute(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script(t, filepath.Join(dir, "python3"), "exit 127")
	f, started := newFinder(t, dir)
	var mu sync.Mutex
	var silent []string
	f.OnSilence = func(path, why string) {
		mu.Lock()
		defer mu.Unlock()
		silent = append(silent, filepath.Base(path)+": "+strings.TrimSpace(why))
	}
	mustFind(t, f.Pythons)
	mustFind(t, f.Pythons)
	if n := started.n.Load(); n != 1 {
		t.Errorf("%d processes were started, want 1", n)
	}
	grow(t, f.Cache, 30*time.Second)
	mustFind(t, f.Pythons)
	if n := started.n.Load(); n != 1 {
		t.Errorf("after 30 s, %d processes were started, want 1", n)
	}
	grow(t, f.Cache, 31*time.Second)
	mustFind(t, f.Pythons)
	if n := started.n.Load(); n != 2 {
		t.Errorf("after 61 s, %d processes were started, want 2", n)
	}
	want := "python3: exit status 127:"
	if diff := cmp.Diff([]string{want, want, want, want}, silent); diff != "" {
		t.Errorf("silent (-want +got):\n%s", diff)
	}
}

// grow makes all answers older.
func grow(t *testing.T, cache string, age time.Duration) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(cache, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("answers %q, %v", files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var answer map[string]any
		numbers := json.NewDecoder(bytes.NewReader(data))
		numbers.UseNumber()
		if err := numbers.Decode(&answer); err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(answer["time"]))
		if err != nil {
			t.Fatal(err)
		}
		answer["time"] = at.Add(-age)
		if data, err = json.Marshal(answer); err == nil {
			err = os.WriteFile(file, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadOnlyRemembersNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program(t, filepath.Join(dir, "python3"), "3.11.2")
	f, _ := newFinder(t, dir)
	f.ReadOnly = true
	mustFind(t, f.Pythons, "3.11.2")
	if _, err := os.Stat(f.Cache); err == nil {
		t.Error("something was written")
	}
}

func TestProgramsThatDoNotAnswerArePassedOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i, text := range []string{"exit 3", "echo no json", `echo '{}'`, `echo '{"path": "relative", "version": "3.1.1"}'`} {
		script(t, filepath.Join(dir, fmt.Sprintf("python3.%d", i)), text)
	}
	script(t, filepath.Join(dir, "uv"), "echo something else")
	f, _ := newFinder(t, dir)
	mustFind(t, f.Pythons)
	mustFind(t, f.UV)
}

func TestUV(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script(t, filepath.Join(dir, "uv"), "echo 'uv 0.13.9 (abc 2026-01-01)'")
	f, _ := newFinder(t, dir)
	mustFind(t, f.UV, "0.13.9")
}

func TestFindEndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f, _ := newFinder(t, "/usr/bin")
	if _, err := f.Pythons(ctx); pack.CodeOf(err) != pack.CodeCancelled {
		t.Errorf("err = %v", err)
	}
}

func TestRealPrograms(t *testing.T) {
	t.Parallel()
	search := filepath.SplitList(os.Getenv("PATH"))
	f, _ := newFinder(t, search...)
	t.Run("python", func(t *testing.T) {
		t.Parallel()
		checkReal(t, "python3", "-V", f.Pythons)
	})
	t.Run("node", func(t *testing.T) {
		t.Parallel()
		p := checkReal(t, "node", "-v", f.Nodes)
		npm, err := f.NPM(p)
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(p.Path, npm.Script, "--version").Output()
		if err != nil || strings.TrimSpace(string(out)) != npm.Version {
			t.Errorf("npm --version = %q, %v; want %q", out, err, npm.Version)
		}
	})
}

func checkReal(t *testing.T, name, flag string, find func(context.Context) ([]interp.Program, error)) interp.Program {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	out, err := exec.Command(path, flag).Output()
	if err != nil {
		t.Fatal(err)
	}
	programs, err := find(t.Context())
	if err != nil || len(programs) == 0 {
		t.Fatalf("found %v, %v", programs, err)
	}
	want := strings.TrimSpace(string(out))
	for _, p := range programs {
		if p.Printed == want {
			return p
		}
	}
	t.Fatalf("none of %+v prints %q", programs, want)
	return interp.Program{}
}

func TestNPM(t *testing.T) {
	t.Parallel()
	write := func(path, text string) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	prefix, other := t.TempDir(), t.TempDir()
	node := interp.Program{Path: filepath.Join(prefix, "bin", "node")}
	f := &interp.Finder{Search: []string{filepath.Join(other, "bin")}}
	if _, err := f.NPM(node); pack.CodeOf(err) != pack.CodeNotFound {
		t.Errorf("without npm: %v", err)
	}
	write(filepath.Join(other, "lib/npm/package.json"), `{"name": "npm", "version": "9.2.0"}`)
	write(filepath.Join(other, "lib/npm/bin/npm-cli.js"), "")
	write(filepath.Join(other, "bin/unrelated"), "")
	if err := os.Symlink("../lib/npm/bin/npm-cli.js", filepath.Join(other, "bin/npm")); err != nil {
		t.Fatal(err)
	}
	if npm, err := f.NPM(node); err != nil || npm.Version != "9.2.0" {
		t.Errorf("in the search path: %+v, %v", npm, err)
	}
	write(filepath.Join(prefix, "lib/node_modules/npm/package.json"), `{"name": "npm", "version": "11.0.0"}`)
	write(filepath.Join(prefix, "lib/node_modules/npm/bin/npm-cli.js"), "")
	if npm, err := f.NPM(node); err != nil || npm.Version != "11.0.0" {
		t.Errorf("beside node: %+v, %v", npm, err)
	}
}
