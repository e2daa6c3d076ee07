// A host that only downloads packs from directories.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/localsource"
)

func main() {
	if err := download(context.Background(), os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func download(ctx context.Context, dest string, specs []string) error {
	local, err := localsource.New(localsource.Options{AllowAll: true})
	if err != nil {
		return err
	}
	mux, err := source.NewMux(local)
	if err != nil {
		return err
	}
	downloader, err := installer.NewDownloader(installer.DownloadConfig{Source: mux})
	if err != nil {
		return err
	}
	report, err := downloader.Download(ctx, installer.DownloadRequest{Specs: specs, Dest: dest})
	if report != nil {
		fmt.Println(len(report.Downloaded), "of", len(specs))
	}
	return err
}
