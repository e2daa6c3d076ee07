package write

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/packtrain/pack"
)

const (
	dirMode        fs.FileMode = 0o755
	fileMode       fs.FileMode = 0o644
	executableMode fs.FileMode = 0o755
)

// dirs keeps the directories open that lead to the current one, so that a file
// is created relative to its own directory: entries mostly come directory by
// directory.
type dirs struct {
	root *os.Root
	open []openDir // from the root down; none before the first file
}

type openDir struct {
	path string
	dir
}

// enter opens the directory path, creating missing directories.
func (d *dirs) enter(x *index, path string) (dir, error) {
	if err := d.begin(); err != nil {
		return dir{}, err
	}
	d.leave(path)
	current := d.open[len(d.open)-1]
	for current.path != path {
		name := strings.TrimPrefix(path[len(current.path):], "/")
		name, _, _ = strings.Cut(name, "/")
		at := join(current.path, name)
		child, err := enterChild(current.dir, name, x.dir(at))
		if err != nil {
			return dir{}, err
		}
		current = openDir{path: at, dir: child}
		d.open = append(d.open, current)
	}
	return current.dir, nil
}

// begin opens the root, unless that was done.
func (d *dirs) begin() error {
	if len(d.open) > 0 {
		return nil
	}
	top, err := openRoot(d.root)
	if err != nil {
		return ioError("open directory", ".", err)
	}
	d.open = append(d.open, openDir{dir: top})
	return nil
}

// leave closes what does not lead to path.
func (d *dirs) leave(path string) {
	for n := len(d.open); n > 1; n-- {
		last := d.open[n-1]
		if rest, ok := strings.CutPrefix(path, last.path); ok && (rest == "" || rest[0] == '/') {
			return
		}
		_ = last.close() // a directory that was only read
		d.open = d.open[:n-1]
	}
}

func (d *dirs) close() {
	for _, open := range d.open {
		_ = open.close()
	}
	d.open = nil
}

func enterChild(parent dir, name string, n *node) (dir, error) {
	if n.created {
		child, err := parent.enter(name)
		return child, ioError("open directory", n.path, err)
	}
	if err := parent.mkdir(name, dirMode); err != nil {
		return dir{}, ioError("create directory", n.path, err)
	}
	n.created = true
	child, err := parent.enter(name)
	if err != nil {
		return dir{}, ioError("open directory", n.path, err)
	}
	// The umask may have taken some of the mode.
	if err := child.chmod(dirMode); err != nil {
		return dir{}, ioError("create directory", n.path, errors.Join(err, child.close()))
	}
	return child, nil
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// ioError wraps an error of the file system. A new name that already exists is
// one that this system equates with another.
func ioError(verb, path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return pack.Errorf(pack.CodeNameCollision, "%s %q: it exists already", verb, shown(path))
	}
	return pack.Errorf(pack.CodeIO, "%s %q: %w", verb, shown(path), err)
}
