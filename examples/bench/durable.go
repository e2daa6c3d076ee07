package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

// durability is S14, with each way to keep records: making 100 packs, which lie in the
// staging of the root, active in one operation that survives a loss of power.
func durability(pg *pgtest.Program) (all []job) {
	for _, s := range storages(pg) {
		all = append(all, job{
			id: "S14", name: "activate 100 packs durably, " + s.name, rival: "fsync of every file", goal: 0.15, floor: 0.05,
			prepare: func(_ context.Context, dir string) (sides, error) {
				packs, err := writePacks(dir)
				return sides{ours: onDisk(packs, s.activate), rival: onDisk(packs, syncFiles)}, err
			},
		})
	}
	return all
}

// onDisk returns a side with a fresh directory on the disk of temporary files: in memory,
// nothing has to be synced.
func onDisk(packs []string, do func(ctx context.Context, packs []string, fresh string) (float64, error)) func(context.Context, string) (float64, error) {
	return func(ctx context.Context, _ string) (_ float64, err error) {
		dir, err := os.MkdirTemp("", "packtrain-bench-")
		if err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		return do(ctx, packs, dir)
	}
}

// activate copies packs into staging and takes the time of making them active.
func (s storage) activate(ctx context.Context, packs []string, fresh string) (took float64, err error) {
	root := filepath.Join(fresh, "root")
	dsn, err := s.dsn(ctx, root)
	if err != nil {
		return 0, err
	}
	h, err := hostflags.Open(ctx, hostConfig(root, dsn))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	staging, release, err := h.Store.Stage(ctx)
	if err != nil {
		return 0, err
	}
	defer release()
	contents := make([]*pack.Content, len(packs))
	for i, p := range packs {
		if contents[i], err = staged(p, filepath.Join(staging, filepath.Base(p))); err != nil {
			return 0, err
		}
	}
	return timed(func(ctx context.Context, _ string) error {
		_, err := h.Store.Register(ctx, registry.Request{Contents: contents, AllOrNothing: true})
		return err
	})(ctx, fresh)
}

// staged copies a pack and returns what is known of it after a download.
func staged(from, to string) (*pack.Content, error) {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return nil, err
	}
	p, err := pack.Load(os.DirFS(to), nil)
	if err != nil {
		return nil, err
	}
	tree, err := pack.TreeDigest(os.DirFS(to))
	if err != nil {
		return nil, err
	}
	checksum, err := pack.DirectoryChecksum(os.DirFS(to))
	return &pack.Content{Dir: to, ID: p.Manifest.ID(), Pack: p, TreeDigest: tree, DirectoryChecksum: checksum, Staged: true}, err
}

// syncFiles copies packs and takes the time of syncing each file and directory.
func syncFiles(ctx context.Context, packs []string, fresh string) (took float64, err error) {
	for _, p := range packs {
		if err := os.CopyFS(filepath.Join(fresh, filepath.Base(p)), os.DirFS(p)); err != nil {
			return 0, err
		}
	}
	return timed(func(context.Context, string) error {
		return filepath.WalkDir(fresh, func(name string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return syncFile(name)
		})
	})(ctx, fresh)
}

func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	return errors.Join(f.Sync(), f.Close())
}
