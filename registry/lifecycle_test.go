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
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func TestRollBack(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	v1 := write(t, simplePack("demo", "1.0.0"))
	register(t, s, "", v1)
	if _, err := s.RollBack(t.Context(), "demo", nil); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("past the first: got %v", err)
	}
	v2, v3 := write(t, simplePack("demo", "2.0.0")), write(t, simplePack("demo", "3.0.0"))
	register(t, s, registry.ReplaceUpgrade, v2)
	third := register(t, s, registry.ReplaceUpgrade, v3)[0]
	for _, want := range []string{"2.0.0", "1.0.0"} {
		rec, err := s.RollBack(t.Context(), "demo", nil)
		if err != nil {
			t.Fatal(err)
		}
		if rec.Active.Version.String() != want || rec.ID != third.ID || state(t, r) != want {
			t.Errorf("got %+v, want version %s", rec.Active, want)
		}
	}
	// What failed before comes as a new generation, and its previous one is
	// the one that was active, not the newest.
	register(t, s, registry.ReplaceUpgrade, v3)
	rec, err := s.RollBack(t.Context(), "demo", nil)
	if err != nil || rec.Active.Version.String() != "1.0.0" {
		t.Errorf("got %+v, %v", rec.Active, err)
	}
	if again := register(t, s, "", v1)[0]; !again.Unchanged {
		t.Error("what was rolled back to is not the active content")
	}
	if _, err := s.RollBack(t.Context(), "ghost", nil); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("not installed: got %v", err)
	}
	if _, err := s.RollBack(t.Context(), "../x", nil); !errors.Is(err, pack.ErrInvalid) {
		t.Errorf("not a ref: got %v", err)
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	lib, app := write(t, simplePack("lib", "1.0.0")), write(t, simplePack("app", "1.0.0").needing("lib"))
	register(t, s, "", lib, app)
	err := s.Remove(t.Context(), "lib", nil)
	if !errors.Is(err, pack.ErrDependency) || !strings.Contains(err.Error(), "app") {
		t.Errorf("needed by another: got %v", err)
	}
	if err := s.Remove(t.Context(), "lib", &registry.RemoveOptions{AllowBreak: []pack.Ref{registry.AnyDependent}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), "app", nil); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []pack.Ref{"lib", "app"} {
		if err := s.Remove(t.Context(), ref, nil); !errors.Is(err, pack.ErrNotFound) {
			t.Errorf("removed already: got %v", err)
		}
	}
	if err := s.Reap(t.Context()); err != nil {
		t.Fatal(err)
	}
	format, err := os.ReadFile(filepath.Join(r.dir, "format"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{".": "dir", "format": string(format), "current": "dir", "journal": "dir", "packs": "dir", "packs/app.last": "1", "packs/lib.last": "1", "staging": "dir", "trash": "dir"}
	if diff := cmp.Diff(want, snapshot(t, r.dir)); diff != "" {
		t.Errorf("left over (-want +got)\n%s", diff)
	}
	again := register(t, s, "", lib)[0]
	if again.ID <= 2 {
		t.Errorf("installed again with ID %d, which another pack had", again.ID)
	}
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	register(t, s, "", write(t, simplePack("b", "1.0.0")), write(t, simplePack("a", "2.0.0")))
	list, err := s.List(t.Context())
	if err != nil || len(list) != 2 || list[0].Ref != "a" || list[1].StoragePath != filepath.Join(r.dir, "current", "b") {
		t.Errorf("got %+v, %v", list, err)
	}
	if v, err := s.InstalledVersion(t.Context(), "a"); err != nil || v.String() != "2.0.0" {
		t.Errorf("got %v, %v", v, err)
	}
	if _, err := s.InstalledVersion(t.Context(), "c"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Show(t.Context(), "c"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Config(t.Context(), "c"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestEnvironmentsArePinnedAndLinked(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	python, modules := t.TempDir(), t.TempDir()
	writeTo(t, modules, files{"tinylib/index.js": "module.exports = 1\n"})
	c := r.config()
	envs := attached{{Runtime: pack.RuntimePython, Key: "p1", Path: python}, {Runtime: pack.RuntimeNode, Key: "n1", Path: modules}}
	path := write(t, simplePack("demo", "1.0.0"))

	bare := register(t, r.open(t), "", path)[0]
	c.Environments = envs
	s := r.openWith(t, c)
	built := register(t, s, "", path)[0]
	if built.Unchanged || built.Generation == bare.Generation || built.ID != bare.ID {
		t.Errorf("environments that were attached since: got %+v after %+v", built, bare)
	}
	if again := register(t, s, "", path)[0]; !again.Unchanged {
		t.Error("the same environments: not unchanged")
	}
	if again := register(t, r.open(t), "", path)[0]; !again.Unchanged {
		t.Error("environments that are attached no more: not unchanged")
	}
	content, err := filepath.EvalSymlinks(built.StoragePath)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"venv": python, "node_modules": modules} {
		if got, err := os.Readlink(filepath.Join(content, "..", name)); err != nil || got != want {
			t.Errorf("%s links to %q, %v, want %q", name, got, err, want)
		}
	}
	details, err := s.Show(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]pack.Environment{envs[1], envs[0]}, details.Active.Environments); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	envs[0].Instance = "built again"
	if again := register(t, s, "", path)[0]; again.Unchanged || again.Generation == built.Generation {
		t.Errorf("another build of an environment: got %+v after %+v", again, built)
	}
}

// TestEnvironmentsOfAWorkingCopy: its digest is that of the pack without what
// development leaves beside it, which is reported.
func TestEnvironmentsOfAWorkingCopy(t *testing.T) {
	t.Parallel()
	demo := simplePack("demo", "1.0.0")
	clean, err := pack.TreeDigest(os.DirFS(write(t, demo)))
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, demo.with(files{".git/HEAD": "x", "lib/x.pyc": "x"}))
	if err := os.Symlink("/usr", filepath.Join(path, ".venv")); err != nil {
		t.Fatal(err)
	}
	c := newRoot(t).config()
	c.Environments = byDigest{clean: {{Runtime: pack.RuntimePython, Key: "p1"}}}
	s := (&root{}).openWith(t, c)
	rep, err := s.Register(t.Context(), registry.Request{Paths: []string{path}})
	if err != nil || len(rep.Warnings) == 0 || !strings.Contains(rep.Warnings[0].Message, "(3): .git, .venv, lib/x.pyc;") {
		t.Fatalf("got %+v, %v", rep, err)
	}
	details, err := s.Show(t.Context(), "demo")
	if err != nil || len(details.Active.Environments) != 1 {
		t.Errorf("got %+v, %v", details.Active.Environments, err)
	}
}

type byDigest map[pack.Digest][]pack.Environment

func (b byDigest) Environments(_ context.Context, tree pack.Digest) ([]pack.Environment, error) {
	return b[tree], nil
}

// TestRegisteringRepairsFiles: what is damaged is not what is active.
func TestRegisteringRepairsFiles(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	path := write(t, simplePack("demo", "1.0.0"))
	first := register(t, s, "", path)[0]
	file := filepath.Join(first.StoragePath, "lib", "deep", "data.txt")
	if err := os.WriteFile(file, []byte("damaged"), 0o644); err != nil {
		t.Fatal(err)
	}
	if again := register(t, s, registry.ReplaceNever, path)[0]; again.Unchanged || state(t, r) != "1.0.0" {
		t.Errorf("damaged: got %+v", again)
	}
	if err := os.Remove(first.StoragePath); err != nil {
		t.Fatal(err)
	}
	if again := register(t, s, "", path)[0]; again.Unchanged || state(t, r) != "1.0.0" {
		t.Errorf("without pointer: got %+v", again)
	}
}

// TestReadersNeverSeeAMix reads through the pointer while packs are upgraded:
// what is read after resolving it once belongs together, and matches records.
func TestReadersNeverSeeAMix(t *testing.T) {
	t.Parallel()
	const versions = 15
	r := newRoot(t)
	s := r.open(t)
	var paths []string
	for v := range versions {
		text := fmt.Sprintf("1.%d.0", v)
		paths = append(paths, write(t, simplePack("demo", text).with(files{"a.txt": text, "b.txt": text})))
	}
	register(t, s, "", paths[0])
	stop := make(chan struct{})
	var readers sync.WaitGroup
	reads := make([]int, 3)
	for i := range reads {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := readOnce(filepath.Join(r.dir, "current", "demo")); err != nil {
					t.Error(err)
					return
				}
				reads[i]++
			}
		})
	}
	for _, path := range paths[1:] {
		register(t, s, registry.ReplaceUpgrade, path)
	}
	close(stop)
	readers.Wait()
	for i, n := range reads {
		if n == 0 {
			t.Errorf("reader %d read nothing", i)
		}
	}
}

