// Package hosttest is a piece of a host program, with its unit tests. The tests
// are what it is about: they need no network, no Python and no Node.js, and run
// in milliseconds.
package hosttest

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/pipeline"
)

// A Pipeline is what a Keeper needs of Packtrain: the one method of an
// [pipeline.Pipeline] that it calls.
type Pipeline interface {
	Install(ctx context.Context, req pipeline.Request) (*pipeline.Report, error)
}

// A Keeper keeps a list of packs installed. Call Sync now and then.
type Keeper struct {
	Pipeline Pipeline
	Wanted   []string // specs
	// Alert tells an operator about a pack that will not get better by itself.
	Alert func(message string)
}

// Sync installs what is missing, and newer versions of what is there. It returns
// how many packs changed. Packs that failed are no error: those that may succeed
// next time are left for it, the others are an alert.
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
