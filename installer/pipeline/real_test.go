package pipeline_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/localsource"
)

// A realHouse has a real registry on disk, and directories beside the world.
type realHouse struct {
	*worldtest.World
	root     string
	store    *registry.Store
	config   pipeline.Config
	pipeline *pipeline.Pipeline
}

func newRealHouse(t testing.TB, lines ...string) *realHouse {
	t.Helper()
	return openRealHouse(t, t.TempDir(), registry.NewMemory(), lines...)
}

func openRealHouse(t testing.TB, root string, records registry.Records, lines ...string) *realHouse {
	t.Helper()
	w, universe := indexed(t, lines...)
	store, err := registry.Open(t.Context(), registry.Config{Root: root, Records: records, Provided: []pack.Provided{{Ref: "core"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	local, err := localsource.New(localsource.Options{AllowAll: true})
	if err != nil {
		t.Fatal(err)
	}
	sources, err := source.NewMux(remote{w}, local)
	if err != nil {
		t.Fatal(err)
	}
	h := &realHouse{World: w, root: root, store: store}
	world := newWorld(indexOf{universe, w}, store)
	h.config = pipeline.Config{
		Installer: newDownloader(t, sources), Analyzer: newAnalyzer(t, world), Builder: &builder{},
		Registrar: store, World: world, Staging: store, Provided: []pack.Provided{{Ref: "core"}},
	}
	h.pipeline = compose(t, h.config)
	return h
}

// remote is a world without the local scheme.
type remote struct{ *worldtest.World }

func (remote) Schemes() []string { return []string{"test", source.SchemeRegistry} }

// state returns what readers of the registry get, and checks that it is complete
// and that nothing else is left.
func (h *realHouse) state(t testing.TB) []string {
	t.Helper()
	packs, err := h.store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, p := range packs {
		ids = append(ids, pack.ID{Ref: p.Ref, Version: p.Active.Version}.String())
		tree, err := pack.TreeDigest(os.DirFS(p.StoragePath))
		if err != nil || tree != p.Active.TreeDigest {
			t.Errorf("pack %s: content is %s, recorded is %s (%v)", p.Ref, tree, p.Active.TreeDigest, err)
		}
	}
	for _, dir := range []string{"staging", "journal"} {
		if entries, err := os.ReadDir(filepath.Join(h.root, dir)); err != nil || len(entries) > 0 {
			t.Errorf("%s holds %v, %v", dir, entries, err)
		}
	}
	if pointers, err := os.ReadDir(filepath.Join(h.root, "current")); err != nil || len(pointers) != len(packs) {
		t.Errorf("%d packs have the pointers %v, %v", len(packs), pointers, err)
	}
	return ids
}

func TestInstallIntoARealRegistry(t *testing.T) {
	t.Parallel()
	h := newRealHouse(t, "app@1.0.0: web, core", "web@1.0.0: log", "log@1.0.0:", "tool@1.0.0:")
	_, mine := describe("mine@0.1.0: tool")
	dir := filepath.Join(t.TempDir(), "checkout")
	if err := os.CopyFS(dir, mine); err != nil {
		t.Fatal(err)
	}
	specs := []string{"app", dir, "tool"}
	first, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: specs})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"app installed", dir + " installed", "tool installed", "log@1.0.0 installed for [web]", "web@1.0.0 installed for [app]"}
	if diff := cmp.Diff(want, outcomes(first)); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s", diff)
	}
	if got, want := first.Outcomes[0].Path, filepath.Join(h.root, "current", "app"); got != want {
		t.Errorf("got path %q, want %q", got, want)
	}
	if diff := cmp.Diff([]string{"app@1.0.0", "log@1.0.0", "mine@0.1.0", "tool@1.0.0", "web@1.0.0"}, h.state(t)); diff != "" {
		t.Errorf("installed (-want +got)\n%s", diff)
	}

	fetched, start := len(h.Fetches()), time.Now()
	second, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: append(specs, "web", "log")})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("installing 5 unchanged packs took %v", time.Since(start))
	if got := second.Summary; got.Unchanged != 5 || got.Total != 5 {
		t.Errorf("got summary %+v", got)
	}
	if len(h.Fetches()) != fetched {
		t.Errorf("fetched again: %q", h.Fetches())
	}
	if diff := cmp.Diff(first.Outcomes[0].Generation, second.Outcomes[0].Generation); diff != "" {
		t.Errorf("generation (-first +second)\n%s", diff)
	}
}

func TestFailureInARealRegistryLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	h := newRealHouse(t, "app@1.0.0: web", "web@1.0.0:", "alone@1.0.0:")
	if _, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: []string{"web"}}); err != nil {
		t.Fatal(err)
	}
	// The new web fails its tests; the app needs it.
	w, _ := indexed(t, "web@2.0.0:", "app@2.0.0: web@^2")
	h.Content["newapp"] = w.Content["app@2.0.0"]
	h.Content["newweb"] = withTests(w.Content["web@2.0.0"], "#!/bin/sh\nexit 1\n")
	rep, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: []string{"test:newapp", "test:newweb", "alone"}})
	want := []string{
		"test:newapp failed at dependencies: dependency_missing", "test:newweb failed from 1.0.0 at tests: tests_failed", "alone installed",
	}
	if diff := cmp.Diff(want, outcomes(rep)); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s\n%v", diff, err)
	}
	if !errors.Is(err, pack.ErrTests) || !errors.Is(err, pack.ErrDependency) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff([]string{"alone@1.0.0", "web@1.0.0"}, h.state(t)); diff != "" {
		t.Errorf("installed (-want +got)\n%s", diff)
	}
	forced, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: []string{"test:newapp", "test:newweb"}, IgnoreTests: true})
	if diff := cmp.Diff([]string{"test:newapp installed", "test:newweb upgraded from 1.0.0"}, outcomes(forced)); diff != "" {
		t.Errorf("forced (-want +got)\n%s\n%v", diff, err)
	}
}

// withTests gives a pack a test script.
func withTests(fsys fstest.MapFS, script string) fstest.MapFS {
	f := fsys[pack.ManifestFile]
	f.Data = append(f.Data, "testing:\n  enabled: true\n  runners:\n    shell: {type: script, entry_point: tests/run.sh}\n"...)
	fsys["tests/run.sh"] = &fstest.MapFile{Data: []byte(script), Mode: 0o755}
	return fsys
}

// TestInstallingAgainRestoresFiles: it replaces files that were damaged in any way that
// the tree digest detects.
func TestInstallingAgainRestoresFiles(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(dir string) error{
		"a file more":   func(dir string) error { return os.WriteFile(filepath.Join(dir, "added"), nil, 0o600) },
		"a file less":   func(dir string) error { return os.Remove(filepath.Join(dir, "run")) },
		"other content": func(dir string) error { return os.WriteFile(filepath.Join(dir, "run"), []byte("#!/bin/sH\n"), 0o600) },
		"executable":    func(dir string) error { return os.Chmod(filepath.Join(dir, "run"), 0o644) },
		"a link":        func(dir string) error { return os.Symlink("run", filepath.Join(dir, "added")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newRealHouse(t, "web@1.0.0:")
			h.Content["web@1.0.0"]["run"] = &fstest.MapFile{Data: []byte("#!/bin/sh\n"), Mode: 0o755}
			promise(t, h.World)
			first, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: []string{"web"}})
			if err != nil {
				t.Fatal(err)
			}
			if err := damage(first.Outcomes[0].Path); err != nil {
				t.Fatal(err)
			}
			again, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: []string{"web"}})
			if err != nil || again.Summary.Unchanged != 0 {
				t.Errorf("got %q, %v", outcomes(again), err)
			}
			published, err := pack.TreeDigest(h.Content["web@1.0.0"])
			if err != nil {
				t.Fatal(err)
			}
			if got, err := pack.TreeDigest(os.DirFS(first.Outcomes[0].Path)); err != nil || got != published {
				t.Errorf("installed is %s, %v, published was %s", got, err, published)
			}
			h.state(t)
		})
	}
}
