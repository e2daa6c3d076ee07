package write

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// Options configure a Writer. The zero value is ready to use.
type Options struct {
	Limits Limits
	// Observer, unless nil, sees the content of each file that is written.
	Observer Observer
}

// An Observer sees files while they are written. When the tree is refused,
// discard the Observer: it has seen content of a refused tree.
type Observer interface {
	// Begin announces the next file. size is -1 when it is not known in advance.
	Begin(path string, size int64)
	// Writer gets the content. A file smaller than [PartSize] comes at once.
	io.Writer
}

// A Writer writes a tree below a root. It is for one goroutine at a time. After
// an error every further call returns an error that wraps the first one.
type Writer struct {
	root  *os.Root
	opts  Options
	index *index
	dirs  dirs
	copy  *copier
	files []File
	empty []File // of files, those that Finish creates
	err   error
}

// New returns a Writer that writes below root, which must be empty and remains
// the caller's to close.
func New(root *os.Root, opts Options) *Writer {
	limits := opts.Limits.withDefaults()
	return &Writer{
		root:  root,
		opts:  opts,
		index: newIndex(limits),
		dirs:  dirs{root: root},
		copy:  &copier{limits: limits, hash: sha256.New()},
	}
}

// Put takes one entry. The content of a regular file is read to its end; nil
// means an empty file. A directory is noted, and created when a file needs it.
func (w *Writer) Put(ctx context.Context, e Entry, content io.Reader) error {
	if w.err != nil {
		return fmt.Errorf("write %q: unusable since: %w", shown(e.Name), w.err)
	}
	w.err = w.put(ctx, e, content)
	return w.err
}

// Check returns the error of Put for the type or the name of an entry alone. It
// leaves the Writer as it is.
func (w *Writer) Check(e Entry) error {
	_, err := w.check(e)
	return err
}

// Files returns the files that were written, in the order of their arrival.
func (w *Writer) Files() []File { return w.files }

// Top returns the name of the one directory that holds all files, those that
// were skipped included; "" when there is none, or no file yet. Files for which
// [IsJunk] holds do not count.
func (w *Writer) Top() string { return w.index.top.Name() }

// Spread reports whether it is known that there is no such directory.
func (w *Writer) Spread() bool { return w.index.top.Spread() }

// Open opens the content of a file that was written.
func (w *Writer) Open(path string) (io.ReadCloser, error) {
	// Not blocking, should another process have put a pipe there.
	f, err := w.root.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	return f, ioError("open", path, err)
}

// Close releases what the Writer holds, but not the root. No entry may be put
// afterwards.
func (w *Writer) Close() { w.dirs.close() }

func (w *Writer) put(ctx context.Context, e Entry, content io.Reader) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write %q: %w", shown(e.Name), err)
	}
	path, err := w.check(e)
	switch {
	case err != nil:
		return err
	case e.Mode.IsDir():
		return w.index.addDir(path)
	}
	return w.putFile(ctx, path, e, content)
}

// check returns the path of an entry whose type and name are fine.
func (w *Writer) check(e Entry) (path string, err error) {
	if err := e.checkType(); err != nil {
		return "", err
	}
	name := e.Name
	if e.Mode.IsDir() {
		name = trimSlash(name)
	}
	path, err = w.copy.limits.cleanName(name)
	if err == nil && path == "" && !e.Mode.IsDir() {
		err = unsafe(e.Name, "is that of the top directory")
	}
	return path, err
}

// trimSlash removes the slash that archives write after the name of a directory.
func trimSlash(name string) string {
	if name == "./" || name == "/" {
		return name
	}
	return strings.TrimSuffix(name, "/")
}
