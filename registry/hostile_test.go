package registry_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A hostileCase registers a pack that must be refused. Whatever it is, nothing
// is left of it, and the version that was active is untouched.
type hostileCase struct {
	id    string
	spoil func(t *testing.T, dir string)
	skip  bool // the validation
	stage pack.Stage
	code  pack.Code
}

func addLink(name, target string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func addFiles(f files) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		writeTo(t, dir, f)
	}
}

func tests(body string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		manifest := simplePack("demo", "2.0.0").tested(scriptRunner)["pack.yaml"]
		writeTo(t, dir, files{"pack.yaml": manifest, "tests/run.sh": script(body)})
	}
}

func hostileCases() []hostileCase {
	return []hostileCase{
		{"A11/names that differ in case", addFiles(files{"Lib.txt": "a", "lib.txt": "b"}), true, pack.StageValidation, pack.CodeNameCollision},
		{"A14/absolute link", addLink("link", "/etc/passwd"), true, pack.StageValidation, pack.CodeForbiddenEntry},
		{"A14/link inside", addLink("link", "pack.yaml"), true, pack.StageValidation, pack.CodeForbiddenEntry},
		{"A14/link to a directory", addLink("lib2", "lib"), true, pack.StageValidation, pack.CodeForbiddenEntry},
		{"A07/control character in a name", addFiles(files{"a\x1b[31m.txt": "x"}), true, pack.StageValidation, pack.CodeUnsafePath},
		{"A09/device name", addFiles(files{"aux.txt": "x"}), true, pack.StageValidation, pack.CodeUnsafePath},
		{"E12/ref that leaves the root", addFiles(files{"pack.yaml": "ref: ../../x\nversion: 2.0.0\n"}), true, pack.StageLoad, pack.CodeInvalidRef},
		{"E10/version that is none", addFiles(files{"pack.yaml": "ref: demo\nversion: 1.10\n"}), true, pack.StageLoad, pack.CodeInvalidVersion},
		{"A24/no manifest", func(t *testing.T, dir string) {
			t.Helper()
			if err := os.Remove(filepath.Join(dir, "pack.yaml")); err != nil {
				t.Fatal(err)
			}
		}, true, pack.StageLoad, pack.CodeInvalidManifest},
		{"E21/test outside of the pack", addFiles(files{"pack.yaml": simplePack("demo", "2.0.0").tested("  runners: {u: {type: script, entry_point: ../../../bin/true}}\n")["pack.yaml"]}), true, pack.StageTests, pack.CodeTestsFailed},
		{"I08/sparse file", func(t *testing.T, dir string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(dir, "huge"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(filepath.Join(dir, "huge"), 1<<40); err != nil {
				t.Fatal(err)
			}
		}, true, pack.StageValidation, pack.CodeLimitExceeded},
		{"I08/deep", addFiles(files{strings.Repeat("d/", 70) + "f": "x"}), true, pack.StageValidation, pack.CodeLimitExceeded},
		{"L03/ended by a signal", tests("kill -KILL $$"), false, pack.StageTests, pack.CodeTestsFailed},
		{"L04/writes into its tree", tests(staged + "echo x > lib/new"), false, pack.StageTests, pack.CodeContentChanged},
		{"L04/changes its tree", tests(staged + "echo x >> actions/run.sh"), false, pack.StageTests, pack.CodeContentChanged},
		{"L04/makes a script executable", tests(staged + "chmod +x pack.yaml"), false, pack.StageTests, pack.CodeContentChanged},
		{"L04/deletes its tree", tests(staged + "rm -rf lib"), false, pack.StageTests, pack.CodeContentChanged},
		{"L04/hides files in .git", tests(staged + "mkdir .git && echo x > .git/x"), false, pack.StageTests, pack.CodeContentChanged},
		{"L04/leaves a link", tests(staged + "ln -s /etc/passwd lib/p"), false, pack.StageTests, pack.CodeContentChanged},
		{"L04/leaves a pipe", tests(staged + "mkfifo lib/p"), false, pack.StageTests, pack.CodeContentChanged},
		{"L04/writes beside its tree", tests(staged + "echo '{}' > ../metadata.json"), false, pack.StageTests, pack.CodeContentChanged},
		{"L04/plants an environment", tests(staged + "mkdir ../venv"), false, pack.StageTests, pack.CodeContentChanged},
		{"L08/zero tests", tests("echo 'Total Tests: 0'"), false, pack.StageTests, pack.CodeTestsFailed},
		{"L08/all skipped", tests("printf 'Total Tests: 2\\nPassed: 0\\nSkipped: 2\\n'"), false, pack.StageTests, pack.CodeTestsFailed},
		{"L08/missing runner", addFiles(files{"pack.yaml": simplePack("demo", "2.0.0").tested("  runners: {u: {type: jest, entry_point: pack.yaml}}\n")["pack.yaml"]}), false, pack.StageTests, pack.CodeTestsFailed},
	}
}

// staged changes from the copy in which tests run to the staged content.
const staged = "for d in ../../*/pack; do [ $d -ef . ] || other=$d; done; cd $other; "

// TestHostile has the rows of packs, requests and disks. Those of processes and crashes
// are in historytest and internal/generations, those of databases and hosts in sqlregistry.
func TestHostile(t *testing.T) {
	t.Parallel()
	for _, c := range hostileCases() {
		t.Run(c.id, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			s := r.open(t)
			register(t, s, "", write(t, simplePack("demo", "1.0.0")))
			if err := s.Reap(t.Context()); err != nil {
				t.Fatal(err)
			}
			before := snapshot(t, r.dir)
			dir := write(t, simplePack("demo", "2.0.0"))
			c.spoil(t, dir)
			report, err := s.Register(t.Context(), registry.Request{Paths: []string{dir}, Replace: registry.ReplaceAny, SkipValidation: c.skip})
			wantFailure(t, report, err, c.stage, c.code)
			if strings.ContainsAny(err.Error(), "\x1b\x00") {
				t.Errorf("control characters in %q", err)
			}
			if err := s.Reap(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before, snapshot(t, r.dir)); diff != "" {
				t.Errorf("the root changed (-before +after)\n%s", diff)
			}
		})
	}
	t.Run("L01/endless", hostileEndlessTests)
	hostileTests(t)
	t.Run("E30/component that others name", goneComponents)
	t.Run("L02/output without end", hostileOutput)
	t.Run("L05/environment of the host", hostileEnvironment)
	t.Run("N09/secret values of configurations", hostileSecrets)
	t.Run("N19/test that is named as an option", optionAsTest)
	t.Run("M04/two processes, two versions", twoVersions)
	t.Run("M04/one installs, one removes", installAndRemove)
	t.Run("M04/lock that is held", heldLock)
	t.Run("M12/roots", hostileRoots)
	t.Run("M12/pointer", hostilePointers)
	t.Run("M12/directory of a pack", hostilePackDirectory)
	t.Run("M13/generation", damagedGenerations)
	t.Run("M13/records", unreadableRecords)
	t.Run("M20/clocks", hostileClocks)
	t.Run("M21/kept for rollback", keptForRollBack)
	t.Run("M21/crash inside collection", crashInCollection)
	t.Run("M22/environment is gone", goneEnvironment)
	t.Run("M22/interpreter is gone", goneInterpreter)
	t.Run("M23/records are older", olderRecords)
	t.Run("N16/records are missing", missingRecords)
	t.Run("N16/records of another root", foreignRecords)
	hostileDamage(t)
	hostileRequests(t)
	hostileDisks(t)
}

