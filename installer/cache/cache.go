package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
)

// A Cache is a directory of downloaded content. It implements [source.Shelf]. It is
// safe for concurrent use, also by several processes.
type Cache struct {
	dir    string
	keeper keeper
}

// Options are optional settings of a [Cache]. The zero value is the default.
type Options struct {
	// Budget is applied when something is kept: what has been unused for longest is
	// removed. What other processes keep is counted at least once an hour.
	Budget Budget
}

// New returns the cache in dir, an absolute path, and removes what dead processes left
// there. The directory is created when something is kept. opts may be nil. A relative path
// and a negative budget are errors with [pack.CodeInvalidRequest].
func New(dir string, opts *Options) (*Cache, error) {
	if opts == nil {
		opts = &Options{}
	}
	if !filepath.IsAbs(dir) {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "open cache %q: want an absolute path", dir)
	}
	if err := opts.Budget.check(); err != nil {
		return nil, err
	}
	c := &Cache{dir: filepath.Clean(dir), keeper: keeper{budget: opts.Budget}}
	c.sweep()
	return c, nil
}

// Has reports whether a tree is kept, and how many bytes it takes up. It reads no
// content: the tree may turn out to be damaged.
func (c *Cache) Has(tree pack.Digest) (bytes int64, ok bool) {
	path, ok := c.treePath(tree)
	if !ok {
		return 0, false
	}
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return 0, false
	}
	return info.Size(), true
}

type keepKey struct{}

// Keep returns a context under which the tree of every pin is kept that is fetched,
// also that of a pin without an immutable mark.
func (c *Cache) Keep(ctx context.Context) context.Context {
	return context.WithValue(ctx, keepKey{}, true)
}

// The directories of a cache.
const (
	treesDir = "trees"
	pinsDir  = "pins"
	shelfDir = "shelf"
	tempDir  = "tmp"
	turnsDir = "turns"
)

// treePath returns the path of a tree, if tree is a digest.
func (c *Cache) treePath(tree pack.Digest) (path string, ok bool) {
	hexSum, ok := strings.CutPrefix(string(tree), "sha256:")
	if d, err := pack.ParseDigest(string(tree)); !ok || err != nil || d != tree {
		return "", false
	}
	return filepath.Join(c.dir, treesDir, hexSum), true
}

// hashed returns the path of an entry by the hash of its key.
func (c *Cache) hashed(dir, key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(c.dir, dir, hex.EncodeToString(sum[:]))
}

// open opens a file of the cache. One that is missing, or is not a regular file, is
// [fs.ErrNotExist].
func open(path string) (*os.File, error) {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, ioError("open", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, ioError("open", err)
	}
	touch(f)
	return f, nil
}

// ioError gives an error of the file system a code, except for a missing file.
func ioError(doing string, err error) error {
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return pack.Errorf(pack.CodeIO, "%s in the cache: %w", doing, err)
}
