package generations

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/fsx"
)

// Config configures a [Disk]. All fields except Locks, Fault, GroupAccess and Unsynced
// are required.
type Config struct {
	// Root is the absolute path of the root directory. It is created.
	Root string
	// GroupAccess lets the group of the root enter and list it.
	GroupAccess bool
	// LockTimeout limits the wait of [Disk.Lock] and [Disk.Begin] for locks.
	LockTimeout time.Duration
	// Locks exclude other processes. nil: locks on files below the root, for processes
	// of one host.
	Locks Locks
	// Logger receives errors of cleaning up.
	Logger *slog.Logger
	// Fault, if not nil, is called before each step that changes the root; its
	// error replaces the step. For tests.
	Fault func(step string) error
	// Unsynced omits syncing, so that the system decides when changes become durable.
	// For tests.
	Unsynced bool
}

// A Disk is the root directory of a registry. Every change of it is a named
// step, and the process may die before each. It is safe for concurrent use;
// several, in one process or in many, may share a root.
type Disk struct {
	Layout

	config Config
	locks  Locks
}

func newDisk(c Config) *Disk {
	d := &Disk{Layout: Layout{filepath.Clean(c.Root)}, config: c, locks: c.Locks}
	if d.locks == nil {
		d.locks = fileLocks{d.Layout}
	}
	return d
}

// Open creates the directories that are missing below the root. A root that is a
// link, is world-writable or has a newer format is an error that matches
// [pack.ErrStore].
func Open(c Config) (*Disk, error) {
	d := newDisk(c)
	if _, err := d.Identity(); err != nil {
		return nil, err
	}
	return d, d.create()
}

// OpenReadOnly opens an existing root for the methods that read. It creates nothing. A
// missing root is an error that matches [pack.ErrNotFound].
func OpenReadOnly(c Config) (*Disk, error) {
	d := newDisk(c)
	if _, err := os.Lstat(d.root); errors.Is(err, fs.ErrNotExist) {
		return nil, pack.Errorf(pack.CodeNotFound, "there is no root at %q", d.root)
	}
	if err := checkDir(d.root); err != nil {
		return nil, err
	}
	_, err := d.Identity()
	return d, err
}

// Recover finishes or undoes what dead processes left in the root, as far as
// that is possible; see [Disk.SettleDead]. It does not wait for living ones.
func (d *Disk) Recover(ctx context.Context, records Records) error {
	d.sweep(ctx)
	return d.SettleDead(ctx, records)
}

// create creates the directories that are missing.
func (d *Disk) create() error {
	if err := fsx.MkdirPrivate(d.root); err != nil {
		return pack.Errorf(pack.CodeIO, "create root: %w", err)
	}
	if err := checkDir(d.root); err != nil {
		return err
	}
	if d.config.GroupAccess {
		if err := admitGroup(d.root); err != nil {
			return pack.Errorf(pack.CodeIO, "let the group access the root: %w", err)
		}
	}
	for _, name := range []string{packsDir, currentDir, stagingDir, journalDir, locksDir, trashDir} {
		if err := fsx.Mkdir(d.dir(name)); err != nil && !errors.Is(err, fs.ErrExist) {
			return pack.Errorf(pack.CodeIO, "create directory in root: %w", err)
		}
		if err := checkDir(d.dir(name)); err != nil {
			return err
		}
		if err := checkDevice(d.root, d.dir(name)); err != nil {
			return err
		}
	}
	return nil
}

// checkDevice refuses a directory of the root that is on another file system, between
// which nothing can be renamed.
func checkDevice(root, dir string) error {
	inRoot, err := os.Lstat(root)
	inDir, err2 := os.Lstat(dir)
	if err := errors.Join(err, err2); err != nil {
		return pack.Errorf(pack.CodeIO, "check root: %w", err)
	}
	if !sameDevice(inRoot, inDir) {
		return pack.Errorf(pack.CodeStoreCorrupt, "%q is on another file system than the root, so packs cannot be moved into place: mount one file system for the whole root", dir)
	}
	return nil
}

// admitGroup adds what the group needs to the mode of a directory.
func admitGroup(dir string) error {
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm()&0o050 == 0o050 {
		return err
	}
	return os.Chmod(dir, info.Mode().Perm()|0o050)
}

// checkDir refuses a directory that others can write to, and a link, which
// leads elsewhere.
func checkDir(dir string) error {
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return pack.Errorf(pack.CodeIO, "check root: %w", err)
	case info.Mode()&fs.ModeSymlink != 0:
		return pack.Errorf(pack.CodeStoreCorrupt, "%q is a symbolic link; give the directory itself", dir)
	case !info.IsDir():
		return pack.Errorf(pack.CodeStoreCorrupt, "%q is not a directory; move it away", dir)
	case info.Mode().Perm()&0o002 != 0:
		return pack.Errorf(pack.CodeStoreCorrupt, "%q is world-writable; run chmod o-w on it", dir)
	}
	return nil
}
