package hosttest_test

import (
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/envbuild/envbuildtest"
	"github.com/packtrain/pack/examples/hosttest"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source/sourcetest"
)

// openPipeline composes real stages without the world: packs come from memory, a
// Runner imitates Python and its tools, and the records are gone with the test.
func openPipeline(t *testing.T, packs map[string]fstest.MapFS) (*pipeline.Pipeline, *registry.Store) {
	t.Helper()
	root := t.TempDir()
	tools, err := envbuildtest.NewTools(t.TempDir())
	check(t, err)
	builder, err := envbuild.New(envbuild.Config{Dir: filepath.Join(root, "envs"), SearchPath: tools.SearchPath(), Runner: tools})
	check(t, err)
	store, err := registry.Open(t.Context(), registry.Config{
		Root: root, Records: registry.NewMemory(), Environments: builder, Runner: tools,
	})
	check(t, err)
	t.Cleanup(func() { check(t, store.Close()) })
	downloader, err := installer.NewDownloader(installer.DownloadConfig{Source: sourcetest.NewMemory(packs)})
	check(t, err)
	analyzer, err := deps.New(deps.Config{Installed: store})
	check(t, err)
	whole, err := pipeline.New(pipeline.Config{
		Installer: downloader, Analyzer: analyzer, Builder: builder, Registrar: store, Installed: store, Staging: store,
	})
	check(t, err)
	return whole, store
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func chat(version string) fstest.MapFS {
	return fstest.MapFS{
		"pack.yaml":         {Data: []byte("ref: chat\nversion: " + version + "\nlabel: Chat\ndescription: Talks\n")},
		"requirements.txt":  {Data: []byte("requests>=2\n")},
		"actions/post.yaml": {Data: []byte("ref: chat.post\nlabel: Post\ndescription: Posts\nrunner_type: python\nentry_point: post.py\n")},
		"actions/post.py":   {Data: []byte("print('posted')\n")},
	}
}

// TestUpgrade tests the host together with the real stages.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	packs := map[string]fstest.MapFS{"chat": chat("1.0.0")}
	pipeline, store := openPipeline(t, packs)
	keeper := hosttest.Keeper{Pipeline: pipeline, Wanted: []string{"memory:chat"}, Alert: func(m string) { t.Error(m) }}
	for _, step := range []struct {
		version string
		changed int
	}{{"1.0.0", 1}, {"1.0.0", 0}, {"1.1.0", 1}} {
		packs["chat"] = chat(step.version)
		changed, err := keeper.Sync(t.Context())
		check(t, err)
		if changed != step.changed {
			t.Errorf("version %s: %d packs changed, want %d", step.version, changed, step.changed)
		}
	}
	details, err := store.Show(t.Context(), "chat")
	check(t, err)
	if details.Active.Version.String() != "1.1.0" || len(details.Generations) != 2 || details.Active.Environments[0].Runtime != pack.RuntimePython {
		t.Errorf("got %+v", details.Active)
	}
}
