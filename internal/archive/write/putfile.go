package write

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Finish creates the empty files, which are the last so that a million of them
// costs nothing before a limit is passed. No entry may be put afterwards.
func (w *Writer) Finish() error {
	if w.err != nil {
		return fmt.Errorf("create empty files: unusable since: %w", w.err)
	}
	for _, f := range w.empty {
		file, err := w.create(f.Path, f.Executable)
		if err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return ioError("create", f.Path, err)
		}
	}
	return nil
}

func (w *Writer) putFile(ctx context.Context, path string, e Entry, content io.Reader) error {
	if err := w.index.addFile(path, path != e.Name); err != nil {
		return err
	}
	if content == nil {
		content = strings.NewReader("")
	}
	n, err := w.copy.start(ctx, e, content)
	if err != nil {
		return err
	}
	f := File{Path: path, Executable: e.executable()}
	if n == 0 {
		f.Size, err = w.observe(ctx, path, e, io.Discard, n, content)
	} else {
		f.Size, err = w.write(ctx, path, e, n, content)
	}
	if err != nil {
		return err
	}
	w.copy.hash.Sum(f.Sum[:0])
	w.files = append(w.files, f)
	if n == 0 {
		w.empty = append(w.empty, f)
	}
	return nil
}

// write creates the file and fills it with the n bytes that were read and the
// rest of the content.
func (w *Writer) write(ctx context.Context, path string, e Entry, n int, content io.Reader) (size int64, err error) {
	f, err := w.create(path, e.executable())
	if err != nil {
		return 0, err
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = ioError("write", path, closeErr)
		}
	}()
	return w.observe(ctx, path, e, f, n, content)
}

// observe copies content to dst, and shows it to the observer.
func (w *Writer) observe(ctx context.Context, path string, e Entry, dst io.Writer, n int, content io.Reader) (size int64, err error) {
	if w.opts.Observer != nil {
		w.opts.Observer.Begin(path, sizeOf(e, n))
		dst = io.MultiWriter(dst, w.opts.Observer)
	}
	return w.copy.copy(ctx, e, dst, n, content)
}

// sizeOf returns the size of an entry of which n bytes were read.
func sizeOf(e Entry, n int) int64 {
	if n < PartSize {
		return int64(n)
	}
	return e.Size
}

func (w *Writer) create(path string, executable bool) (f file, err error) {
	parent := parentOf(path)
	dir, err := w.dirs.enter(w.index, parent)
	if err != nil {
		return f, err
	}
	mode := fileMode
	if executable {
		mode = executableMode
	}
	if f, err = dir.create(strings.TrimPrefix(path[len(parent):], "/"), mode); err != nil {
		return f, ioError("create", path, err)
	}
	// The umask may have taken some of the mode.
	if err := f.Chmod(mode); err != nil {
		return f, ioError("create", path, errors.Join(err, f.Close()))
	}
	return f, nil
}
