// Customsource is a host with its own source: packs that are compiled into
// the program. Try: go run ./customsource builtin:greeter
package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/source"
)

//go:embed packs
var packs embed.FS

type builtin struct{ fs.FS }

func (builtin) Schemes() []string { return []string{"builtin"} }

func (b builtin) Resolve(_ context.Context, loc source.Locator) ([]pack.Pin, error) {
	if _, err := b.open(loc.Location); err != nil {
		return nil, err
	}
	return []pack.Pin{{Scheme: loc.Scheme, Location: loc.Location, Subdir: loc.Subdir}}, nil
}

func (b builtin) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	dir, err := b.open(pin.Location)
	if err != nil {
		return err
	}
	return source.PutFS(ctx, dst, dir)
}

func (b builtin) open(name string) (fs.FS, error) {
	if _, err := fs.Stat(b, "packs/"+name+"/pack.yaml"); err != nil {
		return nil, pack.Errorf(pack.CodeNotFound, "no pack %q is built in", name)
	}
	return fs.Sub(b, "packs/"+name)
}

func main() {
	in, err := installer.NewDownloader(installer.DownloadConfig{Source: builtin{packs}})
	if err == nil {
		progress := func(_ context.Context, e pack.Event) { fmt.Println(e.Stage, e.Kind, e.Spec, e.Pack) }
		_, err = in.Download(context.Background(), installer.DownloadRequest{Specs: os.Args[1:], Dest: os.TempDir(), OnEvent: progress})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
