package hosttest_test

import (
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/envbuildtest"
	"github.com/packtrain/pack/examples/hosttest"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

// openHost opens a real host without external programs and servers: packs come from
// memory, a Runner imitates Python and its tools, and the records last for the test.
func openHost(t *testing.T, packs map[string]fstest.MapFS) *host.Host {
	t.Helper()
	tools, err := envbuildtest.NewTools(t.TempDir())
	check(t, err)
	h, err := host.Open(t.Context(), host.Config{
		Root: t.TempDir(), Records: registry.NewMemory(), Runner: tools, SearchPath: tools.SearchPath(),
		Sources: []source.Plugin{sourcetest.NewMemory(packs)},
	})
	check(t, err)
	t.Cleanup(func() { check(t, h.Close()) })
	return h
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
	h := openHost(t, packs)
	keeper := hosttest.Keeper{Pipeline: h, Wanted: []string{"memory:chat"}, Alert: func(m string) { t.Error(m) }}
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
	details, err := h.Store.Show(t.Context(), "chat")
	check(t, err)
	if details.Active.Version.String() != "1.1.0" || len(details.Generations) != 2 || details.Active.Environments[0].Runtime != pack.RuntimePython {
		t.Errorf("got %+v", details.Active)
	}
}