func hostileOutput(t *testing.T) {
	t.Parallel()
	body := "yes '\x1b[2Jx' | head -c 3000000; printf 'Total Tests: 1\\nPassed: 1\\n'; exit 7"
	report, _, err := registerTested(t, newRoot(t).config(), scriptRunner, files{"tests/run.sh": script(body)}, nil)
	wantFailure(t, report, err, pack.StageTests, pack.CodeTestsFailed)
	if len(err.Error()) > 8192 || strings.Contains(err.Error(), "\x1b") || !strings.Contains(err.Error(), "exit status 7") {
		t.Errorf("error of %d bytes: %.300q", len(err.Error()), err)
	}
}

func hostileEnvironment(t *testing.T) {
	t.Parallel()
	report, _, err := registerTested(t, newRoot(t).config(), scriptRunner, files{"tests/run.sh": script("env | cut -d= -f1; exit 1")}, nil)
	wantFailure(t, report, err, pack.StageTests, pack.CodeTestsFailed)
	allowed := []string{"HOME", "LANG", "PACKTRAIN_RUN", "PATH", "PWD", "PYTHONDONTWRITEBYTECODE", "PYTHONNOUSERSITE", "SHLVL", "TMPDIR", "_", "OLDPWD"}
	_, printed, _ := strings.Cut(err.Error(), "\n")
	for _, name := range strings.Fields(printed) {
		if !slices.Contains(allowed, name) {
			t.Errorf("tests see the variable %s", name)
		}
	}
}

