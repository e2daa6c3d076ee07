package cache

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// An entry is a file of the cache that is kept.
type entry struct {
	kind string // its directory
	name string
	size int64
	used time.Time
}

// entries returns all that is kept, in no order. What disappears meanwhile is left out.
func (c *Cache) entries(ctx context.Context) ([]entry, error) {
	var all []entry
	for _, kind := range []string{treesDir, pinsDir, shelfDir} {
		files, err := os.ReadDir(filepath.Join(c.dir, kind))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, ioError("list", err)
		}
		for _, f := range files {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if info, err := f.Info(); err == nil && info.Mode().IsRegular() {
				all = append(all, entry{kind: kind, name: f.Name(), size: info.Size(), used: info.ModTime()})
			}
		}
	}
	return all, nil
}

func (c *Cache) pathOf(e *entry) string { return filepath.Join(c.dir, e.kind, e.name) }

// usedEvery is how precisely the cache knows when an entry was used.
const usedEvery = time.Hour

// touch notes that a file is used now. In a cache that may not be written to it has no
// effect.
func touch(f *os.File) {
	info, err := f.Stat()
	if now := time.Now(); err == nil && now.Sub(info.ModTime()).Abs() > usedEvery {
		_ = os.Chtimes(f.Name(), time.Time{}, now) // see above
	}
}
