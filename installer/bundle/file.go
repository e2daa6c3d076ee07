package bundle

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// CreateFile makes the file path a bundle of the items, in place of what is there. Its
// directory holds the contents meanwhile, too.
func CreateFile(ctx context.Context, path string, items []Item) (*Manifest, error) {
	m, err := createFile(ctx, path, items)
	if err != nil {
		return nil, fmt.Errorf("write bundle %q: %w", path, err)
	}
	return m, nil
}

func createFile(ctx context.Context, path string, items []Item) (m *Manifest, err error) {
	dir, err := os.MkdirTemp(filepath.Dir(path), partial)
	if err != nil {
		return nil, ioError("create", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	contents := filepath.Join(dir, "contents")
	if m, err = updateDir(ctx, contents, items); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "file"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, ioError("create", err)
	}
	err = writeFile(ctx, f, contents, m)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	return m, ioError("write", os.Rename(f.Name(), path))
}

// writeFile writes the tar of a directory.
func writeFile(ctx context.Context, f io.Writer, dir string, m *Manifest) error {
	text, err := m.bytes()
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 64<<10)
	spans, _ := m.spans(int64(len(text)))
	names := []string{manifestName}
	for _, d := range slices.Sorted(maps.Keys(spans)) {
		names = append(names, blobPath(d))
	}
	for _, name := range names {
		if err := writeMember(ctx, w, dir, name); err != nil {
			return ioError("write", err)
		}
	}
	_, err = w.Write(make([]byte, ending))
	return errors.Join(err, w.Flush())
}

func writeMember(ctx context.Context, w io.Writer, dir, name string) (err error) {
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	head, err := header(name, info.Size())
	if err != nil {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	if _, err := io.Copy(w, &stopping{ctx, f}); err != nil {
		return err
	}
	_, err = w.Write(make([]byte, padding(info.Size())))
	return err
}
