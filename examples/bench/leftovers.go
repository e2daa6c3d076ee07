package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

const (
	leftovers = 10_000
	// openGoal is the time in ms that opening a root with them may take, with the start of
	// the process.
	openGoal = 1000
)

// afterCrashes is opening a root with 1,000 packs and the staging directories of 10,000
// dead processes.
func afterCrashes(dir string, pg *pgtest.Program) (all []job) {
	in := input{filepath.Join(dir, "many")}
	for _, s := range storages(pg) {
		all = append(all, job{
			id: "Q15", name: "open with 10,000 leftovers, " + s.name, rival: "1 s", goal: 1, floor: 0.3, runs: 3,
			prepare: func(ctx context.Context, dir string) (sides, error) {
				open, err := registered(ctx, in, s, dir, childOpen)
				return sides{
					ours: func(ctx context.Context, fresh string) (float64, error) {
						if err := leave(filepath.Join(dir, "root"), filepath.Base(filepath.Dir(fresh))+filepath.Base(fresh)); err != nil {
							return 0, err
						}
						return open(ctx, fresh)
					},
					rival: func(context.Context, string) (float64, error) { return openGoal, nil },
				}, err
			},
		})
	}
	return all
}

// leave adds leftovers to a root.
func leave(root, prefix string) error {
	for i := range leftovers {
		dead := filepath.Join(root, "staging", fmt.Sprint(prefix, "x", i))
		if err := os.MkdirAll(filepath.Join(dead, "1"), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(dead+".lock", nil, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// openRoot opens a root to change it.
func openRoot(ctx context.Context, args []string) error {
	h, err := hostflags.Open(ctx, hostConfig(args[0], args[1]))
	if err != nil {
		return err
	}
	return h.Close()
}
