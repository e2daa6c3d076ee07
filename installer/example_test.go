package installer_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing/fstest"

	"github.com/packtrain/pack/installer"
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
		fmt.Println(p.Spec, "is", p.Content.ID.Ref, p.Content.ID.Version, "in", filepath.Base(p.Content.Dir))
	}
	fmt.Println(err)
	// Output:
	// memory:demo is demo 1.0.0 in demo
	// memory:other: download: resolve "memory:other": there is no such pack in memory
}
