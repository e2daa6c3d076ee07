// Command quickstart demonstrates an installation: it serves four sample packs on
// loopback, as an index, a git server, an archive and a directory, installs
// them, and runs one action of each in its environment. It needs no other
// network. A second run reports all packs as unchanged:
//
//	go -C examples run ./quickstart
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	root := flag.String("root", defaultRoot(), "directory of the installed packs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *root); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func defaultRoot() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "packtrain-quickstart")
}

// run installs the sample packs into root and runs their actions.
func run(ctx context.Context, w io.Writer, root string) error {
	if err := checkPrerequisites(ctx); err != nil {
		return err
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	world, err := serveWorld(ctx, filepath.Join(root, "world"))
	if err != nil {
		return err
	}
	defer func() { _ = world.Close() }()
	d, err := openDemo(ctx, w, root, world)
	if err != nil {
		return err
	}
	defer d.close()
	if err := d.install(ctx); err != nil {
		return err
	}
	return d.runActions(ctx)
}
