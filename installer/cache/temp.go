package cache

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack/internal/os/filelock"
)

// A temp is a file that is being written. It is locked as long as its process lives.
type temp struct {
	file *os.File
	path string // "" once it has its final name
}

// maxTemps is how often a file is created while another process takes it for that of a
// dead one, because it is not locked yet.
const maxTemps = 100

// newTemp creates a file; the caller discards it.
func (c *Cache) newTemp() (*temp, error) {
	dir := filepath.Join(c.dir, tempDir)
	for range maxTemps {
		t, err := createTemp(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if err := os.MkdirAll(dir, 0o700); err != nil {
				return nil, ioError("create directory", err)
			}
		case err != nil:
			return nil, ioError("create file", err)
		case t.isMine():
			return t, nil
		default:
			t.discard()
		}
	}
	return nil, ioError("create file", errors.New("other processes remove it again and again"))
}

func createTemp(dir string) (*temp, error) {
	path := filepath.Join(dir, rand.Text())
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &temp{file: f, path: path}, nil
}

// isMine locks the file and reports whether it still has its name. It counts as locked
// where there are no such locks.
func (t *temp) isMine() bool {
	if ok, err := filelock.TryOpen(t.file); !ok && !errors.Is(err, errors.ErrUnsupported) {
		return false
	}
	mine, err := t.file.Stat()
	now, err2 := os.Lstat(t.path)
	return err == nil && err2 == nil && os.SameFile(mine, now)
}

// publish gives the file its final name, in place of what has it.
func (t *temp) publish(path string) error {
	if t.path == "" {
		return ioError("publish file", errors.New("it was published or discarded before"))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return ioError("create directory", err)
	}
	if err := os.Rename(t.path, path); err != nil {
		return ioError("publish file", err)
	}
	t.path = ""
	return ioError("close file", t.file.Close())
}

// discard removes the file, unless it was published.
func (t *temp) discard() {
	if t.path != "" {
		_ = os.Remove(t.path) // what is left is swept
		_ = t.file.Close()
		t.path = ""
	}
}

// sweep removes the files of dead processes, as far as it may.
func (c *Cache) sweep() {
	dir := filepath.Join(c.dir, tempDir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.Type().IsRegular() && len(e.Name()) == len(rand.Text()) {
			sweepOne(filepath.Join(dir, e.Name()))
		}
	}
}

// sweepOne removes a file, unless it is locked.
func sweepOne(path string) {
	f, err := open(path)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }() // which unlocks it
	if ok, err := filelock.TryOpen(f); ok && err == nil {
		_ = os.Remove(path) // the next process tries again
	}
}
