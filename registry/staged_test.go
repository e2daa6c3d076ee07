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
