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
	"path"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/filelock"
)

// An Item is what is put in a bundle: an entry, whose size is found out, and its content.
type Item struct {
	// Entry may have a Digest, which the content must then have. A directory that has that
	// content is not written it again; a pack there is known by its tree digest, too, and a
	// Node.js package by its integrity.
	Entry
	// Write writes the content.
	Write func(ctx context.Context, w io.Writer) error
}

// PackEntry returns the entry of a pack with that tree digest, and the pins that deliver it,
// without those of this machine: the entry is the same on every one. Its content is what
// [WriteTree] writes.
func PackEntry(id pack.ID, tree pack.Digest, pins []pack.Pin) Entry {
	e := Entry{Kind: KindPack, Name: id.String(), Tree: tree}
	for _, p := range pins {
		if !p.Remote() {
			continue
		}
		p = p.WithoutQuery()
		p.TreeDigest = tree
		e.Pins = append(e.Pins, p)
	}
	return e
}

// DataItem returns the item of an entry whose content is data.
func DataItem(e Entry, data []byte) Item {
	return Item{Entry: e, Write: func(_ context.Context, w io.Writer) error {
		_, err := w.Write(data)
		return err
	}}
}

// UpdateDir makes the directory dir a bundle of the items, and creates it if it is missing.
// Contents that it has already are kept, and others are removed. What it was before stays
// valid until the new manifest replaces the old one. A directory that has other files than
// a bundle is refused, and so is one that another process is updating, with
// [pack.CodeBusy].
func UpdateDir(ctx context.Context, dir string, items []Item) (*Manifest, error) {
	m, err := updateDir(ctx, dir, items)
	if err != nil {
		return nil, fmt.Errorf("write bundle %q: %w", dir, err)
	}
	return m, nil
}

func updateDir(ctx context.Context, dir string, items []Item) (*Manifest, error) {
	if err := os.MkdirAll(filepath.Join(dir, "blobs"), 0o755); err != nil {
		return nil, ioError("create", err)
	}
	w := &writer{dir: dir, made: &Manifest{Format: Format}, old: map[string]pack.Digest{}}
	unlock, err := w.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := w.readOld(); err != nil {
		return nil, err
	}
	for i := range items {
		if err := w.add(ctx, &items[i]); err != nil {
			return nil, fmt.Errorf("%s %s: %w", items[i].Kind, items[i].Name, err)
		}
	}
	return w.made, w.finish()
}

// A writer writes a directory.
type writer struct {
	dir  string
	made *Manifest
	old  map[string]pack.Digest // what is there, by its mark
}

// mark returns what tells the content of an entry without reading it, "" for nothing.
func (e *Entry) mark() string {
	if text := string(e.Tree) + e.Integrity; text != "" {
		return text
	}
	return string(e.Digest)
}

// lock excludes other processes, where there are locks.
func (w *writer) lock() (unlock func(), err error) {
	f, err := os.Open(w.dir)
	if err != nil {
		return nil, ioError("open", err)
	}
	if ok, err := filelock.TryOpen(f); !ok && !errors.Is(err, errors.ErrUnsupported) {
		return nil, errors.Join(pack.Errorf(pack.CodeBusy, "another process is writing it"), f.Close())
	}
	return func() { _ = f.Close() }, nil // which unlocks it
}

// readOld reads what is there, and refuses a directory that has other files.
func (w *writer) readOld() error {
	root, err := os.OpenRoot(w.dir)
	if err != nil {
		return ioError("open", err)
	}
	defer func() { _ = root.Close() }() // it was only read
	names, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return ioError("list", err)
	}
	for _, n := range names {
		if name := n.Name(); name != manifestName && name != "blobs" && !strings.HasPrefix(name, partial) {
			return pack.Errorf(pack.CodeInvalidRequest, "the directory has the file %q, which is not part of a bundle", name)
		}
	}
	m, err := readDir(root)
	if err != nil {
		return nil // it is written anew
	}
	for i := range m.Entries {
		w.old[m.Entries[i].mark()] = m.Entries[i].Digest
	}
	return nil
}

// partial begins the names of files that are being written.
const partial = ".partial-"

func (w *writer) add(ctx context.Context, item *Item) error {
	e := item.Entry
	d := e.Digest
	if d == "" {
		d = w.old[e.mark()]
	}
	if size, ok := w.kept(ctx, d); ok {
		e.Digest, e.Size = d, size
		w.made.Entries = append(w.made.Entries, e)
		return nil
	}
	f, err := os.CreateTemp(w.dir, partial)
	if err != nil {
		return ioError("create", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // unless it was renamed
	h := sha256.New()
	err = item.Write(ctx, io.MultiWriter(f, h))
	info, err2 := f.Stat()
	if err = errors.Join(err, err2, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	got := pack.Digest("sha256:" + hex.EncodeToString(h.Sum(nil)))
	if e.Digest != "" && e.Digest != got {
		return pack.Errorf(pack.CodeChecksumMismatch, "its digest is %s, want %s", got, e.Digest)
	}
	e.Digest, e.Size = got, info.Size()
	w.made.Entries = append(w.made.Entries, e)
	return ioError("write", os.Rename(f.Name(), filepath.Join(w.dir, filepath.FromSlash(blobPath(got)))))
}

// kept returns the size of a content that is there and has its digest.
func (w *writer) kept(ctx context.Context, d pack.Digest) (size int64, ok bool) {
	if d == "" {
		return 0, false
	}
	root, err := os.OpenRoot(w.dir)
	if err != nil {
		return 0, false
	}
	b := &Bundle{dir: root}
	defer func() { _ = b.Close() }() // it was only read
	info, err := root.Lstat(blobPath(d))
	if err != nil {
		return 0, false
	}
	c, err := b.open(ctx, &Entry{Digest: d, Size: info.Size()})
	if err != nil {
		return 0, false
	}
	return info.Size(), c.Close() == nil
}

// finish writes the manifest, and removes what it does not list.
func (w *writer) finish() error {
	text, err := w.made.bytes()
	if err == nil {
		_, err = parseManifest(text) // what would not be read is not written
	}
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(w.dir, partial)
	if err != nil {
		return ioError("create", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // unless it was renamed
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return ioError("write", err)
	}
	if err := os.Rename(f.Name(), filepath.Join(w.dir, manifestName)); err != nil {
		return ioError("write", err)
	}
	return w.sweep()
}

// sweep removes what the manifest does not list.
func (w *writer) sweep() error {
	listed := map[string]bool{manifestName: true, "blobs": true}
	for i := range w.made.Entries {
		listed[blobPath(w.made.Entries[i].Digest)] = true
	}
	var errs []error
	for _, dir := range []string{"", "blobs"} {
		names, err := os.ReadDir(filepath.Join(w.dir, dir))
		errs = append(errs, err)
		for _, n := range names {
			if name := path.Join(dir, n.Name()); !listed[name] {
				errs = append(errs, os.RemoveAll(filepath.Join(w.dir, filepath.FromSlash(name))))
			}
		}
	}
	return ioError("remove", errors.Join(errs...))
}
