package localsource

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/roots"
	"github.com/packtrain/pack/source"
)

// open opens the directory that pin names, down to its subdirectory.
func (s *Source) open(ctx context.Context, pin pack.Pin) (*os.Root, error) {
	if err := s.check(ctx, pin); err != nil {
		return nil, err
	}
	dir, err := s.allowed.OpenDir(pin.Location)
	if err != nil {
		return nil, err
	}
	dir, err = roots.Descend(dir, filepath.FromSlash(pin.Subdir), pack.CodeForbiddenEntry)
	if errors.Is(err, roots.ErrFile) { // not what the location is
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%q after %q is a file, not a directory: write one slash before the name of an archive", pin.Subdir, "//")
	}
	return dir, err
}

// check refuses pins that a source of directories cannot have made.
func (s *Source) check(ctx context.Context, pin pack.Pin) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case pin.Scheme != source.SchemeLocal:
		return &source.UnknownSchemeError{Scheme: pin.Scheme, Known: s.Schemes()}
	case pin.Subdir != "" && !fs.ValidPath(pin.Subdir):
		return pack.Errorf(pack.CodeUnsafePath, "subdirectory %q: want a relative path inside", pin.Subdir)
	}
	return nil
}
