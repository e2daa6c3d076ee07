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
	runs := flag.Int("runs", 5, "counted runs of each side")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *runs, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run times the jobs named in only, or all of them, and prints a line each.
func run(ctx context.Context, runs int, only []string) error {
	dir, err := os.MkdirTemp("", "packtrain-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	printHeader(os.Stdout)
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
