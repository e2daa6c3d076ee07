package installer

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// verify checks that the content received below root is what the pin promises and
// what the spec asks for, and records it.
func (j *job) verify(it *item, pin pack.Pin, root *os.Root, result source.TreeResult) error {
	content, err := fs.Sub(root.FS(), cmp.Or(filepath.ToSlash(result.Dir), "."))
	if err != nil {
		return pack.Errorf(pack.CodeIO, "open content: %w", err)
	}
	if err := checkTree(pin, result); err != nil {
		return fmt.Errorf("verify content: %w", err)
	}
	if pin.DirectoryChecksum != "" && pin.DirectoryChecksum != result.DirectoryChecksum {
		// Publishers sort the paths in one of two ways.
		if err := pack.VerifyDirectory(content, pin.DirectoryChecksum); err != nil {
			return fmt.Errorf("verify content: %w", err)
		}
	}
	dir, manifest, err := j.identify(content)
	if err != nil {
		return elsewhere(it.loc, content, err)
	}
	id := manifest.ID()
	if err := j.checkIdentity(it, pin, id); err != nil {
		return err
	}
	tree, err := treeBelow(content, dir, result.TreeDigest)
	if err != nil {
		return err
	}
	it.ID, it.root, it.manifest = id, dir, manifest
	pin = received(pin, result)
	it.content, it.directoryChecksum = &pack.Content{ID: id, Pin: pin, TreeDigest: tree, Followed: []pack.Dependency{}}, result.DirectoryChecksum
	if dir == "." {
		it.content.DirectoryChecksum = result.DirectoryChecksum
	}
	return nil
}

// checkTree verifies the tree digest that a pin carries, and the size of content
// that is not an archive, whose size its source verifies.
func checkTree(pin pack.Pin, result source.TreeResult) error {
	if pin.TreeDigest != "" {
		if err := pin.TreeDigest.VerifyTree(result.TreeDigest); err != nil {
			return err
		}
	}
	if source.IsArchive(pin) {
		return nil
	}
	return pin.VerifySize(result.Bytes)
}

// received completes a pin with what was received, so that fetching it again
// delivers the same files or fails.
func received(pin pack.Pin, result source.TreeResult) pack.Pin {
	pin.TreeDigest = result.TreeDigest
	if !source.IsArchive(pin) {
		pin.Size = result.Bytes
	}
	return pin
}

// treeBelow returns the tree digest of a directory of content, whose own is
// known.
func treeBelow(content fs.FS, dir string, whole pack.Digest) (pack.Digest, error) {
	if dir == "." {
		return whole, nil
	}
	sub, err := fs.Sub(content, dir)
	if err != nil {
		return "", err
	}
	return pack.TreeDigest(sub)
}

// identify finds the directory of the pack's pack.yaml, and reads it.
func (j *job) identify(fsys fs.FS) (dir string, m *pack.Manifest, err error) {
	dir, err = pack.Root(fsys)
	if err != nil {
		return "", nil, err
	}
	sub, err := fs.Sub(fsys, dir)
	if err != nil {
		return "", nil, err
	}
	p, err := pack.Load(sub, &j.manifest)
	if err != nil {
		return "", nil, fmt.Errorf("read pack: %w", err)
	}
	return dir, &p.Manifest, nil
}

// wantedRef returns the ref that content has to have, "" when any is fine.
func wantedRef(loc source.Locator, pin pack.Pin) pack.Ref {
	return cmp.Or(pin.Ref, loc.Ref())
}

// checkIdentity checks ref and version against the pin and the spec.
func (j *job) checkIdentity(it *item, pin pack.Pin, id pack.ID) error {
	want := pack.ID{Ref: wantedRef(it.loc, pin), Version: pin.Version}
	switch {
	case want.Ref != "" && id.Ref != want.Ref:
		return pack.Errorf(pack.CodeInvalidRef, "pack.yaml says that this is pack %s, want %s", id.Ref, want.Ref)
	case !want.Version.IsZero() && id.Version != want.Version:
		return pack.Errorf(pack.CodeInvalidVersion, "pack.yaml says that this is version %s of %s, want %s", id.Version, id.Ref, want.Version)
	case !it.loc.Constraint.Allows(id.Version):
		return pack.Errorf(pack.CodeInvalidVersion, "version %s of %s does not satisfy %s", id.Version, id.Ref, it.loc.Constraint)
	case j.reserved[id.Ref]:
		return pack.Provided{Ref: id.Ref}.Reserved()
	}
	return nil
}
