package installer

import (
	"errors"
	"os"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/fsx"
)

// A stagingDir is a directory in the destination of a download, accessible to this
// user alone. It and the destination are held open: others may write to the
// destination, and even if they exchange directories there, or above it, content
// is received, verified and renamed to its place through the open directories. It is
// locked as long as its process lives: one whose lock is free is dead.
type stagingDir struct {
	dest *os.Root
	name string // of dir in dest, unless another user exchanged it
	dir  *os.Root
	lock *os.File // dir, opened once more
}

const stagingPrefix = ".staging-"

// openStaging makes a staging directory in dest, which it creates, and removes the
// dead ones there.
func openStaging(dest string) (*stagingDir, error) {
	if err := os.MkdirAll(dest, 0o755); err != nil {
		return nil, pack.Errorf(pack.CodeIO, "create destination: %w", err)
	}
	root, err := os.OpenRoot(dest)
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "open destination: %w", err)
	}
	s := &stagingDir{dest: root}
	if err := s.make(); err != nil {
		return nil, errors.Join(stagingError(dest, err), root.Close())
	}
	s.sweep()
	return s, nil
}

func stagingError(dest string, err error) error {
	if errors.Is(err, fsx.ErrExchanged) {
		return pack.Errorf(pack.CodeContentChanged, "create staging directory: %w; do not let other users write in %q", err, dest)
	}
	return pack.Errorf(pack.CodeIO, "create staging directory: %w", err)
}

// mkdir makes a directory for one tree and opens it.
func (s *stagingDir) mkdir(name string) (*os.Root, error) {
	if err := s.dir.Mkdir(name, 0o755); err != nil {
		return nil, pack.Errorf(pack.CodeIO, "create directory in staging: %w", err)
	}
	root, err := s.dir.OpenRoot(name)
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "open directory in staging: %w", err)
	}
	if err := readable(root); err != nil {
		return nil, pack.Errorf(pack.CodeIO, "create directory in staging: %w", errors.Join(err, root.Close()))
	}
	return root, nil
}

// readable lets others read dir, of whose mode the umask may have taken some.
func readable(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o755), f.Close())
}

// remove removes what lies in staging under the given name; nothing is fine.
func (s *stagingDir) remove(name string) error { return s.dir.RemoveAll(name) }

// inStaging and inDest are places by their names.
func (s *stagingDir) inStaging(name string) fsx.Place { return fsx.Place{Dir: s.dir, Name: name} }
func (s *stagingDir) inDest(name string) fsx.Place    { return fsx.Place{Dir: s.dest, Name: name} }

// close removes the directory and all in it.
func (s *stagingDir) close() error {
	return errors.Join(clearDir(s.dir), s.dir.Close(), s.dest.Remove(s.name), s.lock.Close(), s.dest.Close())
}
