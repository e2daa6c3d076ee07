package generations

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
)

// discard moves path into the trash. A path that does not exist is not an
// error.
func (d *Disk) discard(path string) error {
	return d.do("move to trash", func() error {
		err := os.Rename(path, filepath.Join(d.dir(trashDir), NewID()))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// Reap deletes what lies in the trash. It asks stop before each entry, and ends
// without an error when that returns true.
func (d *Disk) Reap(stop func() bool) error {
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
