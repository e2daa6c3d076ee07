package generations

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/packtrain/pack/internal/os/fsx"
)

// A Staging is a directory for content being received, on the file system of
// the root. It holds a lock as long as its process lives; a staging directory
// whose lock is free belongs to a dead process. It is safe for concurrent use.
type Staging struct {
	// Dir is the path of the directory.
	Dir string

	disk *Disk
	lock Lock
	dirs atomic.Int64
}

// Begin creates a staging directory, which the caller ends.
func (d *Disk) Begin(ctx context.Context) (*Staging, error) {
	unlock, err := d.lockStaging(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	id := NewID()
	s := &Staging{disk: d, Dir: filepath.Join(d.dir(stagingDir), id)}
	waiting, cancel := context.WithTimeout(ctx, d.config.LockTimeout)
	defer cancel()
	if s.lock, err = d.locks.Acquire(waiting, []string{stagingPrefix + id}, nil); err != nil {
		_ = removeIfThere(s.Dir + lockSuffix) // a lock's file is there before the lock is held
		return nil, fmt.Errorf("wait for staging: %w", cmp.Or(ctx.Err(), err))
	}
	if err := d.do("create staging directory", func() error { return fsx.Mkdir(s.Dir) }); err != nil {
		s.End()
		return nil, err
	}
	return s, nil
}

// stagingLock keeps staging directories from being created while dead ones are
// swept away: one whose lock file is not locked yet would look dead. It is not a
// valid ref.
const stagingLock = ".staging"

// lockStaging waits as long as the lock timeout; then the error has
// [pack.CodeBusy]. Locks that need no files are taken before the directory exists.
func (d *Disk) lockStaging(ctx context.Context) (unlock func(), err error) {
	if d.config.Locks != nil {
		return func() {}, nil
	}
	waiting, cancel := context.WithTimeout(ctx, d.config.LockTimeout)
	defer cancel()
	lock, err := d.locks.Acquire(waiting, []string{stagingLock}, nil)
	if err != nil {
		return nil, fmt.Errorf("wait for staging: %w", cmp.Or(ctx.Err(), err))
	}
	return lock.Release, nil
}

// Mkdir creates a directory in the staging directory and returns its path.
func (s *Staging) Mkdir() (string, error) {
	dir := filepath.Join(s.Dir, strconv.FormatInt(s.dirs.Add(1), 10))
	return dir, s.disk.do("create staging directory", func() error { return fsx.Mkdir(dir) })
}

// Discard drops a directory that Mkdir made. What cannot be dropped now goes with End.
func (s *Staging) Discard(dir string) { _ = s.disk.discard(dir) }

// End discards the remaining files of the directory and releases the lock. Files that
// cannot be discarded now are swept later.
func (s *Staging) End() {
	defer s.lock.Release()
	err := s.disk.do("remove staging directory", func() error { return os.Remove(s.Dir) })
	if err != nil { // it is not empty
		err = s.disk.discard(s.Dir)
	}
	if err == nil {
		_ = s.disk.do("remove lock of operation", func() error { return removeIfThere(s.Dir + lockSuffix) })
	}
}

// NewID returns an ID that no other operation has.
func NewID() string {
	var b [idSize]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

const idSize = 12 // in bytes

// isID reports whether NewID may have made a name. Nothing else is deleted from the
// directories for staging and trash: a directory that becomes a root may have had some of
// these names before.
func isID(name string) bool {
	id, err := hex.DecodeString(name)
	return err == nil && len(id) == idSize && strings.ToLower(name) == name
}

// sweepTime limits the time that opening a root takes to discard leftovers. What is left
// then is discarded when the root is opened again.
const sweepTime = 300 * time.Millisecond

// sweep discards the staging directories of dead processes, and leaves all else. It does
// not wait: while another process creates or sweeps some, it leaves them. What cannot be
// discarded is logged.
func (d *Disk) sweep(ctx context.Context) {
	lock, ok, err := d.locks.Try(ctx, stagingLock)
	if err == nil && !ok {
		return
	}
	var entries []os.DirEntry
	if err == nil {
		defer lock.Release()
		entries, err = os.ReadDir(d.dir(stagingDir))
	}
	if err != nil {
		d.config.Logger.Warn("staging is not swept", "error", err)
		return
	}
	for begun := time.Now(); len(entries) > 0 && time.Since(begun) < sweepTime; entries = entries[1:] {
		id := strings.TrimSuffix(entries[0].Name(), lockSuffix)
		if !isID(id) {
			continue
		}
		dir := filepath.Join(d.dir(stagingDir), id)
		if err := d.sweepOne(ctx, dir); err != nil {
			d.config.Logger.Warn("staging directory is not swept", "directory", dir, "error", err)
		}
	}
}

// sweepOne discards the staging directory dir, unless its process is alive.
func (d *Disk) sweepOne(ctx context.Context, dir string) error {
	lock, ok, err := d.locks.Try(ctx, stagingPrefix+filepath.Base(dir))
	if err != nil || !ok {
		return err
	}
	s := &Staging{disk: d, Dir: dir, lock: lock}
	s.End()
	return nil
}