func readOnce(current string) error {
	dir, err := filepath.EvalSymlinks(current)
	if err != nil {
		return err
	}
	a, err := os.ReadFile(filepath.Join(dir, "a.txt"))
	if err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(dir, "b.txt"))
	if err == nil && string(a) != string(b) {
		return fmt.Errorf("read %q and %q", a, b)
	}
	return err
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	dir, records := t.TempDir(), registry.NewMemory()
	for name, c := range map[string]registry.Config{
		"relative root":    {Root: "root", Records: records},
		"no records":       {Root: dir},
		"negative":         {Root: dir, Records: records, Parallel: -1},
		"negative timeout": {Root: dir, Records: records, LockTimeout: -time.Second},
		"provided twice":   {Root: dir, Records: records, Provided: []pack.Provided{{Ref: "a"}, {Ref: "a"}}},
	} {
		if _, err := registry.Open(t.Context(), c); !errors.Is(err, pack.ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	_, listErr := s.List(t.Context())
	_, showErr := s.Show(t.Context(), "a")
	_, versionErr := s.InstalledVersion(t.Context(), "a")
	_, configErr := s.Config(t.Context(), "a")
	_, backErr := s.RollBack(t.Context(), "a", nil)
	for _, err := range []error{
		listErr, showErr, versionErr, configErr, backErr,
		second(s.SetConfig(t.Context(), "a", nil, nil)), s.Remove(t.Context(), "a", nil), s.Reap(t.Context()),
	} {
		if !errors.Is(err, pack.ErrInvalid) {
			t.Errorf("got %v", err)
		}
	}
}

// TestRemoveThatFailsNeedsNoWorkingDirectory: what was removed comes back
// wherever the process happens to be.
func TestRemoveThatFailsNeedsNoWorkingDirectory(t *testing.T) {
	r := newRoot(t)
	register(t, r.open(t), "", write(t, simplePack("demo", "1.0.0")))
	mortality := &reaper{err: errors.New("connection lost"), once: true}
	s := openMortal(t, r, mortality)
	mortality.dieAt = mortality.step + 1 + slices.Index(stepsOfRemove(t), "apply")
	elsewhere := t.TempDir()
	t.Chdir(elsewhere)
	if err := os.Remove(elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), "demo", nil); err == nil || err.Error() != "remove pack demo: connection lost" {
		t.Errorf("got error %v", err)
	}
	if got := state(t, r); got != "1.0.0" {
		t.Errorf("got %s", got)
	}
}

func stepsOfRemove(t *testing.T) []string {
	t.Helper()
	r := newRoot(t)
	register(t, r.open(t), "", write(t, simplePack("demo", "1.0.0")))
	counting := &reaper{}
	s := openMortal(t, r, counting)
	before := len(counting.steps)
	if err := s.Remove(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	return counting.steps[before:]
}
