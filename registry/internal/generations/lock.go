package generations

import (
	"context"
	"fmt"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/filelock"
)

// Lock takes the lock of ref, for changing it, and shares those of others,
// which then stay as they are. It waits for each until ctx ends, and for all
// together as long as the lock timeout; then the error has [pack.CodeBusy].
//
// All operations take locks in the order of the refs, so they cannot block each
// other in a circle.
func (d *Disk) Lock(ctx context.Context, ref pack.Ref, others ...pack.Ref) (release func(), err error) {
	waiting, cancel := context.WithTimeout(ctx, d.config.LockTimeout)
	defer cancel()
	var held []func()
	release = func() {
		for _, r := range held {
			r()
		}
	}
	refs := append([]pack.Ref{ref}, others...)
	slices.Sort(refs)
	for _, r := range slices.Compact(refs) {
		acquire := filelock.AcquireShared
		if r == ref {
			acquire = filelock.Acquire
		}
		one, err := acquire(waiting, d.lockFile(r.String()))
		if err != nil {
			release()
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return nil, fmt.Errorf("wait for pack %s: %w", r, err)
		}
		held = append(held, one)
	}
	return release, nil
}
