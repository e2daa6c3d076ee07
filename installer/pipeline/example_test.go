package pipeline_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing/fstest"

	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source/sourcetest"
)

// All four stages, composed. A program would pass real sources, records in a
// database, and its index in the world.
func ExampleNew() {
	root, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(root) }()
	whole, closeAll, err := newPipeline(context.Background(), root)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer closeAll()
	request := pipeline.Request{Specs: []string{"memory:app", "memory:needy", "memory:log"}}
	for range 2 {
		report, err := whole.Install(context.Background(), request)
		for _, o := range report.Outcomes {
			fmt.Println(o.Spec, o.Status)
		}
		fmt.Println(err)
	}
	// Output:
	// memory:app installed
	// memory:needy failed
	// memory:log installed
	// memory:needy: dependencies: pack none was not found: there is no index to look for pack none; needy 1.0.0 (requested as memory:needy) needs none@^1; to solve it, install or provide none, or name an index that has it
	// memory:app unchanged
	// memory:needy failed
	// memory:log unchanged
	// memory:needy: dependencies: pack none was not found: there is no index to look for pack none; needy 1.0.0 (requested as memory:needy) needs none@^1; to solve it, install or provide none, or name an index that has it
}

func newPipeline(ctx context.Context, root string) (_ *pipeline.Pipeline, closeAll func(), err error) {
	manifest := func(text string) fstest.MapFS {
		return fstest.MapFS{"pack.yaml": {Data: []byte("version: 1.0.0\n" + text)}}
	}
	downloader, err := installer.NewDownloader(installer.DownloadConfig{
		Source: sourcetest.NewMemory(map[string]fstest.MapFS{
			"app":   manifest("ref: app\ndependencies: [log@^1]\n"),
			"needy": manifest("ref: needy\ndependencies: [none@^1]\n"),
			"log":   manifest("ref: log\n"),
		}),
	})
	if err != nil {
		return nil, nil, err
	}
	builder, err := envbuild.New(envbuild.Config{Dir: filepath.Join(root, "envs"), SearchPath: []string{"/usr/bin"}})
	if err != nil {
		return nil, nil, err
	}
	store, err := registry.Open(ctx, registry.Config{Root: root, Records: registry.NewMemory(), Environments: builder})
	if err != nil {
		return nil, nil, err
	}
	world := installer.NewWorld(installer.WorldConfig{Installed: store, Installer: downloader, Staging: store})
	analyzer, err := deps.New(deps.Config{World: world})
	if err != nil {
		return nil, nil, err
	}
	whole, err := pipeline.New(pipeline.Config{
		Installer: downloader,
		Analyzer:  analyzer,
		Builder:   builder,
		Registrar: store,
		World:     world,
		Staging:   store,
	})
	return whole, func() { _ = store.Close() }, err
}
