package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/filelock"
)

const (
	// patience is how long a process waits for another one that fetches the same content.
	// After that it fetches the content itself.
	patience = 2 * time.Minute
	// turnDigits is how many digits of a hash name a lock. Locks stay, so their number is
	// bounded; two contents that share one are fetched one after the other.
	turnDigits = 3
)

// turn waits until no other process fetches what the pin names. It fails only with ctx: a
// content that is fetched twice does no harm.
func (c *Cache) turn(ctx context.Context, pin pack.Pin) (end func(), err error) {
	key := mark(pin)
	if pin.TreeDigest != "" {
		key = string(pin.TreeDigest)
	}
	none := func() {}
	if key == "" || os.MkdirAll(filepath.Join(c.dir, turnsDir), 0o700) != nil {
		return none, ctx.Err()
	}
	sum := sha256.Sum256([]byte(key))
	path := filepath.Join(c.dir, turnsDir, hex.EncodeToString(sum[:])[:turnDigits])
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	release, err := filelock.Acquire(waiting, path)
	if err != nil {
		return none, ctx.Err()
	}
	return release, nil
}
