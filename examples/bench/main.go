package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
)

func main() {
	runs := flag.Int("runs", 9, "counted runs of each side")
	dir := flag.String("dir", memory(), "directory of the files; empty for the directory of temporary files")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
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
	printHeader(os.Stdout, dir)
	for _, j := range jobs() {
		if len(only) > 0 && !slices.Contains(only, j.id) {
			continue
		}
		result, err := measure(ctx, j, dir, runs)
		if err != nil {
			return fmt.Errorf("%s: %w", j.id, err)
		}
		printResult(os.Stdout, j, result)
	}
	return nil
}
