package registry_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestStagedContentIsADirectory stages links and files as content. They are refused, and
// the directories that the links lead to stay as they were.
func TestStagedContentIsADirectory(t *testing.T) {
	t.Parallel()
	elsewhere := write(t, simplePack("demo", "1.0.0"))
	tests := map[string]func(staging string) (dir string, err error){
		"link": func(staging string) (string, error) {
			dir := filepath.Join(staging, "demo")
			return dir, os.Symlink(elsewhere, dir)
		},
		"through a link": func(staging string) (string, error) {
			err := os.Symlink(filepath.Dir(elsewhere), filepath.Join(staging, "out"))
			return filepath.Join(staging, "out", filepath.Base(elsewhere)), err
		},
		"file": func(staging string) (string, error) {
			dir := filepath.Join(staging, "demo")
			return dir, os.WriteFile(dir, nil, 0o644)
		},
	}
	for name, put := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			s := r.open(t)
			staging, release, err := s.Stage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer release()
			c, before := stagedContent(t, elsewhere), snapshot(t, elsewhere)
			if c.Dir, err = put(staging); err != nil {
				t.Fatal(err)
			}
			report, err := s.Register(t.Context(), registry.Request{Contents: []*pack.Content{c}})
			wantFailure(t, report, err, pack.StageValidation, pack.CodeForbiddenEntry)
			if diff := cmp.Diff(before, snapshot(t, elsewhere)); diff != "" {
				t.Errorf("the directory elsewhere, -before +after:\n%s", diff)
			}
			if _, err := os.Lstat(filepath.Join(r.dir, "packs", "demo")); err == nil {
				t.Error("the pack was published")
			}
			if info, err := os.Lstat(filepath.Join(r.dir, "current", "demo")); err == nil && info.Mode()&fs.ModeSymlink != 0 {
				t.Error("readers get the pack")
			}
		})
	}
}

// TestSealedContent registers content whose files an earlier stage has read: it is not read
// again to know that it is what is active. What it is copied from counts all the same, and
// a pack whose files lie elsewhere is verified.
func TestSealedContent(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	first, second := write(t, simplePack("demo", "1.0.0")), write(t, simplePack("demo", "2.0.0"))
	register(t, s, "", first)
	sealed := func(dir, with string) *pack.Content {
		c := stagedContent(t, with)
		c.Dir, c.FS, c.Staged = dir, os.DirFS(with), false
		return c
	}
	current := filepath.Join(r.dir, "current", "demo")
	for name, c := range map[string]*pack.Content{"what is active": sealed(current, first), "a copy of it": sealed(first, first)} {
		report, err := s.Register(t.Context(), registry.Request{Contents: []*pack.Content{c}})
		if err != nil || !report.Registered[0].Unchanged {
			t.Errorf("%s: got %+v, %v", name, report, err)
		}
	}
	c := sealed(second, second)
	if err := os.WriteFile(filepath.Join(second, "more"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	report, err := s.Register(t.Context(), registry.Request{Contents: []*pack.Content{c}, Replace: registry.ReplaceAny})
	wantFailure(t, report, err, pack.StageStorage, pack.CodeContentChanged)

	active, err := filepath.EvalSymlinks(current)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(active, "pack.yaml"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(active, "pack.yaml"), []byte("damaged"), 0o644); err != nil {
		t.Fatal(err)
	}
	report, err = s.Register(t.Context(), registry.Request{Contents: []*pack.Content{sealed(first, first)}})
	if err != nil || report.Registered[0].Unchanged {
		t.Errorf("damaged: got %+v, %v", report, err)
	}
}
