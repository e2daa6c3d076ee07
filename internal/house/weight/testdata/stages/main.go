// A host with the four stages, the installer, and packs from directories and
// archives.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/localsource"
)

func main() {
	if err := install(context.Background(), os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func install(ctx context.Context, root string, specs []string) error {
	local, err := localsource.New(localsource.Options{AllowAll: true})
	if err != nil {
		return err
	}
	mux, err := source.NewMux(local, archivesource.New(nil, nil))
	if err != nil {
		return err
	}
	builder, err := envbuild.New(envbuild.Config{Dir: filepath.Join(root, "envs"), SearchPath: []string{"/usr/bin"}})
	if err != nil {
		return err
	}
	store, err := registry.Open(ctx, registry.Config{Root: root, Records: registry.NewMemory(), Environments: builder})
	if err != nil {
		return err
	}
	defer store.Close()
	downloader, err := installer.NewDownloader(installer.DownloadConfig{Source: mux})
	if err != nil {
		return err
	}
	world := installer.NewWorld(installer.WorldConfig{Installed: store, Installer: downloader, Staging: store})
	analyzer, err := deps.New(deps.Config{World: world})
	if err != nil {
		return err
	}
	whole, err := pipeline.New(pipeline.Config{
		Installer: downloader, Analyzer: analyzer, Builder: builder, Registrar: store, World: world, Staging: store,
	})
	if err != nil {
		return err
	}
	report, err := whole.Install(ctx, pipeline.Request{Specs: specs})
	fmt.Println(report)
	return err
}
