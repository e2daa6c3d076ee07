package cache

import (
	"context"
	"sync"
	"time"

	"github.com/packtrain/pack"
)

// A Budget bounds a cache. The zero value does not.
type Budget struct {
	// MaxBytes is how many bytes all entries may take up together. 0 means no bound.
	MaxBytes int64
	// MaxAge is how long an entry that is not used is kept. 0 means for ever.
	MaxAge time.Duration
}

func (b Budget) check() error {
	if b.MaxBytes < 0 || b.MaxAge < 0 {
		return pack.Errorf(pack.CodeInvalidRequest, "budget of the cache: %d bytes and an age of %s: want no negative numbers", b.MaxBytes, b.MaxAge)
	}
	return nil
}

// A keeper holds a cache to its budget whenever something is kept.
type keeper struct {
	budget Budget

	mu    sync.Mutex
	last  time.Time // when the entries were counted
	bytes int64     // then, and what this process has kept since
}

const (
	// slack is the share of MaxBytes that is free after entries were removed, in percent,
	// so that the next one to be kept does not remove some again.
	slack = 10
	// countEvery is how often the entries are counted, which other processes keep, too.
	countEvery = time.Hour
)

// grown removes entries if the cache has outgrown its budget by one of that size. What
// cannot be removed is left for the next time.
func (k *keeper) grown(ctx context.Context, c *Cache, size int64) {
	if k.budget == (Budget{}) {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.bytes += size
	goal, over := k.budget, k.budget.MaxBytes > 0 && k.bytes > k.budget.MaxBytes
	if !over && time.Since(k.last) < countEvery {
		return
	}
	if over && !k.last.IsZero() {
		goal.MaxBytes -= goal.MaxBytes / 100 * slack
	}
	if pruned, err := c.Prune(ctx, goal); err == nil {
		k.last, k.bytes = time.Now(), pruned.Left.Bytes
	}
}
