package cache

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/packtrain/pack"
)

// Usage is how much of a cache some entries take up.
type Usage struct {
	Entries int
	Bytes   int64 // of content, without what the file system adds
}

func (u *Usage) add(e *entry) {
	u.Entries++
	u.Bytes += e.size
}

// Info says what a cache holds.
type Info struct {
	Dir   string
	Total Usage
	Trees Usage // content of packs
	Pins  Usage // notes, which tree a pin has
	Shelf Usage // entries of plug-ins, such as snapshots of indices
	// Oldest is when the entry was used last that has been unused for longest, exact to
	// an hour. The zero value means that there is none.
	Oldest time.Time
}

// Info counts what is kept. It reads no content.
func (c *Cache) Info(ctx context.Context) (Info, error) {
	entries, err := c.entries(ctx)
	if err != nil {
		return Info{}, err
	}
	info := Info{Dir: c.dir}
	kinds := map[string]*Usage{treesDir: &info.Trees, pinsDir: &info.Pins, shelfDir: &info.Shelf}
	for i := range entries {
		e := &entries[i]
		info.Total.add(e)
		kinds[e.kind].add(e)
		if info.Oldest.IsZero() || e.used.Before(info.Oldest) {
			info.Oldest = e.used
		}
	}
	return info, nil
}

// Pruned says what [Cache.Prune] removed.
type Pruned struct {
	Removed Usage
	Left    Usage
}

// Prune removes entries until the budget is kept: those that have been unused for longer
// than its MaxAge, and then those unused for longest. A budget of no bounds removes all. Users
// of an entry that is removed are not affected; what is needed later is fetched again.
//
// An entry that cannot be removed is an error with [pack.CodeIO], and the rest is removed.
// A negative bound has [pack.CodeInvalidRequest].
func (c *Cache) Prune(ctx context.Context, b Budget) (Pruned, error) {
	if err := b.check(); err != nil {
		return Pruned{}, err
	}
	c.sweep()
	entries, err := c.entries(ctx)
	if err != nil {
		return Pruned{}, err
	}
	slices.SortFunc(entries, func(x, y entry) int { return cmp.Or(x.used.Compare(y.used), cmp.Compare(x.name, y.name)) })
	var p Pruned
	for i := range entries {
		p.Left.add(&entries[i])
	}
	var failed error
	for i := range entries {
		e := &entries[i]
		if !b.exceeded(e, p.Left.Bytes) {
			break // the rest was used later
		}
		if err := os.Remove(c.pathOf(e)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = cmp.Or(failed, ioError("remove", err))
			continue
		}
		p.Removed.add(e)
		p.Left.Entries--
		p.Left.Bytes -= e.size
	}
	return p, failed
}

// exceeded reports whether an entry has to go while all of them have that many bytes.
func (b Budget) exceeded(e *entry, bytes int64) bool {
	return b == (Budget{}) || b.MaxAge > 0 && time.Since(e.used) > b.MaxAge || b.MaxBytes > 0 && bytes > b.MaxBytes
}

// Verified says what [Cache.Verify] read.
type Verified struct {
	Trees   Usage
	Damaged []pack.Digest // the trees that were removed, sorted
}

// Verify reads all trees, and removes those whose content does not have their digest.
// Entries of plug-ins are not read: these check what they use. The error is that of ctx, or
// has [pack.CodeIO].
func (c *Cache) Verify(ctx context.Context) (Verified, error) {
	entries, err := c.entries(ctx)
	if err != nil {
		return Verified{}, err
	}
	var v Verified
	for i := range entries {
		e := &entries[i]
		if e.kind != treesDir {
			continue
		}
		want := pack.Digest("sha256:" + e.name)
		t, err := openTree(ctx, c.pathOf(e), want)
		switch {
		case ctx.Err() != nil:
			return v, ctx.Err()
		case err == nil:
			t.close()
			v.Trees.add(e)
		case pack.CodeOf(err) == pack.CodeChecksumMismatch:
			c.remove(c.pathOf(e))
			v.Damaged = append(v.Damaged, want)
		case !errors.Is(err, fs.ErrNotExist):
			return v, err
		}
	}
	slices.Sort(v.Damaged)
	return v, nil
}
