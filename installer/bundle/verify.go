package bundle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// Verify reads all contents, and compares them with their digests: packs with that of their
// tree, too, and Node.js packages with their integrity. In a directory, files that are not
// listed are errors. The errors of all entries are joined.
func (b *Bundle) Verify(ctx context.Context) error {
	var errs []error
	for i := range b.manifest.Entries {
		if err := b.verify(ctx, &b.manifest.Entries[i]); err != nil {
			errs = append(errs, err)
		}
		if ctx.Err() != nil {
			return errors.Join(errs...)
		}
	}
	if b.dir != nil {
		errs = append(errs, b.unlisted())
	}
	return errors.Join(errs...)
}

func (b *Bundle) verify(ctx context.Context, e *Entry) (err error) {
	c, err := b.open(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	switch e.Kind {
	case KindPack:
		err = verifyTree(ctx, c, e.Tree)
	case KindNode:
		err = verifyIntegrity(c, e.Integrity)
	case KindIndex, KindLock, KindProof, KindPython:
	}
	if err != nil {
		return fmt.Errorf("%s %s in bundle %q: %w", e.Kind, e.Name, b.Path, err)
	}
	return nil
}

// verifyTree receives a pack as an installation does.
func verifyTree(ctx context.Context, c *content, want pack.Digest) (err error) {
	dir, err := os.MkdirTemp("", "bundle-")
	if err != nil {
		return ioError("make directory", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return ioError("open", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	tree, err := source.NewTreeIn(root, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tree.Discard()) }()
	if err := pushTree(ctx, c, pack.Pin{}, tree); err != nil {
		return err
	}
	got, err := tree.Finish()
	if err != nil {
		return err
	}
	return want.VerifyTree(got.TreeDigest)
}

// verifyIntegrity compares a Node.js package with its digests.
func verifyIntegrity(r io.Reader, want string) error {
	i, err := newIntegrity(want)
	if err != nil {
		return err
	}
	if _, err := io.Copy(i, r); err != nil {
		return ioError("read", err)
	}
	return i.verify()
}

// unlisted returns an error for the first file in the directory that the manifest does not
// list.
func (b *Bundle) unlisted() error {
	listed := map[string]bool{".": true, "blobs": true, manifestName: true}
	for i := range b.manifest.Entries {
		listed[blobPath(b.manifest.Entries[i].Digest)] = true
	}
	return fs.WalkDir(b.dir.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return ioError("list", err)
		case !listed[name], entry.IsDir() != (name == "." || name == "blobs"):
			return malformed("%q is not in the manifest of %q", name, b.Path)
		}
		return nil
	})
}
