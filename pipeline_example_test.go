package pack_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/localsource"
	"github.com/packtrain/pack/source/web"
)

// The whole road, from a spec to an active pack. Every stage can be used alone,
// and be replaced by one of the host's own.
func Example() {
	dir, err := os.MkdirTemp("", "packtrain-*")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	install(context.Background(), filepath.Join(dir, "root"), must(filepath.Abs("testdata/packs/hello")))
	// Output: hello 1.0.0 installed
}

// must is for examples; a host handles its errors.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func install(ctx context.Context, root string, specs ...string) {
	local := must(localsource.New(localsource.Options{AllowAll: true}))
	client := must(web.New(pack.Network{}, nil))
	sources := must(source.NewMux(local, archivesource.New(client, nil), must(gitsource.New(client, nil))))
	downloader := must(installer.NewDownloader(installer.DownloadConfig{Source: sources}))
	builder := must(envbuild.New(envbuild.Config{Dir: root + "/envs", SearchPath: []string{"/usr/bin"}}))
	store := must(registry.Open(ctx, registry.Config{Root: root, Records: registry.NewMemory(), Environments: builder}))
	defer store.Close()
	analyzer := must(deps.New(deps.Config{Installed: store}))
	whole := must(pipeline.New(pipeline.Config{
		Installer: downloader, Analyzer: analyzer, Builder: builder, Registrar: store, Installed: store, Staging: store,
	}))
	for _, o := range must(whole.Install(ctx, pipeline.Request{Specs: specs})).Outcomes {
		fmt.Println(o.Ref, o.Version, o.Status)
	}
}
