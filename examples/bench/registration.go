package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

// The registry of a large host.
const (
	manyPacks      = 1_000
	manyComponents = 40
	// memoryGoal is the most memory in MB that registering all of them may take.
	memoryGoal = 128
)

// storage is one way to keep records.
type storage struct {
	name string
	// dsn returns the DSN of an empty database for the root, "" for records in files.
	dsn func(ctx context.Context, root string) (string, error)
}

func storages(pg *pgtest.Program) []storage {
	return []storage{
		{"files", func(context.Context, string) (string, error) { return "", nil }},
		{"SQLite", func(_ context.Context, root string) (string, error) { return root + ".db", nil }},
		{"PostgreSQL", func(ctx context.Context, _ string) (string, error) { return pg.Database(ctx) }},
	}
}

// registration is S10, with each way to keep records: time, memory and growth of
// registering packs, and registering and listing them when they are there.
func registration(dir string, pg *pgtest.Program) (all []job) {
	in := input{filepath.Join(dir, "many")}
	for _, s := range storages(pg) {
		all = append(all, registerJob(in, s), memoryJob(in, s), growthJob(in, s), unchangedJob(in, s), listJob(in, s))
	}
	return all
}

// input is the packs of S10, which are written when they are first needed.
type input struct{ dir string }

// packs returns a directory with n packs of manyComponents actions each.
func (in input) packs(n int) (string, error) {
	dir := filepath.Join(in.dir, fmt.Sprint(n))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	return dir, writeMany(dir, n)
}

func registerJob(in input, s storage) job {
	return job{
		id: "S10", name: "register 1,000 packs x 40, " + s.name, rival: "parse the 40,000 files", goal: 1.3, floor: 1.0, runs: 3,
		prepare: func(context.Context, string) (sides, error) {
			packs, err := in.packs(manyPacks)
			return sides{
				ours: func(ctx context.Context, fresh string) (float64, error) {
					return register(ctx, s, packs, fresh, usage.time)
				},
				rival: func(ctx context.Context, _ string) (float64, error) { return parse(ctx, packs) },
			}, err
		},
	}
}

func parse(ctx context.Context, dir string) (float64, error) {
	u, err := child(ctx, childParse, dir)
	return u.time(), err
}

func memoryJob(in input, s storage) job {
	return job{
		id: "S10", name: "memory of the same, " + s.name, rival: "128 MB", unit: "MB", goal: 1, floor: 0.3, runs: 1,
		prepare: func(context.Context, string) (sides, error) {
			packs, err := in.packs(manyPacks)
			return sides{
				ours: func(ctx context.Context, fresh string) (float64, error) {
					return register(ctx, s, packs, fresh, usage.peak)
				},
				rival: func(context.Context, string) (float64, error) { return memoryGoal, nil },
			}, err
		},
	}
}

func growthJob(in input, s storage) job {
	return job{
		id: "S10", name: "CPU time of the same, " + s.name, rival: "500 packs", goal: 2.1, floor: 2, runs: 1,
		prepare: func(context.Context, string) (sides, error) {
			all, err := in.packs(manyPacks)
			if err != nil {
				return sides{}, err
			}
			half, err := in.packs(manyPacks / 2)
			return sides{
				ours: func(ctx context.Context, fresh string) (float64, error) {
					return register(ctx, s, all, fresh, usage.processor)
				},
				rival: func(ctx context.Context, fresh string) (float64, error) {
					return register(ctx, s, half, fresh, usage.processor)
				},
			}, err
		},
	}
}

func unchangedJob(in input, s storage) job {
	return job{
		id: "S10", name: "the same again, unchanged, " + s.name, rival: "parse the 40,000 files", goal: 0.3, floor: 0.2, runs: 3,
		prepare: func(ctx context.Context, dir string) (sides, error) {
			packs, err := in.packs(manyPacks)
			if err != nil {
				return sides{}, err
			}
			again, err := registered(ctx, in, s, dir, childRegister, packs)
			return sides{ours: again, rival: func(ctx context.Context, _ string) (float64, error) { return parse(ctx, packs) }}, err
		},
	}
}

// listGoal is the time in ms that listing all packs may take, with the start of the
// process.
const listGoal = 20

func listJob(in input, s storage) job {
	return job{
		id: "S10", name: "list 1,000 packs x 40, " + s.name, rival: "20 ms", goal: 1, floor: 0.5,
		prepare: func(ctx context.Context, dir string) (sides, error) {
			list, err := registered(ctx, in, s, dir, childList)
			return sides{ours: list, rival: func(context.Context, string) (float64, error) { return listGoal, nil }}, err
		},
	}
}

// registered registers all packs and returns a side that runs a child with their root.
func registered(ctx context.Context, in input, s storage, dir, word string, args ...string) (func(context.Context, string) (float64, error), error) {
	packs, err := in.packs(manyPacks)
	if err != nil {
		return nil, err
	}
	root := filepath.Join(dir, "root")
	dsn, err := s.dsn(ctx, root)
	if err == nil {
		_, err = child(ctx, childRegister, root, dsn, packs)
	}
	return func(ctx context.Context, _ string) (float64, error) {
		u, err := child(ctx, append([]string{word, root, dsn}, args...)...)
		return u.time(), err
	}, err
}

// register registers the packs in input in a fresh root.
func register(ctx context.Context, s storage, input, fresh string, of func(usage) float64) (float64, error) {
	root := filepath.Join(fresh, "root")
	dsn, err := s.dsn(ctx, root)
	if err != nil {
		return 0, err
	}
	u, err := child(ctx, childRegister, root, dsn, input)
	return of(u), err
}

// writeMany writes n packs with manyComponents actions each.
func writeMany(dir string, n int) error {
	random := rand.New(rand.NewPCG(5, 6))
	for i := range n {
		ref := fmt.Sprintf("pack%04d", i)
		files := map[string]string{
			"pack.yaml":      fmt.Sprintf("ref: %s\nlabel: %s\ndescription: made for timing\nversion: 1.0.0\n", ref, ref),
			"actions/run.sh": "#!/bin/sh\n",
		}
		for k := range manyComponents {
			name := fmt.Sprintf("action%02d", k)
			files["actions/"+name+".yaml"] = strings.NewReplacer("REF", ref+"."+name, "TEXT", words(random, 60)).Replace(action)
		}
		for name, data := range files {
			if err := writeFile(filepath.Join(dir, ref, filepath.FromSlash(name)), data); err != nil {
				return err
			}
		}
	}
	return nil
}

// action is an action as published packs have them.
const action = `ref: REF
label: "Describe Auto Scaling Groups"
description: "TEXT"
enabled: true
runner_type: shell
entry_point: run.sh
parameter_format: json
output_format: json
parameters:
  credential_key: {type: string, default: "aws.credentials", required: true}
  region: {type: string}
  group_names: {type: array, items: {type: string}, maxItems: 50}
  max_results: {type: integer, default: 100, minimum: 1, maximum: 1000}
output:
  operation: {type: string, required: true}
  result: {type: object, required: true}
tags: [aws, autoscaling, compute, discovery]
`
