package bundle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/packtrain/pack"
)

// A Bundle is an open bundle. It is safe for concurrent use.
type Bundle struct {
	// Path is where it was opened.
	Path string

	manifest *Manifest
	file     *os.File             // of a file, else nil
	spans    map[pack.Digest]span // in the file
	dir      *os.Root             // of a directory, else nil
}

// Open opens the file or directory of a bundle, and reads its manifest. The contents are
// compared with their digests when they are used. The caller closes it. What is not a
// bundle is an error with [pack.CodeMalformedContent].
func Open(path string) (*Bundle, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, ioError("open", err)
	}
	b := &Bundle{Path: path}
	if info.IsDir() {
		err = b.openDir(path)
	} else {
		err = b.openFile(path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open bundle %q: %w", path, err), b.Close())
	}
	return b, nil
}

func (b *Bundle) openFile(path string) (err error) {
	if b.file, err = os.Open(path); err != nil {
		return ioError("open", err)
	}
	info, err := b.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return malformed("%w", errFrame)
	}
	b.manifest, b.spans, err = readFrame(b.file, info.Size())
	return err
}

func (b *Bundle) openDir(path string) (err error) {
	if b.dir, err = os.OpenRoot(path); err != nil {
		return ioError("open", err)
	}
	b.manifest, err = readDir(b.dir)
	return err
}

// readDir reads the manifest of a directory.
func readDir(dir *os.Root) (*Manifest, error) {
	f, size, err := openRegular(dir, manifestName)
	if err != nil {
		return nil, malformed("%w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	if size > maxManifest {
		return nil, &pack.LimitError{Limit: "size of the manifest of a bundle", Max: maxManifest, Value: size}
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, ioError("read", err)
	}
	return parseManifest(data)
}

// openRegular opens a file that is not a link.
func openRegular(dir *os.Root, name string) (*os.File, int64, error) {
	info, err := dir.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%q is not a regular file", name)
	}
	if err != nil {
		return nil, 0, err
	}
	f, err := dir.Open(name)
	if err != nil {
		return nil, 0, err
	}
	if info, err = f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, 0, errors.Join(fmt.Errorf("%q is not a regular file", name), f.Close())
	}
	return f, info.Size(), nil
}

// Close closes the bundle.
func (b *Bundle) Close() error {
	var errs []error
	if b.file != nil {
		errs = append(errs, b.file.Close())
	}
	if b.dir != nil {
		errs = append(errs, b.dir.Close())
	}
	return errors.Join(errs...)
}

// Manifest returns what is in the bundle. The caller may not change it.
func (b *Bundle) Manifest() *Manifest { return b.manifest }

// id stands for all that is in the bundle.
func (b *Bundle) id() string { return string(b.manifest.Sum[len("sha256:"):]) }

// A content is one that was compared with its digest.
type content struct {
	*io.SectionReader
	close func() error
}

// Close implements [io.Closer].
func (c *content) Close() error { return c.close() }

// open opens the content of an entry, and compares it with its digest. The caller closes
// it.
func (b *Bundle) open(ctx context.Context, e *Entry) (*content, error) {
	c, err := b.openContent(e)
	if err != nil {
		return nil, fmt.Errorf("%s %s in bundle %q: %w", e.Kind, e.Name, b.Path, err)
	}
	h := sha256.New()
	_, err = io.Copy(h, &stopping{ctx, io.NewSectionReader(c, 0, c.Size())})
	if sum := pack.Digest("sha256:" + hex.EncodeToString(h.Sum(nil))); err == nil && sum != e.Digest {
		err = pack.Errorf(pack.CodeChecksumMismatch, "it has the digest %s, want %s", sum, e.Digest)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s %s in bundle %q: %w", e.Kind, e.Name, b.Path, err), c.close())
	}
	return c, nil
}

func (b *Bundle) openContent(e *Entry) (*content, error) {
	if b.file != nil {
		return &content{io.NewSectionReader(b.file, b.spans[e.Digest].at, e.Size), func() error { return nil }}, nil
	}
	f, size, err := openRegular(b.dir, blobPath(e.Digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, malformed("it is missing")
	}
	if err != nil {
		return nil, ioError("open", err)
	}
	if size != e.Size {
		return nil, errors.Join(pack.Errorf(pack.CodeChecksumMismatch, "its size is %d bytes, want %d", size, e.Size), f.Close())
	}
	return &content{io.NewSectionReader(f, 0, size), f.Close}, nil
}

// Read returns the whole content of an entry, compared with its digest. More than most
// bytes are an error with [pack.CodeLimitExceeded].
func (b *Bundle) Read(ctx context.Context, e *Entry, most int64) (data []byte, err error) {
	if e.Size > most {
		return nil, &pack.LimitError{Limit: "size of " + e.Name, Max: most, Value: e.Size}
	}
	c, err := b.open(ctx, e)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	data, err = io.ReadAll(c)
	return data, ioError("read", err)
}

// A stopping reader ends with a context.
type stopping struct {
	ctx context.Context //nolint:containedctx // that of one call
	io.Reader
}

// Read implements [io.Reader].
func (s *stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.Reader.Read(p)
}

// ioError gives an error of the file system a code.
func ioError(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return pack.Errorf(pack.CodeNotFound, "%s: %w", doing, err)
	}
	return pack.Errorf(pack.CodeIO, "%s: %w", doing, err)
}
