package registry

import (
	"context"
	"io/fs"
	"os"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/workdir"
	"github.com/packtrain/pack/registry/internal/generations"
)

// An input is the content of a pack that comes to the registry.
type input interface {
	// treeDigest returns the digest of the content, as computed or as promised.
	treeDigest() (pack.Digest, error)
	// bringTo makes dest the directory of the content.
	bringTo(ctx context.Context, dest string) (brought, error)
	close()
}

// brought is the content of a pack in staging.
type brought struct {
	// files reads the content.
	files fs.FS
	// tree is its digest, "" if it was not computed.
	tree pack.Digest
}

// open opens the content of it and reads which pack it is.
func (r *request) open(ctx context.Context, it *item) (input, error) {
	c := it.input
	it.ID = c.ID
	if c.Pack != nil {
		it.know(&c.Pack.Manifest)
	}
	if c.Staged && c.TreeDigest != "" && c.ID.Ref != "" && r.store.disk.InStaging(c.Dir) {
		return stagedContent{c, r.store.disk}, nil
	}
	dir, err := workdir.Open(r.store.config.Open, c.Dir, c.TreeDigest != "")
	if err != nil {
		return nothing{}, err
	}
	r.Warn(ctx, &it.Item, "%s", dir.LeftOut())
	f := inputFS{dir, sealed(c)}
	if c.Pack != nil {
		return f, nil
	}
	p, err := pack.Load(f, r.store.manifestOptions())
	if err == nil {
		it.know(&p.Manifest)
	}
	return f, err
}

// sealed returns the digest of content that was read in this operation, whose reader
// ([pack.Content.FS]) fails when the content is changed; "" for other content.
func sealed(c *pack.Content) pack.Digest {
	if c.FS == nil {
		return ""
	}
	return c.TreeDigest
}

// know notes the ID and the dependencies of a pack, those that it states as URLs among
// them.
func (it *item) know(m *pack.Manifest) {
	manifest := *m // without the rest of the pack
	if len(it.input.Followed) > 0 {
		manifest.Dependencies = slices.Concat(manifest.Dependencies, it.input.Followed)
	}
	it.manifest, it.ID = &manifest, manifest.ID()
}

// nothing is the input of a pack that could not be opened.
type nothing struct{ input }

func (nothing) close() {}

// stagedContent is content in the staging of this root, which the registry takes
// over. Its digest is checked before it becomes active.
type stagedContent struct {
	content *pack.Content
	disk    *generations.Disk
}

func (s stagedContent) treeDigest() (pack.Digest, error) { return s.content.TreeDigest, nil }

func (s stagedContent) bringTo(_ context.Context, dest string) (brought, error) {
	return brought{files: os.DirFS(dest)}, s.disk.Take(s.content.Dir, dest)
}

func (stagedContent) close() {}
