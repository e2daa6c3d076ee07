package index

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/filelock"
	"github.com/packtrain/pack/internal/os/fsx"
)

// Update changes the index in a file, which is created if it is missing, and dates it
// now. It waits, until ctx ends, for other processes that change it. Nothing is written
// if change returns an error, which Update returns. The file is replaced as a whole, and
// "<path>.lock" stays beside it.
func Update(ctx context.Context, path string, now time.Time, change func(*Document) error) error {
	release, err := filelock.Acquire(ctx, path+".lock")
	if err != nil {
		return err
	}
	defer release()
	d, err := read(path)
	if err != nil {
		return err
	}
	if err := change(d); err != nil {
		return err
	}
	d.Updated = now
	return WriteFile(path, d.Bytes())
}

// WriteBeside writes a file whose name has a suffix beyond that of an index, such as that
// of its signatures. make gets the index, which does not change meanwhile, and what the
// file contains, nil if it is missing. Errors are those of make and of [Update].
func WriteBeside(ctx context.Context, path, suffix string, make func(index, earlier []byte) ([]byte, error)) error {
	release, err := filelock.Acquire(ctx, path+".lock")
	if err != nil {
		return err
	}
	defer release()
	data, err := os.ReadFile(path)
	if err != nil {
		return pack.Errorf(pack.CodeIO, "read index: %w", err)
	}
	earlier, err := os.ReadFile(path + suffix)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return pack.Errorf(pack.CodeIO, "%w", err)
	}
	content, err := make(data, earlier)
	if err != nil {
		return err
	}
	return WriteFile(path+suffix, content)
}

// read returns the document in a file, an empty one if it is missing.
func read(path string) (*Document, error) {
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Document{}, nil
	case err != nil:
		return nil, pack.Errorf(pack.CodeIO, "read index: %w", err)
	}
	d, err := Parse(data)
	if err != nil {
		return nil, pack.Errorf(pack.CodeOf(err), "read index %q: %w", path, err)
	}
	return d, nil
}

// WriteFile puts data into a file, durably and in one step: readers find the old or the
// new content. All users may read the file. Errors have [pack.CodeIO].
func WriteFile(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return pack.Errorf(pack.CodeIO, "write %q: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = pack.Errorf(pack.CodeIO, "write %q: %w", path, errors.Join(err, os.Remove(f.Name())))
		}
	}()
	_, writeErr := f.Write(data)
	if err := errors.Join(writeErr, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return fsx.SyncDir(filepath.Dir(path))
}
