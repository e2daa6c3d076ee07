package installer

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/internal/os/fsx"
	"github.com/packtrain/pack/internal/os/roots"
)

// finish moves fetched content to its place and reports the end of the item. Once
// ctx is cancelled it only reports the end.
func (j *job) finish(ctx context.Context, it *item) {
	if it.Err == nil {
		it.Err = context.Cause(ctx)
	}
	if it.Err == nil {
		it.Err = j.placeSafely(it)
	}
	if it.Err == nil && it.unchanged {
		it.Status = pack.StatusUnchanged
	}
	j.End(ctx, &it.Item)
	j.Close(ctx, &it.Item)
}

func (j *job) placeSafely(it *item) (err error) {
	defer batch.Rescue(&err)
	return j.place(it)
}

func (j *job) place(it *item) error {
	ref := it.ID.Ref
	if first, taken := j.refs[ref]; taken {
		return pack.Errorf(pack.CodeConflict, "pack %s already comes from %q in this request; name it once", ref, first)
	}
	j.refs[ref] = it.Spec
	if it.staged == "" {
		return nil
	}
	if err := j.staging.put(it.staged, ref.String(), it.received.TreeDigest); err != nil {
		return pack.Errorf(pack.CodeIO, "put pack %s in its place: %w", ref, err)
	}
	return it.placed(filepath.Join(j.req.Dest, ref.String()))
}

// placed records that the received content is now in dir.
func (it *item) placed(dir string) (err error) {
	it.content.Dir = filepath.Join(dir, it.root)
	it.content.FS, err = fs.Sub(it.received.FS(dir), it.root)
	return err
}

// maxPut is how often a pack is put in its place while others keep changing what
// lies there.
const maxPut = 100

// put renames the content staged under one name to its place, name in the
// destination. Content there with the same digest stays; any other content is
// moved to staging in exchange.
func (s *stagingDir) put(staged, name string, digest pack.Digest) (err error) {
	for range maxPut {
		err = s.putOnce(staged, name, digest)
		if !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return err
}

// putOnce fails with fs.ErrExist or fs.ErrNotExist if another process was faster.
func (s *stagingDir) putOnce(staged, name string, digest pack.Digest) error {
	info, err := s.dest.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fsx.Rename(s.inStaging(staged), s.inDest(name))
	case err != nil:
		return err
	case info.IsDir() && s.holds(name, info, digest):
		return nil
	}
	return fsx.Swap(s.inStaging(staged), s.inDest(name))
}

// holds reports whether the directory name in the destination, which info
// describes, has the content of the given digest. One that cannot be read, or has
// links in it, does not.
func (s *stagingDir) holds(name string, info fs.FileInfo, digest pack.Digest) bool {
	root, err := roots.EnterSame(s.dest, name, info)
	if err != nil {
		return false
	}
	defer func() { _ = root.Close() }() // it was only read
	got, err := pack.TreeDigest(root.FS())
	return err == nil && got == digest
}
