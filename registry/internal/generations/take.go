package generations

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
)

// Take renames the directory dir to dest. Both lie in staging ([Layout.InStaging]). A
// link, or a directory that is reached through one that leads out of staging, is not
// content: the error matches [pack.ErrUnsafe].
func (d *Disk) Take(dir, dest string) error {
	staging, err := os.OpenRoot(d.dir(stagingDir))
	if err != nil {
		return pack.Errorf(pack.CodeIO, "open staging: %w", err)
	}
	defer func() { _ = staging.Close() }() // it was only read
	from, err := filepath.Rel(staging.Name(), dir)
	if err != nil {
		return pack.Errorf(pack.CodeInvalidRequest, "take over staged pack: %w", err)
	}
	to, err := filepath.Rel(staging.Name(), dest)
	if err != nil {
		return pack.Errorf(pack.CodeInvalidRequest, "take over staged pack: %w", err)
	}
	if err := checkStaged(staging, from); err != nil {
		return err
	}
	if err := staging.Rename(from, to); err != nil {
		return pack.Errorf(pack.CodeIO, "take over staged pack: %w", err)
	}
	return checkStaged(staging, to) // it may have been replaced before it was renamed
}

// checkStaged refuses what is not a directory in staging.
func checkStaged(staging *os.Root, name string) error {
	info, err := staging.Lstat(name)
	switch {
	case err != nil:
		if _, statErr := os.Stat(filepath.Join(staging.Name(), name)); statErr == nil {
			return pack.Errorf(pack.CodeForbiddenEntry, "staged pack %q leads out of staging through a link: %w", name, err)
		}
		return pack.Errorf(pack.CodeIO, "take over staged pack: %w", err)
	case info.Mode()&fs.ModeSymlink != 0:
		return pack.Errorf(pack.CodeForbiddenEntry, "staged pack %q is a symbolic link; stage the directory itself", name)
	case !info.IsDir():
		return pack.Errorf(pack.CodeForbiddenEntry, "staged pack %q is not a directory", name)
	}
	return nil
}
