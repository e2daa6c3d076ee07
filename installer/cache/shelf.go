package cache

import (
	"context"
	"io"
	"regexp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

var _ source.Shelf = (*Cache)(nil)

// Open implements [source.Shelf].
func (c *Cache) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := checkKey(ctx, key); err != nil {
		return nil, err
	}
	f, err := open(c.hashed(shelfDir, key))
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Create implements [source.Shelf].
func (c *Cache) Create(ctx context.Context, key string) (source.ShelfWriter, error) {
	if err := checkKey(ctx, key); err != nil {
		return nil, err
	}
	t, err := c.newTemp()
	if err != nil {
		return nil, err
	}
	return &shelfWriter{ctx: ctx, cache: c, temp: t, path: c.hashed(shelfDir, key)}, nil
}

const maxKey = 200

var keyPattern = regexp.MustCompile(`^[a-z0-9_-]+(/[a-z0-9_-]+)*\z`)

func checkKey(ctx context.Context, key string) error {
	if len(key) > maxKey || !keyPattern.MatchString(key) {
		return pack.Errorf(pack.CodeInvalidRequest, "cache key %.80q: want names of lower-case letters, digits, %q and %q, separated by %q", key, "-", "_", "/")
	}
	return ctx.Err()
}

// A shelfWriter writes an entry of the Shelf.
type shelfWriter struct {
	ctx   context.Context //nolint:containedctx // that of Create, for Commit
	cache *Cache
	temp  *temp
	path  string
	size  int64
}

// Write implements [io.Writer].
func (w *shelfWriter) Write(p []byte) (int, error) {
	n, err := w.temp.file.Write(p)
	w.size += int64(n)
	return n, ioError("write", err)
}

// Commit implements [source.ShelfWriter].
func (w *shelfWriter) Commit() error {
	err := w.temp.publish(w.path)
	if err == nil {
		w.cache.keeper.grown(w.ctx, w.cache, w.size)
	}
	return err
}

// Discard implements [source.ShelfWriter].
func (w *shelfWriter) Discard() error {
	w.temp.discard()
	return nil
}
