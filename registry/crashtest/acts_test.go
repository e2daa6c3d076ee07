package crashtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// An act is an operation that is interrupted. The pack "beside" is in all roots, and no act
// changes it.
type act struct {
	history       []state // the states that the root goes through before, each registered
	before, after state
	do            func(ctx context.Context, s *registry.Store, packs string) error
}

// acts are the operations, by name.
func acts() map[string]act {
	solo := func(version string) state { return state{"solo": version} }
	set := func(version string, more ...string) state {
		s := state{"left": version, "right": version}
		for _, ref := range more {
			s[ref] = version
		}
		return s
	}
	to := func(s state) func(context.Context, *registry.Store, string) error {
		return func(ctx context.Context, store *registry.Store, packs string) error {
			return s.register(ctx, store, packs)
		}
	}
	one, two := solo("1.0.0"), solo("2.0.0")
	return map[string]act{
		"install":  {nil, state{}, one, to(one)},
		"set":      {[]state{set("1.0.0")}, set("1.0.0"), set("2.0.0", "new"), to(set("2.0.0", "new"))},
		"upgrade":  {[]state{one}, one, two, to(two)},
		"rollback": {[]state{one, two}, two, one, rollBack},
		"remove":   {[]state{one, two}, two, state{}, remove},
	}
}

func rollBack(ctx context.Context, store *registry.Store, _ string) error {
	_, err := store.RollBack(ctx, "solo", nil)
	return err
}

func remove(ctx context.Context, store *registry.Store, _ string) error {
	return store.Remove(ctx, "solo", nil)
}

// register registers all packs of a state in one request.
func (s state) register(ctx context.Context, store *registry.Store, packs string) error {
	var paths []string
	for _, ref := range slices.Sorted(maps.Keys(s)) {
		paths = append(paths, source(packs, ref, s[ref]))
	}
	_, err := store.Register(ctx, registry.Request{Paths: paths, Replace: registry.ReplaceUpgrade})
	return err
}

// again does an act after recovery. One that has happened cannot go further.
func (a act) again(ctx context.Context, store *registry.Store, packs string) error {
	err := a.do(ctx, store, packs)
	if errors.Is(err, pack.ErrNotFound) {
		return nil
	}
	return err
}

// prepare brings a new root into the state before the act.
func (a act) prepare(ctx context.Context, b backend, dir, packs string) error {
	store, closeAll, err := b.open(ctx, dir, nil)
	if err != nil {
		return err
	}
	for _, s := range append([]state{{"beside": "1.0.0"}}, a.history...) {
		err = errors.Join(err, s.register(ctx, store, packs))
	}
	return errors.Join(err, closeAll())
}

// source returns the directory that a version of a pack is registered from.
func source(packs, ref, version string) string { return filepath.Join(packs, ref, version) }

// writeSources writes all versions of all packs.
func writeSources(packs string) error {
	needs := map[string]string{"left 1.0.0": "right", "right 1.0.0": "left", "left 2.0.0": "right@^2", "right 2.0.0": "new@^2", "new 2.0.0": "left@^2"}
	for _, ref := range []string{"beside", "solo", "left", "right", "new"} {
		for _, version := range []string{"1.0.0", "2.0.0"} {
			manifest := fmt.Sprintf("ref: %s\nversion: %s\nlabel: L\ndescription: D\n", ref, version)
			if need := needs[ref+" "+version]; need != "" {
				manifest += fmt.Sprintf("dependencies: [%q]\n", need)
			}
			err := writeFiles(source(packs, ref, version), map[string]string{
				"pack.yaml":         manifest,
				"actions/run.yaml":  fmt.Sprintf("ref: %s.run\nlabel: R\ndescription: D\nrunner_type: shell\nentry_point: run.sh\n", ref),
				"actions/run.sh":    "#!/bin/sh\necho " + version + "\n",
				"lib/deep/data.txt": strings.Repeat(ref+" "+version+"\n", 300),
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func writeFiles(dir string, files map[string]string) error {
	for name, content := range files {
		mode := fs.FileMode(0o644)
		if strings.HasPrefix(content, "#!") {
			mode = 0o755
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(content), mode)); err != nil {
			return err
		}
	}
	return nil
}
