package registry_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// files are the files of a pack, by name; those that begin with "#!" are
// executable.
type files map[string]string

// with returns f with other files, too; an empty one is left out.
func (f files) with(more files) files {
	all := maps.Clone(f)
	maps.Copy(all, more)
	maps.DeleteFunc(all, func(_, content string) bool { return content == "" })
	return all
}

// simplePack has one action.
func simplePack(ref, version string) files {
	return files{
		"pack.yaml":         fmt.Sprintf("ref: %s\nversion: %s\nlabel: Test\ndescription: A test.\n", ref, version),
		"actions/run.yaml":  fmt.Sprintf("ref: %s.run\nlabel: Run\ndescription: Runs.\nrunner_type: shell\nentry_point: run.sh\n", ref),
		"actions/run.sh":    "#!/bin/sh\necho " + ref + " " + version + "\n",
		"lib/deep/data.txt": version + "\n",
	}
}

// tested declares tests in the manifest.
func (f files) tested(section string) files {
	return f.with(files{"pack.yaml": f["pack.yaml"] + "testing:\n" + section})
}

func (f files) needing(dependencies ...string) files {
	return f.with(files{"pack.yaml": f["pack.yaml"] + "dependencies: [\"" + strings.Join(dependencies, "\", \"") + "\"]\n"})
}

// write writes a pack into a directory of its own.
func write(t testing.TB, f files) string {
	t.Helper()
	dir := t.TempDir()
	writeTo(t, dir, f)
	return dir
}

func writeTo(t testing.TB, dir string, f files) {
	t.Helper()
	for name, content := range f {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := fs.FileMode(0o644)
		if strings.HasPrefix(content, "#!") {
			mode = 0o755
		}
		if err := os.WriteFile(file, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
}

// A root is a root directory with its records.
type root struct {
	dir     string
	records registry.Records
}

func newRoot(t testing.TB) *root {
	t.Helper()
	return &root{dir: filepath.Join(t.TempDir(), "root"), records: registry.NewMemory()}
}

func (r *root) config() registry.Config {
	return registry.Config{Root: r.dir, Records: r.records, LockTimeout: 10 * time.Second}
}

func (r *root) open(t testing.TB) *registry.Store {
	t.Helper()
	return r.openWith(t, r.config())
}

func (r *root) openWith(t testing.TB, c registry.Config) *registry.Store {
	t.Helper()
	s, err := registry.OpenFaulty(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// register registers paths and stops the test when one fails.
func register(t testing.TB, s registry.Registrar, replace registry.Replace, paths ...string) []registry.RegisteredPack {
	t.Helper()
	report, err := s.Register(t.Context(), registry.Request{Paths: paths, Replace: replace})
	if err != nil {
		t.Fatal(err)
	}
	return report.Registered
}

// wantFailure checks that the only path of the request fails as it should.
func wantFailure(t testing.TB, report *registry.Report, err error, stage pack.Stage, code pack.Code) {
	t.Helper()
	if _, ok := errors.AsType[*pack.BatchError](err); !ok {
		t.Fatalf("got error %v, want a batch error", err)
	}
	if len(report.Failed) != 1 || len(report.Registered) != 0 {
		t.Fatalf("got report %+v, want one failed pack", report)
	}
	if got := report.Failed[0]; got.Stage != stage || pack.CodeOf(got.Err) != code {
		t.Errorf("failed at stage %q with code %q (%v), want %q, %q", got.Stage, pack.CodeOf(got.Err), got.Err, stage, code)
	}
}

// snapshot returns all files below dir with their contents, links with their
// targets. Locks do not count.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, name)
		switch {
		case err != nil:
			return err
		case rel == "locks":
			return fs.SkipDir
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(name)
			found[rel] = "-> " + target
			return err
		case d.IsDir():
			found[rel] = "dir"
			return nil
		}
		content, err := os.ReadFile(name)
		found[rel] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func runProgram(t testing.TB, name string, args ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	return string(out), err
}

// second returns the error of a call.
func second[T any](_ T, err error) error { return err }
