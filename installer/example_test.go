package installer_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing/fstest"

	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source/sourcetest"
)

// A program passes a source.Mux of its sources; here packs come from memory.
func ExampleNewDownloader() {
	dest, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dest) }()
	packs := sourcetest.NewMemory(map[string]fstest.MapFS{
		"demo": {"pack.yaml": {Data: []byte("ref: demo\nversion: 1.0.0\n")}},
	})
	downloader, err := installer.NewDownloader(installer.DownloadConfig{Source: packs})
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := downloader.Download(context.Background(), installer.DownloadRequest{
		Specs: []string{"memory:demo", "memory:other"},
		Dest:  dest,
	})
	for _, p := range report.Downloaded {
		fmt.Println(p.Spec, "is", p.Ref, p.Version, "in", filepath.Base(p.Path))
	}
	fmt.Println(err)
	// Output:
	// memory:demo is demo 1.0.0 in demo
	// memory:other: download: resolve "memory:other": there is no such pack in memory
}

// All four stages, composed. A program would pass real sources, records in a
// database, and its index as the Finder of the analyzer.
func ExampleNewPipeline() {
	root, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(root) }()
	pipeline, closeAll, err := newPipeline(context.Background(), root)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer closeAll()
	request := installer.Request{Specs: []string{"memory:app", "memory:needy", "memory:log"}}
	for range 2 {
		report, err := pipeline.Install(context.Background(), request)
		for _, o := range report.Outcomes {
			fmt.Println(o.Spec, o.Status)
		}
		fmt.Println(err)
	}
	// Output:
	// memory:app installed
	// memory:needy failed
	// memory:log installed
	// memory:needy: dependencies: it needs none@^1, which is not installed; install it, or name an index that has it
	// memory:app unchanged
	// memory:needy failed
	// memory:log unchanged
	// memory:needy: dependencies: it needs none@^1, which is not installed; install it, or name an index that has it
}

func newPipeline(ctx context.Context, root string) (_ *installer.Pipeline, closeAll func(), err error) {
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
	analyzer, err := deps.New(deps.Config{Installed: store})
	if err != nil {
		return nil, nil, err
	}
	pipeline, err := installer.NewPipeline(installer.PipelineConfig{
		Installer: downloader,
		Analyzer:  analyzer,
		Builder:   builder,
		Registrar: store,
		Installed: store,
		Staging:   store,
	})
	return pipeline, func() { _ = store.Close() }, err
}
