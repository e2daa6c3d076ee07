// Weight builds small host programs outside of the tree, as a host would,
// and fails when they require more modules, are larger, or link more than a host
// that imports only these packages should.
//
//	go run ./internal/house/weight
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

// A host is a program of testdata with its limits.
type host struct {
	dir          string
	what         string
	requirements int     // in its go.mod, besides ours
	megabytes    float64 // stripped
	// apart are packages of ours that it does not link, nor any below them.
	apart []string
	// bears are kinds of forbidden modules that it links all the same.
	bears []string
}

func hosts() []host {
	stages := list("deps", "envbuild", "registry", "installer/pipeline", "installer/host")
	return []host{
		{"whole", "installer/host", 12, 14, list("registry/sqlregistry", "source/gettersource"), list("git")},
		{"stages", "four stages, installer, localsource, archivesource", 10, 13, list("installer/host"), nil},
		{"download", "installer, localsource", 6, 6, stages, nil},
		{"local", "source, localsource", 6, 6, append(stages, "installer"), nil},
	}
}

func list(s ...string) []string { return s }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := weigh(ctx, ".")
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// weigh builds and checks all hosts of the tree at root.
func weigh(ctx context.Context, root string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "weight-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	var errs []error
	for _, h := range hosts() {
		b, err := build(ctx, root, filepath.Join(scratch, h.dir), h.dir)
		if err != nil {
			return fmt.Errorf("build host %s: %w", h.dir, err)
		}
		fmt.Printf("%-8s %2d of %2d requirements, %5.2f of %2.0f MB, links %d modules  (%s)\n",
			h.dir, len(b.requirements), h.requirements, b.megabytes, h.megabytes, len(b.linked), h.what)
		errs = append(errs, h.judge(b))
	}
	return errors.Join(errs...)
}
