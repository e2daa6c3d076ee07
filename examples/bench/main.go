package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

func main() {
	runs := flag.Int("runs", 9, "counted runs of each side")
	dir := flag.String("dir", memory(), "directory of the files; empty for the directory of temporary files")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if f := children()[flag.Arg(0)]; f != nil {
		if err := f(ctx, flag.Args()[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if err := run(ctx, *dir, *runs, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// memory returns a file system in memory, or "" without one. On a disk, removals in
// the previous minutes may make creating files ten times slower.
func memory() string {
	const dir = "/dev/shm"
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return ""
	}
	return dir
}

// run times the jobs named in only, or all of them, and prints a line each.
func run(ctx context.Context, parent string, runs int, only []string) error {
	dir, err := os.MkdirTemp(parent, "packtrain-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	pg := &pgtest.Program{}
	defer pg.Close()
	printHeader(os.Stdout, dir)
	for i, j := range jobs(dir, pg) {
		if len(only) > 0 && !slices.Contains(only, j.id) {
			continue
		}
		result, err := measure(ctx, j, filepath.Join(dir, fmt.Sprint(j.id, "-", i)), runs)
		if err != nil {
			return fmt.Errorf("%s: %w", j.id, err)
		}
		printResult(os.Stdout, j, result)
	}
	return nil
}
