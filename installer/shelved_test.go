package installer_test

import (
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/cache"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/source"
)

// TestShelvedManifests: what a pack.yaml says is read once, by all processes that share
// a shelf, and never for another pack.
func TestShelvedManifests(t *testing.T) {
	t.Parallel()
	shelf, err := cache.New(filepath.Join(t.TempDir(), "cache"), nil)
	if err != nil {
		t.Fatal(err)
	}
	content := worldtest.New()
	content.Add("app", worldtest.Files("app@1.0.0", "pack.yaml", "ref: app\nversion: 1.0.0\ndependencies: [\"log@^2\"]\n"))
	tree, err := pack.TreeDigest(content.Content["app"])
	if err != nil {
		t.Fatal(err)
	}
	version, err := pack.ParseVersion("1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	c := pack.Candidate{ID: pack.ID{Ref: "app", Version: version}, Pins: []pack.Pin{{Scheme: "test", Location: "app", TreeDigest: tree}}}
	for n := range 3 {
		got, err := process(t, content, shelf).Dependencies(t.Context(), c)
		if err != nil || !got.DependenciesKnown || len(got.Dependencies) != 1 || got.Dependencies[0].String() != "log@^2" {
			t.Errorf("process %d: got %+v, %v", n+1, got, err)
		}
	}
	if n := len(content.Fetches()); n != 1 {
		t.Errorf("fetched %d times, want once", n)
	}
	c.Ref = "other"
	if got, err := process(t, content, shelf).Dependencies(t.Context(), c); err == nil {
		t.Errorf("another pack of that content: got %+v", got)
	}
}

// process returns the world of one process.
func process(t *testing.T, content source.Source, shelf source.Shelf) *installer.World {
	t.Helper()
	return installer.NewWorld(installer.WorldConfig{Installer: newDownloader(t, content), Staging: staging{t}, Shelf: shelf})
}
