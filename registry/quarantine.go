package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/fsx"
)

// Generations and environments that tests of a pack changed are quarantined: no reader gets
// them until a generation with other files is active. A file for each, named by a digest of
// the path below the root, keeps that for all processes. The paths are never used again.
const quarantineDir = "quarantine"

func (s *Store) quarantineFile(path string) string {
	if rel, err := filepath.Rel(s.config.Root, path); err == nil && filepath.IsLocal(rel) {
		path = rel // the root may be moved
	}
	sum := sha256.Sum256([]byte(path))
	return filepath.Join(s.config.Root, quarantineDir, hex.EncodeToString(sum[:16]))
}

// quarantine keeps readers from the generation or environment at a path.
func (s *Store) quarantine(path string) error {
	file := s.quarantineFile(path)
	if err := fsx.Mkdir(filepath.Dir(file)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return fsx.WriteFile(file, []byte(path+"\n"))
}

// release ends the quarantine of a path.
func (s *Store) release(path string) {
	_ = os.Remove(s.quarantineFile(path)) // it stays in quarantine
}

func (s *Store) isQuarantined(path string) bool {
	_, err := os.Lstat(s.quarantineFile(path))
	return err == nil
}

// mayQuarantine reports whether anything is in quarantine, as far as is known.
func (s *Store) mayQuarantine() bool {
	dir, err := os.Open(filepath.Join(s.config.Root, quarantineDir))
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	defer func() { _ = dir.Close() }() // it was only read
	_, err = dir.Readdirnames(1)
	return !errors.Is(err, io.EOF)
}

// checkQuarantine checks that tests of no pack changed a generation or its environments.
func (s *Store) checkQuarantine(ref pack.Ref, g *Generation) error {
	if s.isQuarantined(s.disk.Content(ref, g.Name)) {
		return pack.Errorf(pack.CodeStoreCorrupt, "files of generation %s were changed while tests of a pack ran; repair the pack", g.Name)
	}
	return s.checkUntouched(g)
}

// checkUntouched checks that tests of no pack changed the environments of g.
func (s *Store) checkUntouched(g *Generation) error {
	for _, e := range g.Environments {
		if e.Path != "" && s.isQuarantined(e.Path) {
			return pack.Errorf(pack.CodeStoreCorrupt,
				"the environment %s of generation %s was changed while tests of a pack ran; build it again and register version %s again", e.Path, g.Name, g.Version)
		}
	}
	return nil
}

// healPatience bounds the wait for operations on a pack that is repaired after tests of
// another one changed it.
const healPatience = 5 * time.Second

// settle quarantines the generations and environments with changed files, and repairs the
// active ones of packs that have the content elsewhere, except for those of this request,
// which hold their locks.
func (r *request) settle(ctx context.Context, w *watch, paths []string) {
	s := r.store
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healPatience)
	defer cancel()
	var refs []pack.Ref
	for _, home := range w.homesOf(paths) {
		if w.bytecode[home] {
			if err := removeTree(home); err != nil {
				s.config.Logger.Error("changed bytecode cannot be removed", "path", home, "error", err)
			}
			continue
		}
		if err := s.quarantine(home); err != nil {
			s.config.Logger.Error("changed files cannot be quarantined", "path", home, "error", err)
		}
		if rel, err := filepath.Rel(filepath.Join(s.config.Root, "packs"), home); err == nil && filepath.IsLocal(rel) {
			ref, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
			refs = append(refs, pack.Ref(ref))
		}
	}
	slices.Sort(refs)
	for _, ref := range slices.Compact(refs) {
		if slices.ContainsFunc(r.items, func(it *item) bool { return it.ID.Ref == ref }) {
			continue
		}
		if _, left, err := s.repair(ctx, ref); err != nil || len(left) > 0 {
			s.config.Logger.Error("pack that tests of another one changed needs repair", "pack", ref, "left", left, "error", err)
		}
	}
}

// removeTree removes a directory, first from its name: half of it is not used.
func removeTree(dir string) error {
	gone := dir + ".partial" // the next build removes what is left of it
	if err := os.Rename(dir, gone); err != nil {
		return err
	}
	return os.RemoveAll(gone)
}

// homesOf returns the directories of generations and environments that have the paths.
func (w *watch) homesOf(paths []string) []string {
	var homes []string
	for home := range w.homes {
		if slices.ContainsFunc(paths, func(p string) bool { return strings.HasPrefix(p, home+string(filepath.Separator)) }) {
			homes = append(homes, home)
		}
	}
	slices.Sort(homes)
	return homes
}

// releaseSound ends the quarantine of the active generation of a pack that was verified
// without an error, because its files are as recorded again.
func (s *Store) releaseSound(ctx context.Context, ref pack.Ref, err error) {
	if err != nil {
		return
	}
	if active, err := s.ledger().Active(ctx, ref); err == nil && active != "" {
		s.release(s.disk.Content(ref, active))
	}
}

// failQuarantined fails the packs whose environments tests of another pack changed.
func (r *request) failQuarantined(ctx context.Context, items []*item) {
	for _, it := range items {
		changed := slices.ContainsFunc(it.envs, func(e pack.Environment) bool { return e.Path != "" && r.store.isQuarantined(e.Path) })
		if it.Err == nil && changed {
			r.fail(ctx, it, pack.StageTests, pack.Errorf(pack.CodeContentChanged,
				"tests of another pack changed an environment that the pack shares with it: build it again"))
		}
	}
}
