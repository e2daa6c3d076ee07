//go:build !linux

package runner

import (
	"context"
	"errors"

	"github.com/packtrain/pack"
)

// runAt runs a command at a level; only the weakest one works on this system.
func (r *Runner) runAt(ctx context.Context, level pack.Isolation, c pack.Command) (pack.Result, error) {
	if level != pack.IsolationNone {
		return pack.Result{ExitCode: -1}, errors.New("it needs Linux")
	}
	return r.procs.Run(ctx, c)
}