func hostileRoots(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	mkdir := func(name string, mode os.FileMode) string {
		dir := filepath.Join(base, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	link := filepath.Join(base, "link")
	if err := os.Symlink(mkdir("real", 0o755), link); err != nil {
		t.Fatal(err)
	}
	planted := mkdir("planted", 0o755)
	addLink("packs", base)(t, planted)
	occupied := mkdir("occupied", 0o755)
	writeTo(t, occupied, files{"journal": "a file"})
	for name, dir := range map[string]string{
		"link": link, "for everybody": mkdir("open", 0o777), "planted link": planted, "file in the way": occupied,
	} {
		if _, err := registry.Open(t.Context(), registry.Config{Root: dir, Records: registry.NewMemory()}); !errors.Is(err, pack.ErrStore) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func hostilePointers(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/etc", "../packs/other/000001-abc/pack", "../packs/demo/../../x/pack", "../packs/demo/x/pack"} {
		r := newRoot(t)
		s := r.open(t)
		addLink("demo", target)(t, filepath.Join(r.dir, "current"))
		report, err := s.Register(t.Context(), registry.Request{Paths: []string{write(t, simplePack("demo", "1.0.0"))}})
		wantFailure(t, report, err, pack.StageRegistration, pack.CodeStoreCorrupt)
	}
}

func hostilePackDirectory(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	elsewhere := t.TempDir()
	addLink("demo", elsewhere)(t, filepath.Join(r.dir, "packs"))
	report, err := s.Register(t.Context(), registry.Request{Paths: []string{write(t, simplePack("demo", "1.0.0"))}})
	wantFailure(t, report, err, pack.StageRegistration, pack.CodeStoreCorrupt)
	if entries := mustReadDir(t, elsewhere); len(entries) > 0 {
		t.Errorf("written through the link: %v", entries)
	}
}

// damagedGenerations damages what a pack would be rolled back to.
func damagedGenerations(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(dir string) error{
		"flipped bit": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "pack", "lib", "deep", "data.txt"), []byte("1.0.1\n"), 0o644)
		},
		"lost content":   func(dir string) error { return os.RemoveAll(filepath.Join(dir, "pack")) },
		"lost metadata":  func(dir string) error { return os.Remove(filepath.Join(dir, "metadata.json")) },
		"empty metadata": func(dir string) error { return os.Truncate(filepath.Join(dir, "metadata.json"), 0) },
		"metadata null": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "metadata.json"), []byte("null"), 0o644)
		},
		"another's metadata": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "metadata.json"), []byte(`{"pack_ref":"other"}`), 0o644)
		},
	} {
		r := newRoot(t)
		s := r.open(t)
		first := register(t, s, "", write(t, simplePack("demo", "1.0.0")))[0]
		register(t, s, registry.ReplaceUpgrade, write(t, simplePack("demo", "2.0.0")))
		if err := damage(filepath.Join(r.dir, "packs", "demo", first.Generation)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.RollBack(t.Context(), "demo", nil); pack.CodeOf(err) != pack.CodeStoreCorrupt {
			t.Errorf("%s: got %v", name, err)
		}
		if got := state(t, r); got != "2.0.0" {
			t.Errorf("%s: active: %s", name, got)
		}
	}
}

