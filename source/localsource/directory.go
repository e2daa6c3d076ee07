package localsource

import (
	"io/fs"

	"github.com/packtrain/pack/internal/os/workdir"
)

// A Directory holds the files of a pack in a directory that people work in: those that
// a Source delivers, and that the stages see which take its path. It is safe for
// concurrent use.
type Directory struct {
	dir *workdir.Dir
}

// OpenDirectory opens the directory of a pack at an absolute path, for programs whose
// user is the owner of the machine. The caller closes it. Errors have the code
// pack.CodeNotFound, [pack.CodeIO], or [pack.CodeInvalidManifest] for what is not a
// directory.
func OpenDirectory(path string) (*Directory, error) {
	dir, err := workdir.Open(nil, path, false)
	if err != nil {
		return nil, err
	}
	return &Directory{dir}, nil
}

// FS returns the files, without what is not part of the pack. Links and pipes are
// listed, and never followed out of the directory. It can be used until Close.
func (d *Directory) FS() fs.FS { return d.dir }

// LeftOut returns a text for users that names what is not part of the pack, "" for
// nothing.
func (d *Directory) LeftOut() string { return d.dir.LeftOut() }

// Close closes the directory.
func (d *Directory) Close() error { return d.dir.Close() }
