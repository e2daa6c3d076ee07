package extract

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
	open []openDir // from below the root down
}

type openDir struct {
	path string
	root *os.Root
}

// enter opens the directory path, creating what is missing of it.
func (d *dirs) enter(x *index, path string) (*os.Root, error) {
	d.leave(path)
	current, at := d.root, ""
	if n := len(d.open); n > 0 {
		current, at = d.open[n-1].root, d.open[n-1].path
	}
	for at != path {
		name := path[len(at):]
		name, _, _ = strings.Cut(strings.TrimPrefix(name, "/"), "/")
		at = join(at, name)
		next, err := enterChild(current, name, x.dir(at))
		if err != nil {
			return nil, err
		}
		d.open = append(d.open, openDir{path: at, root: next})
		current = next
	}
	return current, nil
}

// leave closes what does not lead to path.
func (d *dirs) leave(path string) {
	for n := len(d.open); n > 0; n-- {
		last := d.open[n-1]
		if rest, ok := strings.CutPrefix(path, last.path); ok && (rest == "" || rest[0] == '/') {
			return
		}
		_ = last.root.Close() // a directory that was only read
		d.open = d.open[:n-1]
	}
}

func (d *dirs) close() {
	for _, dir := range d.open {
		_ = dir.root.Close()
	}
	d.open = nil
}

func enterChild(parent *os.Root, name string, n *node) (*os.Root, error) {
	if n.created {
		child, err := parent.OpenRoot(name)
		return child, ioError("open directory", n.path, err)
	}
	if err := parent.Mkdir(name, dirMode); err != nil {
		return nil, ioError("create directory", n.path, err)
	}
	n.created = true
	child, err := parent.OpenRoot(name)
	if err != nil {
		return nil, ioError("open directory", n.path, err)
	}
	if err := restoreMode(child); err != nil {
		return nil, ioError("create directory", n.path, errors.Join(err, child.Close()))
	}
	return child, nil
}

// restoreMode undoes what the umask took from a new directory. It works on the
// open directory: the name may mean something else by now.
func restoreMode(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(dirMode), f.Close())
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// ioError wraps an error of the file system. What exists although it was not
// there before is a name that this system takes for another one.
func ioError(verb, path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return pack.Errorf(pack.CodeNameCollision, "%s %q: it exists already", verb, shown(path))
	}
	return pack.Errorf(pack.CodeIO, "%s %q: %w", verb, shown(path), err)
}
