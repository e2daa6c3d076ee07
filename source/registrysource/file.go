package registrysource

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/packtrain/pack"
)

// A file index is read from this machine.
type file struct {
	path   string
	limits Limits
}

// settled is the age from which the time of a file reliably shows changes: file
// systems keep times coarsely.
const settled = 2 * time.Second

// load is a [loadFunc].
func (f *file) load(_ context.Context, old *snapshot) (*snapshot, error) {
	info, err := os.Stat(f.path)
	switch {
	case err != nil:
		return nil, pack.Errorf(pack.CodeIO, "%w", err)
	case !info.Mode().IsRegular():
		return nil, pack.Errorf(pack.CodeInvalidRequest, "it is not a regular file")
	case old != nil && old.size == info.Size() && old.modTime.Equal(info.ModTime()) && old.at.Sub(old.modTime) > settled:
		return old, nil
	}
	data, err := f.read(info.Size())
	if err != nil {
		return nil, err
	}
	doc, err := old.parse(data, f.limits)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &snapshot{document: doc, at: now, newest: newestOf(old, doc, now), size: info.Size(), modTime: info.ModTime()}, nil
}

func (f *file) read(size int64) (data []byte, err error) {
	in, err := os.Open(f.path)
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "%w", err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	return f.limits.read(in, size)
}
