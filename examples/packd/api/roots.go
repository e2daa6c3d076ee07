package api

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
)

// openRoots opens the directories below which the packs of requests and destinations
// lie.
func openRoots(root string, allowed []string) (*host.Roots, error) {
	if !filepath.IsAbs(root) {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "root %q is not an absolute path", root)
	}
	if err := hostflags.MakeRoot(root); err != nil {
		return nil, err
	}
	for _, dir := range allowed {
		if err := checkApart(root, dir); err != nil {
			return nil, err
		}
	}
	return host.OpenRoots(allowed...)
}

// checkApart refuses a directory that holds the root, or lies in it: a request could
// overwrite the installed packs.
func checkApart(root, dir string) error {
	realRoot, err := filepath.EvalSymlinks(root)
	if err != nil {
		return err
	}
	realDir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return pack.Errorf(pack.CodeInvalidRequest, "open allowed root %q: %w", dir, err)
	}
	if inside(realRoot, realDir) || inside(realDir, realRoot) {
		return pack.Errorf(pack.CodeInvalidRequest, "allowed root %q and the root %q overlap; keep them apart", dir, root)
	}
	return nil
}

// inside reports whether path is dir or is inside it.
func inside(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// checkWritable checks that a directory, which need not exist yet, is below the
// roots.
func checkWritable(roots *host.Roots, dir string) error {
	root, err := roots.Open(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return directoryError(dir, err)
	}
	return root.Close()
}

// create opens a directory below the roots, which it makes when it is missing.
func create(roots *host.Roots, dir string) (*os.Root, error) {
	root, err := roots.Create(dir)
	if err != nil {
		return nil, directoryError(dir, err)
	}
	return root, nil
}

// directoryError distinguishes faults of a directory that a request names from
// faults of the disk.
func directoryError(dir string, err error) error {
	for _, fault := range []struct {
		is   error
		code pack.Code
	}{
		{fs.ErrPermission, pack.CodePolicyDenied},
		{fs.ErrNotExist, pack.CodeConflict}, // it is being moved concurrently
		{syscall.ENOTDIR, pack.CodeInvalidRequest},
		{syscall.ENAMETOOLONG, pack.CodeInvalidRequest},
		{syscall.EINVAL, pack.CodeInvalidRequest},
		{pack.ErrInvalid, pack.CodeInvalidRequest},
	} {
		if errors.Is(err, fault.is) {
			return pack.Errorf(fault.code, "directory %.200q: %w", dir, err)
		}
	}
	return err
}
