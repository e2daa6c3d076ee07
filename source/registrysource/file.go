package registrysource

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// A file index is read from this machine.
type file struct {
	path  string
	judge *judge
}

// settled is the age from which the time of a file reliably shows changes: file
// systems keep times coarsely.
const settled = 2 * time.Second

// load is a [loadFunc].
func (f *file) load(ctx context.Context, old *snapshot) (*snapshot, error) {
	for try := 1; ; try++ {
		current, err := f.attempt(ctx, old)
		if !inFlux(err) || try == maxTransfers || !wait(ctx, try) {
			return current, err
		}
	}
}

func (f *file) attempt(ctx context.Context, old *snapshot) (*snapshot, error) {
	info, err := os.Stat(f.path)
	switch {
	case err != nil:
		return nil, pack.Errorf(pack.CodeIO, "%w", err)
	case !info.Mode().IsRegular():
		return nil, pack.Errorf(pack.CodeInvalidRequest, "it is not a regular file")
	case old != nil && old.verdict.refused == nil && old.size == info.Size() && old.modTime.Equal(info.ModTime()) && old.at.Sub(old.modTime) > settled:
		return old, nil
	}
	data, err := f.read(info.Size())
	if err != nil {
		return nil, err
	}
	doc, v, err := f.judge.read(ctx, old, data, f.beside)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &snapshot{document: doc, verdict: v, at: now, newest: newestOf(old, doc, now), size: info.Size(), modTime: info.ModTime()}, nil
}

func (f *file) read(size int64) (data []byte, err error) {
	in, err := os.Open(f.path)
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "%w", err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	return f.judge.limits.read(in, size)
}

// beside is a [besideFunc].
func (f *file) beside(_ context.Context, suffix string) (data []byte, err error) {
	in, err := os.Open(f.path + suffix)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, pack.Errorf(pack.CodeNotFound, "%w", err)
	case err != nil:
		return nil, pack.Errorf(pack.CodeIO, "%w", err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	return io.ReadAll(web.LimitReader(in, proofSize, maxProof))
}
