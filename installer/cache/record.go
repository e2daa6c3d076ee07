package cache

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/write"
	"github.com/packtrain/pack/internal/digest"
	"github.com/packtrain/pack/source"
)

// A recorder passes entries on to a sink, and writes the content of files to a file of
// the cache. An error of that does not affect the sink.
type recorder struct {
	cache *Cache
	pin   pack.Pin
	dst   source.Sink
	temp  *temp
	hash  hash.Hash
	top   write.TopDir
	files []file // with the names of the source
	size  int64
	err   error // why it keeps nothing
}

func (c *Cache) record(pin pack.Pin, dst source.Sink) (*recorder, error) {
	t, err := c.newTemp()
	if err != nil {
		return nil, err
	}
	return &recorder{cache: c, pin: pin, dst: dst, temp: t, hash: sha256.New()}, nil
}

func (r *recorder) discard() { r.temp.discard() }

// Put implements [source.Sink].
func (r *recorder) Put(ctx context.Context, e source.Entry, content io.Reader) error {
	name := strings.TrimPrefix(e.Name, "./")
	if !e.Mode.IsDir() {
		r.top.Note(name)
	}
	if !e.Mode.IsRegular() || r.err != nil || !r.mayBeContent(name) {
		return r.dst.Put(ctx, e, content)
	}
	if content == nil {
		content = strings.NewReader("")
	}
	r.hash.Reset()
	start := r.size
	err := r.dst.Put(ctx, e, io.TeeReader(content, r))
	r.add(name, e.Mode, start)
	return err
}

// add notes a file whose content begins at start; its content was hashed.
func (r *recorder) add(name string, mode fs.FileMode, start int64) {
	f := file{At: start, File: digest.File{Path: name, Executable: mode&0o111 != 0, Size: r.size - start}}
	r.hash.Sum(f.Sum[:0])
	r.files = append(r.files, f)
}

// Write takes the content of a file. It never fails.
func (r *recorder) Write(p []byte) (int, error) {
	if r.err == nil {
		_, r.err = r.temp.file.Write(p)
	}
	r.hash.Write(p)
	r.size += int64(len(p))
	return len(p), nil
}

// mayBeContent reports whether a file can lie in the subdirectory of the pin.
func (r *recorder) mayBeContent(name string) bool {
	if r.pin.Subdir == "" {
		return true
	}
	_, ok := below(r.pin.Subdir, name)
	if _, rest, found := strings.Cut(name, "/"); found && r.pin.StripTop && !ok {
		_, ok = below(r.pin.Subdir, rest)
	}
	return ok
}

// below returns name relative to dir, when it lies below it.
func below(dir, name string) (string, bool) {
	if dir == "" {
		return name, true
	}
	return strings.CutPrefix(name, dir+"/")
}

// keep makes what was received a tree of the cache.
func (r *recorder) keep(ctx context.Context) error {
	if r.err != nil {
		return ioError("write", r.err)
	}
	base := r.pin.Subdir
	if r.pin.StripTop {
		base = path.Join(r.top.Name(), base)
	}
	files := slices.DeleteFunc(r.files, func(f file) bool { _, ok := below(base, f.Path); return !ok })
	for i := range files {
		files[i].Path, _ = below(base, files[i].Path)
	}
	tree := digestOf(files)
	if len(files) == 0 || r.pin.TreeDigest != "" && r.pin.TreeDigest != tree {
		return nil // the owner of the sink says so
	}
	dest, _ := r.cache.treePath(tree)
	if err := writeIndex(r.temp.file, files, r.size); err != nil {
		return ioError("write", err)
	}
	// In place of one that may be there and be damaged: that is known only once it is read.
	if err := r.temp.publish(dest); err != nil {
		return err
	}
	err := r.cache.noteTree(r.pin, tree)
	r.cache.keeper.grown(ctx, r.cache, r.size)
	return err
}
