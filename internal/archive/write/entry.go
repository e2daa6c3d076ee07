package write

import (
	"crypto/sha256"
	"io/fs"

	"github.com/packtrain/pack"
)

// An Entry is one file or directory to write.
type Entry struct {
	Name string      // relative, separated by "/"
	Mode fs.FileMode // type, and whether executable
	Size int64       // of a file's content; -1 when it is not known beforehand
	Link string      // target of a link, which is refused
	// Fault is why the reader of the entry refuses it, nil for nothing.
	Fault error
}

// A File is a regular file as it was written.
type File struct {
	Path       string
	Executable bool
	Size       int64
	Sum        [sha256.Size]byte // SHA-256 of the content
}

// executable is the part of a mode's permissions that is kept.
func (e Entry) executable() bool { return e.Mode&0o111 != 0 }

// checkType refuses everything but regular files and directories.
func (e Entry) checkType() error {
	if e.Fault != nil {
		return e.Fault
	}
	switch e.Mode.Type() {
	case fs.ModeDir:
		return nil
	case 0:
		if e.Link == "" {
			return nil
		}
		return e.forbidden("a hard link")
	case fs.ModeSymlink:
		return e.forbidden("a symbolic link")
	case fs.ModeNamedPipe:
		return e.forbidden("a named pipe")
	case fs.ModeSocket:
		return e.forbidden("a socket")
	case fs.ModeDevice, fs.ModeDevice | fs.ModeCharDevice:
		return e.forbidden("a device")
	}
	return e.forbidden("neither a regular file nor a directory")
}

func (e Entry) forbidden(what string) error {
	return pack.Errorf(pack.CodeForbiddenEntry, "entry %q is %s: only regular files and directories are allowed", shown(e.Name), what)
}
