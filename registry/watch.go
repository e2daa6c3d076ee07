package registry

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry/internal/generations"
)

// A watch remembers the files that tests of packs must not change, by path: those of the
// installed generations, and of the environments of the tested packs.
type watch struct {
	files map[string]stamp
	homes map[string]bool // directories of generations and environments, with the files
	// bytecode are those that nothing depends on.
	bytecode map[string]bool
}

// watch returns the state before the tests of some packs, nil if they run in a sandbox or
// if there are none: then nothing needs to be watched.
func (s *Store) watch(ctx context.Context, items []*item) *watch {
	if len(items) == 0 {
		return nil
	}
	if level, _, err := s.isolation(ctx); err == nil && level.AtLeast(pack.IsolationSandbox) {
		return nil
	}
	w := &watch{files: map[string]stamp{}, homes: map[string]bool{}, bytecode: map[string]bool{}}
	generation := filepath.Join(s.config.Root, "packs", "*", "*", generations.ContentName)
	homes, _ := filepath.Glob(generation) // the pattern is valid
	for _, it := range items {
		for _, e := range it.envs {
			homes = append(homes, e.Path, e.BytecodeDir())
			w.bytecode[e.BytecodeDir()] = true
		}
	}
	for _, home := range homes {
		if _, err := os.Stat(home); err != nil {
			continue
		}
		w.homes[home] = true
		maps.Copy(w.files, stamps(home))
	}
	return w
}

// changed returns the files that are different now, sorted. What was removed as a whole was
// removed by an operation.
func (w *watch) changed() []string {
	if w == nil {
		return nil
	}
	var paths []string
	for home := range w.homes {
		now := stamps(home)
		if len(now) == 0 {
			continue
		}
		for path, stamp := range now {
			if old, known := w.files[path]; known && old != stamp || !known && !isBytecode(path) {
				paths = append(paths, path)
			}
		}
		for path := range w.files {
			if _, there := now[path]; !there && strings.HasPrefix(path, home+string(filepath.Separator)) && !isBytecode(path) {
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// isBytecode reports whether an interpreter may write the file for any run.
func isBytecode(path string) bool {
	return filepath.Ext(path) == ".pyc" && filepath.Base(filepath.Dir(path)) == "__pycache__"
}

// stamps returns the stamps of the files in dir, as far as they can be read.
func stamps(dir string) map[string]stamp {
	files := map[string]stamp{}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // it is being removed
		}
		if info, err := os.Lstat(path); err == nil {
			files[path] = stampOf(info)
		}
		return nil
	})
	return files
}

// testAll runs the tests of some packs. If files changed meanwhile that tests must not
// change, the tests of those that passed run again, one after another, and a pack whose
// tests change them again fails. What was changed is repaired or quarantined.
func (r *request) testAll(ctx context.Context, items []*item) {
	r.testWatched(ctx, items)
	r.keepEvidence(ctx, items)
}

func (r *request) testWatched(ctx context.Context, items []*item) {
	before := r.store.watch(ctx, items)
	r.runTests(ctx, items)
	paths := before.changed()
	if len(paths) == 0 {
		return
	}
	r.store.config.Logger.Error("files changed while tests of packs ran", "files", names(paths))
	r.warnChanged(ctx, items, paths)
	defer func() {
		r.settle(ctx, before, before.changed())
		r.failQuarantined(ctx, items)
	}()
	for _, it := range items {
		if it.Err != nil || it.tests == nil || it.tests.Status == TestsSkipped {
			continue
		}
		again := r.store.watch(ctx, items)
		r.runTests(ctx, []*item{it})
		if changed := again.changed(); len(changed) > 0 && it.Err == nil {
			r.fail(ctx, it, pack.StageTests, pack.Errorf(pack.CodeTestsFailed,
				"the tests changed files outside of the pack (%s)", strings.Join(names(changed), ", ")))
		}
	}
}

// warnChanged tells the packs whose tests failed, and do not run again, that files were
// changed which do not belong to them.
func (r *request) warnChanged(ctx context.Context, items []*item, paths []string) {
	for _, it := range items {
		if it.Err != nil && it.tests != nil {
			r.Warn(ctx, &it.Item, "while its tests ran, files outside of the pack changed, and were put in quarantine (%s)", strings.Join(names(paths), ", "))
		}
	}
}

func (r *request) runTests(ctx context.Context, items []*item) {
	batch.Each(items, r.store.config.Parallel, func(it *item) {
		r.Run(ctx, &it.Item, pack.StageTests, func() error { return r.test(ctx, it) })
	})
}

// names returns the first of the paths.
func names(paths []string) []string {
	const most = 5
	if len(paths) > most {
		return append(slices.Clone(paths[:most]), "...")
	}
	return paths
}
