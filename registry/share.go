package registry

import (
	"errors"
	"io/fs"
	"os"

	"github.com/packtrain/pack/internal/os/fsx"
)

// leastShared is the size from which sharing a file saves space, in bytes: a block.
const leastShared = 4096

// A sharer makes a file share its blocks on disk with another one that has the same
// content; see [fsx.Share].
type sharer func(from, to *os.File, size int64) error

// shareFiles makes the staged content of it share the blocks of equal files with the active
// generation. Where the file system cannot share, they remain copies.
func (s *Store) shareFiles(it *item) {
	if active := it.record.Active.Name; active != "" {
		shareEqual(s.disk.Content(it.ID.Ref, active), it.content, fsx.Share)
	}
}

// shareEqual has files of the directory to share with those of from that have the same
// name and size, as far as that is possible.
func shareEqual(from, to string, share sharer) {
	before, err := os.OpenRoot(from)
	if err != nil {
		return
	}
	defer func() { _ = before.Close() }() // it was only read
	after, err := os.OpenRoot(to)
	if err != nil {
		return
	}
	defer func() { _ = after.Close() }() // it was only read
	_ = fs.WalkDir(after.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // sharing is optional
		}
		info, err := d.Info()
		if err != nil || info.Size() < leastShared {
			return nil //nolint:nilerr // sharing is optional
		}
		if errors.Is(shareFile(before, after, name, info.Size(), share), errors.ErrUnsupported) {
			return fs.SkipAll
		}
		return nil
	})
}

func shareFile(before, after *os.Root, name string, size int64, share sharer) error {
	info, err := before.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != size {
		return err
	}
	from, err := before.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // it was only read
	to, err := after.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = to.Close() }() // it was only read
	return share(from, to, size)
}
