package localsource

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
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
	anchor, below, err := s.anchor(pin.Location)
	if err != nil {
		return nil, err
	}
	dir, err := os.OpenRoot(anchor)
	if err != nil {
		return nil, failed(err)
	}
	if dir, err = descend(dir, below, pack.CodePolicyDenied); err != nil {
		return nil, err
	}
	return descend(dir, filepath.FromSlash(pin.Subdir), pack.CodeForbiddenEntry)
}

// anchor splits an absolute path into a directory that may be opened as it is,
// and what is to be opened from there.
func (s *Source) anchor(path string) (dir, below string, err error) {
	switch {
	case path != filepath.Clean(path) || !filepath.IsAbs(path):
		return "", "", pack.Errorf(pack.CodeInvalidRequest, "want an absolute path without %q", "..")
	case strings.ContainsRune(path, 0):
		return "", "", pack.Errorf(pack.CodePolicyDenied, "the path has a zero byte")
	case filepath.Dir(path) == path:
		return "", "", pack.Errorf(pack.CodePolicyDenied, "the whole file system is no pack")
	case s.opts.AllowAll:
		return filepath.Dir(path), filepath.Base(path), nil
	}
	for _, root := range s.opts.Roots {
		if below, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(below) {
			return root, below, nil
		}
	}
	return "", "", pack.Errorf(pack.CodePolicyDenied, "it lies below none of the allowed directories")
}

// descend opens the directory path below dir, one component after another, and
// closes dir. Links are refused with the given code.
func descend(dir *os.Root, path string, links pack.Code) (*os.Root, error) {
	if path == "" || path == "." {
		return dir, nil
	}
	for name := range strings.SplitSeq(path, string(filepath.Separator)) {
		next, err := enter(dir, name, links)
		if err = errors.Join(err, dir.Close()); err != nil {
			return nil, err
		}
		dir = next
	}
	return dir, nil
}

// enter opens the directory name in dir, unless it is anything else.
func enter(dir *os.Root, name string, links pack.Code) (*os.Root, error) {
	info, err := dir.Lstat(name)
	if err != nil {
		return nil, failed(err)
	}
	if err := checkDir(info, name, links); err != nil {
		return nil, err
	}
	opened, err := openSame(dir, name, info)
	return opened, failed(err)
}

func checkDir(info fs.FileInfo, name string, links pack.Code) error {
	switch {
	case info.IsDir():
		return nil
	case info.Mode()&fs.ModeSymlink != 0:
		return pack.Errorf(links, "%q is a symbolic link; name the directory itself", name)
	case info.Mode().IsRegular():
		return pack.Errorf(pack.CodeInvalidRequest, "%q is a file; archives of this machine are not supported yet, only directories", name)
	}
	return pack.Errorf(pack.CodeForbiddenEntry, "%q is no directory", name)
}

// openSame opens the directory name in dir, which must still be the one that
// info describes.
func openSame(dir *os.Root, name string, info fs.FileInfo) (*os.Root, error) {
	opened, err := dir.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	now, err := opened.Stat(".")
	if err == nil && !os.SameFile(info, now) {
		err = changed(name)
	}
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return opened, nil
}
