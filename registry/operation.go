package registry

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/filelock"
)

const lockSuffix = ".lock"

// An operation has a directory in staging, on the same file system as all else,
// and holds a lock for as long as it lives: whoever gets the lock knows that
// the operation is dead.
type operation struct {
	disk    *disk
	dir     string
	lock    string
	release func()
}

// begin starts an operation, which the caller ends.
func (d *disk) begin(ctx context.Context) (*operation, error) {
	unlock, err := d.lockStaging(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	o := &operation{disk: d, dir: filepath.Join(d.dir(stagingDir), newID())}
	o.lock = o.dir + lockSuffix
	if o.release, err = filelock.Acquire(ctx, o.lock); err != nil {
		return nil, err
	}
	if err := d.do("create staging directory", func() error { return mkdir(o.dir) }); err != nil {
		o.end()
		return nil, err
	}
	return o, nil
}

// lockStaging keeps operations from beginning while dead ones are swept away:
// one whose lock file is not locked yet would look dead. No pack has that ref.
func (d *disk) lockStaging(ctx context.Context) (unlock func(), err error) {
	return filelock.Acquire(ctx, d.lockFile(".staging"))
}

// end drops what is left in staging. What cannot be dropped now is swept later.
func (o *operation) end() {
	defer o.release()
	err := o.disk.do("remove staging directory", func() error { return os.Remove(o.dir) })
	if err != nil { // it is not empty
		err = o.disk.discard(o.dir)
	}
	if err == nil {
		_ = o.disk.do("remove lock of operation", func() error { return os.Remove(o.lock) })
	}
}

// discard moves path into the trash; what is not there needs none.
func (d *disk) discard(path string) error {
	return d.do("move to trash", func() error {
		err := os.Rename(path, filepath.Join(d.dir(trashDir), newID()))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

func newID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// sweep discards what dead operations left in staging.
func (d *disk) sweep(ctx context.Context) error {
	unlock, err := d.lockStaging(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	entries, err := os.ReadDir(d.dir(stagingDir))
	if err != nil {
		return pack.Errorf(pack.CodeIO, "list staging: %w", err)
	}
	for _, e := range entries {
		name := filepath.Join(d.dir(stagingDir), strings.TrimSuffix(e.Name(), lockSuffix))
		if err := d.sweepOne(name); err != nil {
			return err
		}
	}
	return nil
}

// sweepOne discards the operation whose directory is dir, unless it is alive.
func (d *disk) sweepOne(dir string) error {
	release, ok, err := filelock.Try(dir + lockSuffix)
	if err != nil || !ok {
		return err
	}
	o := &operation{disk: d, dir: dir, lock: dir + lockSuffix, release: release}
	o.end()
	return nil
}

// reap deletes what lies in the trash, until stop says so.
func (d *disk) reap(stop func() bool) error {
	entries, err := os.ReadDir(d.dir(trashDir))
	if err != nil {
		return pack.Errorf(pack.CodeIO, "list trash: %w", err)
	}
	for _, e := range entries {
		if stop() {
			return nil
		}
		err := d.do("empty trash", func() error { return os.RemoveAll(filepath.Join(d.dir(trashDir), e.Name())) })
		if err != nil {
			return err
		}
	}
	return nil
}
