package registry_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// differences returns the differences as "ref kind".
func differences(t *testing.T, v registry.Verifier, refs ...pack.Ref) []string {
	t.Helper()
	report, err := v.Verify(t.Context(), refs...)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, d := range report.Differences {
		if d.Message == "" || d.Generation == "" {
			t.Errorf("got %+v", d)
		}
		got = append(got, d.Ref.String()+" "+string(d.Kind))
	}
	return got
}

// TestVerifyFindsDifferences damages one of two packs: the other one is as recorded,
// and registering the damaged one again heals it.
func TestVerifyFindsDifferences(t *testing.T) {
	t.Parallel()
	active := func(dir string) string {
		path, _ := filepath.EvalSymlinks(filepath.Join(dir, "current", "bad"))
		return path
	}
	tests := []struct {
		name   string
		damage func(dir string) error
		want   string
	}{
		{"a byte", func(dir string) error {
			return os.WriteFile(filepath.Join(active(dir), "lib", "deep", "data.txt"), []byte("1.0.1\n"), 0o644)
		}, "content"},
		{"a mode", func(dir string) error { return os.Chmod(filepath.Join(active(dir), "actions", "run.sh"), 0o644) }, "content"},
		{"a file more", func(dir string) error { return os.WriteFile(filepath.Join(active(dir), "more"), nil, 0o644) }, "content"},
		{"a missing file", func(dir string) error { return os.Remove(filepath.Join(active(dir), "actions", "run.sh")) }, "content"},
		{"no content", func(dir string) error { return os.RemoveAll(active(dir)) }, "content"},
		{"no pointer", func(dir string) error { return os.Remove(filepath.Join(dir, "current", "bad")) }, "pointer"},
		{"no metadata", func(dir string) error { return os.Remove(filepath.Join(active(dir), "..", "metadata.json")) }, "record"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			s := r.open(t)
			bad := write(t, simplePack("bad", "1.0.0"))
			register(t, s, "", bad, write(t, simplePack("good", "1.0.0")))
			if diff := cmp.Diff([]string{}, differences(t, s)); diff != "" {
				t.Errorf("before, -want +got:\n%s", diff)
			}
			if err := tt.damage(r.dir); err != nil {
				t.Fatal(err)
			}
			before := snapshot(t, r.dir)
			for _, refs := range [][]pack.Ref{nil, {"bad", "good", "bad"}} {
				if diff := cmp.Diff([]string{"bad " + tt.want}, differences(t, s, refs...)); diff != "" {
					t.Errorf("%q, -want +got:\n%s", refs, diff)
				}
			}
			if diff := cmp.Diff([]string{}, differences(t, s, "good")); diff != "" {
				t.Errorf("the other, -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(before, snapshot(t, r.dir)); diff != "" {
				t.Errorf("verifying changed the root, -before +after:\n%s", diff)
			}
			if again := register(t, s, registry.ReplaceNever, bad)[0]; again.Unchanged {
				t.Error("registering again is unchanged")
			}
			if diff := cmp.Diff([]string{}, differences(t, s)); diff != "" {
				t.Errorf("healed, -want +got:\n%s", diff)
			}
			if again := register(t, s, registry.ReplaceNever, bad)[0]; !again.Unchanged {
				t.Error("registering the healed pack again changes it")
			}
		})
	}
}

// TestVerifyFindsEnvironments removes what a generation needs beside its content.
func TestVerifyFindsEnvironments(t *testing.T) {
	t.Parallel()
	for _, remove := range []string{"link", "interpreter", "environment"} {
		t.Run(remove, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			path, venv := write(t, simplePack("demo", "1.0.0")), t.TempDir()
			writeTo(t, venv, files{"env/bin/python": "#!/bin/sh\n"})
			tree, err := pack.TreeDigest(os.DirFS(path))
			if err != nil {
				t.Fatal(err)
			}
			env := pack.Environment{Runtime: pack.RuntimePython, Key: "k", Path: filepath.Join(venv, "env"), Interpreter: filepath.Join(venv, "env", "bin", "python")}
			c := r.config()
			c.Environments = byDigest{tree: {env}}
			s := r.openWith(t, c)
			generation := register(t, s, "", path)[0].Generation
			if got := differences(t, s); len(got) != 0 {
				t.Errorf("before: got %q", got)
			}
			gone := map[string]string{
				"link": filepath.Join(r.dir, "packs", "demo", generation, "venv"), "interpreter": env.Interpreter, "environment": env.Path,
			}[remove]
			if err := os.RemoveAll(gone); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"demo environment"}, differences(t, s)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if remove != "link" {
				return
			}
			if register(t, s, "", path); len(differences(t, s)) != 0 {
				t.Error("registering again did not heal the link")
			}
		})
	}
}

