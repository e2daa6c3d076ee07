package envbuild

import (
	"context"
	"errors"
	"time"

	"github.com/packtrain/pack"
)

// A driver installs packages with one tool.
type driver interface {
	// name is the name of the tool, as in the Key: its version is not.
	name() string
	// version is the version of the tool.
	version() string
	// install installs the packages at the site of t, and returns all that are there
	// then.
	install(ctx context.Context, t *tool) ([]pack.Distribution, error)
	// resolve returns the packages that install would install, with their digests. The site
	// of t is thrown away afterwards.
	resolve(ctx context.Context, t *tool) ([]pack.Distribution, error)
	// explain returns why the tool failed, by its output.
	explain(output string) explanation
}

// A pythonDriver is a driver of Python packages.
type pythonDriver interface {
	driver
	// of returns the driver for another recipe.
	of(v *virtualenv) pythonDriver
	// agesKnown returns an error unless the tool can leave out young releases.
	agesKnown() error
}

// newest returns the time of the newest release that is old enough, as tools read it.
func newest(age time.Duration) string { return time.Now().Add(-age).UTC().Format(time.RFC3339) }

// A step of a driver installs or resolves.
type step func(ctx context.Context, t *tool) ([]pack.Distribution, error)

// fileSizeSignal is the number of SIGXFSZ, which ends a program whose file exceeds its limit;
// in a sandbox it is part of the exit code.
const fileSizeSignal = 25

// do does a step of d. A failure of the tool is a [*BuildError] in terms of the places
// where the pack asks for packages.
func do(ctx context.Context, t *tool, d driver, s step, at places) ([]pack.Distribution, error) {
	found, err := s(ctx, t)
	failed, ok := errors.AsType[*CommandError](err)
	switch {
	case !ok:
		return found, err
	case failed.Err == nil:
		x := d.explain(failed.output)
		switch {
		case x.reason != ReasonUnknown:
		case failed.Signal == "SIGXFSZ" || failed.ExitCode == 128+fileSizeSignal:
			x = explanation{reason: ReasonTooLarge, text: tooLargeText}
		default:
			x.text = failed.Error()
		}
		return nil, x.inTermsOf(at, err, t.keepLog(failed.output))
	case errors.Is(failed.Err, context.DeadlineExceeded):
		return nil, &BuildError{Reason: ReasonTimeout, Message: failed.Error(), Log: t.keepLog(failed.output), Err: err}
	}
	return nil, err
}