func goneEnvironment(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	c := r.config()
	venv := filepath.Join(t.TempDir(), "venv")
	if err := os.Mkdir(venv, 0o755); err != nil {
		t.Fatal(err)
	}
	c.Environments = attached{{Runtime: pack.RuntimePython, Key: "k", Path: venv}}
	s := r.openWith(t, c)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	register(t, s, registry.ReplaceUpgrade, write(t, simplePack("demo", "2.0.0")))
	if err := os.Remove(venv); err != nil {
		t.Fatal(err)
	}
	_, err := s.RollBack(t.Context(), "demo", nil)
	if !errors.Is(err, pack.ErrStore) || !strings.Contains(err.Error(), "build it") {
		t.Errorf("got %v", err)
	}
}

// goneInterpreter leaves the environment's directory, whose interpreter is a link
// to one that was uninstalled.
func goneInterpreter(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	c := r.config()
	venv := t.TempDir()
	python := filepath.Join(venv, "python")
	if err := os.WriteFile(python, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	c.Environments = attached{{Runtime: pack.RuntimePython, Key: "k", Path: venv, Interpreter: python}}
	s := r.openWith(t, c)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	register(t, s, registry.ReplaceUpgrade, write(t, simplePack("demo", "2.0.0")))
	if err := os.Remove(python); err != nil {
		t.Fatal(err)
	}
	_, err := s.RollBack(t.Context(), "demo", nil)
	if !errors.Is(err, pack.ErrStore) || !strings.Contains(err.Error(), "build it") {
		t.Errorf("got %v", err)
	}
}

// olderRecords restores the records, but not the files, from a copy. Nothing is
// guessed: rolling back says so, and registering puts it right.
func olderRecords(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	v2 := write(t, simplePack("demo", "2.0.0"))
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	copied := *r
	copied.records = registry.NewMemory()
	copyRecords(t, r.records, copied.records)
	register(t, s, registry.ReplaceUpgrade, v2)

	restored := copied.open(t)
	register(t, restored, registry.ReplaceUpgrade, v2)
	if got := state(t, &copied); got != "2.0.0" {
		t.Errorf("active: %s", got)
	}
	empty := root{dir: r.dir, records: registry.NewMemory()}
	c := empty.config()
	_, err := registry.Open(t.Context(), c)
	wantRootError(t, err, true)
	c.Adopt = true
	again := register(t, empty.openWith(t, c), "", v2)[0]
	if !again.Unchanged || state(t, &empty) != "2.0.0" {
		t.Errorf("with empty records: got %+v", again)
	}
}

func copyRecords(t *testing.T, from, to registry.Records) {
	t.Helper()
	rec, err := from.Pack(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	id, err := from.Root(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := to.Bind(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := to.Apply(t.Context(), registry.Operation{ID: "copy", Activate: []registry.Activation{
		{Ref: "demo", Generation: rec.Active, Manifest: rec.Manifest},
	}}); err != nil {
		t.Fatal(err)
	}
}

// TestPipesDoNotBlock: a pipe in the input is refused at once.
func TestPipesDoNotBlock(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	for _, name := range []string{"pack.yaml", "lib/pipe"} {
		dir := write(t, simplePack("demo", "1.0.0"))
		pipe := filepath.Join(dir, filepath.FromSlash(name))
		_ = os.Remove(pipe)
		makePipe(t, pipe)
		report, err := s.Register(t.Context(), registry.Request{Paths: []string{dir}})
		if err == nil || len(report.Failed) != 1 {
			t.Errorf("%s: got %v", name, err)
		}
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	makePipe(t, pipe)
	if _, err := s.Register(t.Context(), registry.Request{Paths: []string{pipe}}); err == nil {
		t.Error("a pipe for a pack: no error")
	}
}

func makePipe(t *testing.T, path string) {
	t.Helper()
	if out, err := runProgram(t, "mkfifo", path); err != nil {
		t.Fatal(fmt.Sprint(err, out))
	}
}

func optionAsTest(t *testing.T) {
	t.Parallel()
	report, _, err := registerTested(t, newRoot(t).config(), "  runners: {unit: {type: script, entry_point: \"-c\"}}\n", files{"-c": "#!/bin/sh\nexit 0\n"}, nil)
	if err != nil || report.Registered[0].Tests.Passed != 1 {
		t.Errorf("got %+v, %v", report, err)
	}
}
