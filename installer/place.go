package installer

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/fsx"
	"github.com/packtrain/pack/internal/rescue"
)

// placeAll puts what was fetched in its place, in the order of the request. Once
// ctx is cancelled it only tells of the end.
func (j *job) placeAll(ctx context.Context) {
	for _, it := range j.items {
		j.finish(ctx, it)
	}
}

func (j *job) finish(ctx context.Context, it *item) {
	defer rescue.Into(&it.err)
	if it.err == nil {
		it.err = ctx.Err()
	}
	if it.err == nil {
		it.err = j.place(it)
	}
	ev := pack.Event{Stage: pack.StageDownload, Spec: it.spec, Pack: it.got.Ref, Version: it.got.Version}
	j.events.Finish(ctx, ev, it.err)
}

func (j *job) place(it *item) error {
	ref := it.got.Ref
	if first, taken := j.refs[ref]; taken {
		return pack.Errorf(pack.CodeConflict, "pack %s comes from %q in this request already", ref, first)
	}
	j.refs[ref] = it.spec
	if it.staged == "" {
		return nil
	}
	dest := filepath.Join(j.req.Dest, ref.String())
	if err := put(it.staged, dest, it.digest); err != nil {
		return pack.Errorf(pack.CodeIO, "put pack %s in its place: %w", ref, err)
	}
	it.got.Path = filepath.Join(dest, it.root)
	return nil
}

// put renames staged to dest. What lies at dest with the same digest stays;
// anything else is left at staged in exchange.
func put(staged, dest string, digest pack.Digest) error {
	for {
		info, err := os.Lstat(dest)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			// Another call may be faster: then the name is taken.
			if err := os.Rename(staged, dest); !errors.Is(err, fs.ErrExist) {
				return err
			}
			continue
		case err != nil:
			return err
		case info.IsDir() && holds(dest, digest):
			return nil
		}
		return fsx.Swap(staged, dest)
	}
}

// holds reports whether dir has the content of the given digest. One that
// cannot be read, or has links in it, does not.
func holds(dir string, digest pack.Digest) bool {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false
	}
	defer func() { _ = root.Close() }()
	got, err := pack.TreeDigest(root.FS())
	return err == nil && got == digest
}
