// Package hosttest is part of a host program with unit tests, which are the point of
// the example: they need neither network nor Python nor Node.js, and run in
// milliseconds.
package hosttest

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/pipeline"
)

// A Pipeline is the one method of a [pipeline.Pipeline] that a Keeper calls.
type Pipeline interface {
	Install(ctx context.Context, req pipeline.Request) (*pipeline.Report, error)
}

// A Keeper keeps a list of packs installed and up to date. Call Sync periodically.
type Keeper struct {
	Pipeline Pipeline
	Wanted   []string // specs
	// Alert notifies an operator of a pack whose failure is permanent.
	Alert func(message string)
}

// Sync installs missing packs and newer versions of installed ones, and returns the
// number of changed packs. A failed pack is not an error: if a retry may succeed, the
// next Sync retries it; otherwise Sync calls Alert.
func (k *Keeper) Sync(ctx context.Context) (changed int, err error) {
	report, err := k.Pipeline.Install(ctx, pipeline.Request{Specs: k.Wanted})
	if _, failed := errors.AsType[*pack.BatchError](err); err != nil && !failed {
		return 0, fmt.Errorf("sync packs: %w", err)
	}
	for _, o := range report.Outcomes {
		switch o.Status {
		case pack.StatusInstalled, pack.StatusUpgraded, pack.StatusReplaced:
			changed++
		case pack.StatusFailed:
			if !pack.Retryable(o.Failure.Err) {
				k.Alert(fmt.Sprintf("%s: %s (%s)", o.Spec, o.Failure.Message, o.Failure.Code))
			}
		case pack.StatusUnchanged, pack.StatusSkipped:
		}
	}
	return changed, nil
}
