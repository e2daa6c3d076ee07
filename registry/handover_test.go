package registry_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func TestInstalledPacksTellWhatAnInstallerNeeds(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	path := write(t, simplePack("demo", "1.0.0").needing("core"))
	pin := pack.Pin{Scheme: "git", Location: "https://git.example.com/demo", Commit: "c0ffee"}
	if _, err := s.Register(t.Context(), registry.Request{SkipValidation: true, Contents: []*pack.Content{{Dir: path, Pin: pin}}}); err != nil {
		t.Fatal(err)
	}
	sum, err := pack.DirectoryChecksum(os.DirFS(path))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := pack.TreeDigest(os.DirFS(path))
	if err != nil {
		t.Fatal(err)
	}
	version, err := pack.ParseVersion("1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	want := []pack.InstalledPack{{
		ID: pack.ID{Ref: "demo", Version: version}, Pin: pin, DirectoryChecksum: sum, TreeDigest: tree,
		Dependencies: []pack.Dependency{{Ref: "core"}}, Path: filepath.Join(r.dir, "current", "demo"),
	}}
	got, err := s.InstalledPacks(t.Context())
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("(-want +got)\n%s%v", diff, err)
	}
}

// TestStageSurvivesAnotherOpen checks that a stage in use is not removed as the
// leftover of a dead operation.
func TestStageSurvivesAnotherOpen(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	dir, release, err := s.Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	r.open(t)
	if _, err := os.Stat(file); err != nil {
		t.Errorf("while it is lent: %v", err)
	}
	release()
	if entries, err := os.ReadDir(filepath.Join(r.dir, "staging")); err != nil || len(entries) > 0 {
		t.Errorf("after the release: %v, %v", entries, err)
	}
}

func TestStageIsReleasedOnce(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	dir, release, err := s.Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release()
	release()
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestStageOfADeadProcessIsSwept simulates the dead process by its leftovers: a
// lock file without a lock.
func TestStageOfADeadProcessIsSwept(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	r.open(t)
	dead := filepath.Join(r.dir, "staging", "0123456789abcdef01234567")
	if err := os.MkdirAll(filepath.Join(dead, "web"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dead+".lock", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	r.open(t)
	if entries, err := os.ReadDir(filepath.Join(r.dir, "staging")); err != nil || len(entries) > 0 {
		t.Errorf("got %v, %v", entries, err)
	}
}
