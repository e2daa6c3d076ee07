package localsource

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/roots"
	"github.com/packtrain/pack/source"
)

// open opens the directory that pin names, down to its subdirectory.
func (s *Source) open(ctx context.Context, pin pack.Pin) (*os.Root, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if pin.Scheme != source.SchemeLocal {
		return nil, &source.UnknownSchemeError{Scheme: pin.Scheme, Known: s.Schemes()}
	}
	if pin.Subdir != "" && !fs.ValidPath(pin.Subdir) {
		return nil, pack.Errorf(pack.CodeUnsafePath, "subdirectory %q: want a relative path inside", pin.Subdir)
	}
	dir, err := s.allowed.OpenDir(pin.Location)
	if err != nil {
		return nil, err
	}
	return roots.Descend(dir, filepath.FromSlash(pin.Subdir), pack.CodeForbiddenEntry)
}