// TestHealingKeepsEnvironments damages a pack after its environments were detached: the
// generation that heals it has them, with their links.
func TestHealingKeepsEnvironments(t *testing.T) {
	t.Parallel()
	for _, damaged := range []string{"pack/lib/deep/data.txt", "venv"} {
		t.Run(damaged, func(t *testing.T) {
			t.Parallel()
			r, path, venv := newRoot(t), write(t, simplePack("demo", "1.0.0")), t.TempDir()
			tree, err := pack.TreeDigest(os.DirFS(path))
			if err != nil {
				t.Fatal(err)
			}
			attached := byDigest{tree: {{Runtime: pack.RuntimePython, Key: "k", Instance: "i", Path: venv}}}
			c := r.config()
			c.Environments = attached
			s := r.openWith(t, c)
			first := register(t, s, "", path)[0]
			pinned := activeOf(t, r, "demo").Environments
			delete(attached, tree)
			if got := register(t, s, "", path)[0]; !got.Unchanged {
				t.Errorf("detached: got %+v, want it unchanged", got)
			}
			if err := os.RemoveAll(filepath.Join(r.dir, "packs", "demo", first.Generation, damaged)); err != nil {
				t.Fatal(err)
			}
			healed := register(t, s, "", path)[0]
			if healed.Unchanged {
				t.Error("healing is unchanged")
			}
			if diff := cmp.Diff(pinned, activeOf(t, r, "demo").Environments); diff != "" {
				t.Errorf("environments, -want +got:\n%s", diff)
			}
			if target, err := os.Readlink(filepath.Join(r.dir, "packs", "demo", healed.Generation, "venv")); err != nil || target != venv {
				t.Errorf("link to %q, %v", target, err)
			}
		})
	}
}

func activeOf(t *testing.T, r *root, ref pack.Ref) registry.Generation {
	t.Helper()
	rec, err := r.records.Pack(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return rec.Active
}

// TestVerifyFindsRecords: a damaged record does not stop the others, and a pack that is
// not installed is an error.
func TestVerifyFindsRecords(t *testing.T) {
	t.Parallel()
	memory := registry.NewMemory()
	r := newRoot(t)
	r.records = memory
	s := r.open(t)
	register(t, s, "", write(t, simplePack("bad", "1.0.0")), write(t, simplePack("good", "1.0.0")))
	memory.Damage(t, "bad")
	if err := os.Rename(filepath.Join(r.dir, "current", "bad"), filepath.Join(t.TempDir(), "bad")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../packs/lost/000001-0123456789ab/pack", filepath.Join(r.dir, "current", "lost")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"bad record", "lost record"}, differences(t, s)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := s.Verify(t.Context(), "good", "ghost"); !errors.Is(err, pack.ErrNotFound) || !strings.Contains(err.Error(), "ghost") {
		t.Errorf("not installed: got %v", err)
	}
	if _, err := s.Verify(t.Context(), "../x"); pack.CodeOf(err) != pack.CodeInvalidRef {
		t.Errorf("no ref: got %v", err)
	}
}

// TestVerifyWhilePacksChange verifies a pack that is replaced and removed all the time.
func TestVerifyWhilePacksChange(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	paths := []string{write(t, simplePack("demo", "1.0.0")), write(t, simplePack("demo", "1.1.0"))}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 40 {
			if _, err := s.Register(t.Context(), registry.Request{Paths: paths[i%2 : i%2+1], Replace: registry.ReplaceAny}); err != nil {
				t.Error(err)
			}
			if i%8 == 7 {
				if err := s.Remove(t.Context(), "demo", nil); err != nil {
					t.Error(err)
				}
			}
		}
	}()
	for n := 0; ; n++ {
		select {
		case <-done:
			t.Logf("verified %d times", n)
			return
		default:
			if got := differences(t, s); len(got) != 0 {
				t.Fatalf("got %q", got)
			}
		}
	}
}

// TestVerifyFindsUnmetDependencies removes a pack that another one needs, which no repair
// brings back.
func TestVerifyFindsUnmetDependencies(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	lib := write(t, simplePack("lib", "1.0.0"))
	register(t, s, "", lib, write(t, simplePack("app", "1.0.0").needing("lib")))
	if diff := cmp.Diff([]string{}, differences(t, s)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if err := s.Remove(t.Context(), "lib", &registry.RemoveOptions{AllowBreak: []pack.Ref{"app"}}); err != nil {
		t.Fatal(err)
	}
	for _, refs := range [][]pack.Ref{nil, {"app"}} {
		if diff := cmp.Diff([]string{"app dependency"}, differences(t, s, refs...)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	if report, err := s.Repair(t.Context()); err != nil || len(report.Repaired)+len(report.Left) > 0 {
		t.Errorf("repair: got %+v, %v", report, err)
	}
	register(t, s, "", lib)
	if diff := cmp.Diff([]string{}, differences(t, s)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
