package installer

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/packtrain/pack/internal/os/filelock"
	"github.com/packtrain/pack/internal/os/fsx"
	"github.com/packtrain/pack/internal/os/roots"
)

// maxMakes is how often a staging directory is made while others take it for a dead
// one, because it is not locked yet.
const maxMakes = 100

// make makes the directory and locks it.
func (s *stagingDir) make() error {
	for range maxMakes {
		s.name = stagingPrefix + rand.Text()
		dir, err := fsx.MkdirOwn(s.dest, s.name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // it was swept
		case err != nil:
			return err
		}
		lock, ok, err := lockDir(dir)
		if err == nil && ok && s.isThere(lock) {
			s.dir, s.lock = dir, lock
			return nil
		}
		if err = errors.Join(err, dir.Close()); err != nil {
			return err
		}
	}
	return errors.New("it is removed by others again and again")
}

// lockDir opens a directory once more and locks it; it counts as locked where there
// are no such locks. The caller closes lock when ok.
func lockDir(dir *os.Root) (lock *os.File, ok bool, err error) {
	if lock, err = dir.Open("."); err != nil {
		return nil, false, err
	}
	ok, err = filelock.TryOpen(lock)
	if errors.Is(err, errors.ErrUnsupported) {
		return lock, true, nil
	}
	if err != nil || !ok {
		return nil, false, errors.Join(err, lock.Close())
	}
	return lock, true, nil
}

// isThere reports whether the directory has its name still; else it closes it.
func (s *stagingDir) isThere(lock *os.File) bool {
	want, err := lock.Stat()
	now, err2 := s.dest.Lstat(s.name)
	if err == nil && err2 == nil && os.SameFile(want, now) {
		return true
	}
	_ = lock.Close() // nothing was written
	return false
}

// sweep removes the staging directories of dead processes, as far as it may. What
// cannot be removed is left for the next download.
func (s *stagingDir) sweep() {
	f, err := s.dest.Open(".")
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }() // it was only read
	entries, err := f.ReadDir(-1)
	if err != nil {
		return
	}
	for _, e := range entries {
		if id, ok := strings.CutPrefix(e.Name(), stagingPrefix); ok && e.IsDir() && len(id) == len(rand.Text()) {
			s.sweepOne(e.Name())
		}
	}
}

// sweepOne removes the directory with the given name in the destination, unless it is
// locked.
func (s *stagingDir) sweepOne(name string) {
	info, err := s.dest.Lstat(name)
	if err != nil || !info.IsDir() {
		return
	}
	dir, err := roots.EnterSame(s.dest, name, info)
	if err != nil {
		return
	}
	defer func() { _ = dir.Close() }() // it was only read
	lock, err := dir.Open(".")
	if err != nil {
		return
	}
	defer func() { _ = lock.Close() }() // which unlocks it
	if ok, err := filelock.TryOpen(lock); !ok || err != nil {
		return
	}
	if clearDir(dir) == nil {
		_ = s.dest.Remove(name) // the next download tries again
	}
}

// clearDir removes what lies in a directory.
func clearDir(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	names, err := f.Readdirnames(-1)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		errs = append(errs, dir.RemoveAll(name))
	}
	return errors.Join(errs...)
}
