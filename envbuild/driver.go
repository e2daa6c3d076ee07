package envbuild

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/proxy"
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
	case failed.Err == nil && failed.refusal != nil:
		return nil, refused(failed.refusal, err, t.keepLog(failed.output))
	case failed.Err == nil:
		x := failed.explain(d)
		return nil, x.inTermsOf(at, err, t.keepLog(failed.output))
	case errors.Is(failed.Err, context.DeadlineExceeded):
		return nil, &BuildError{Reason: ReasonTimeout, Message: failed.Error(), Log: t.keepLog(failed.output), Err: err}
	}
	return nil, err
}

// explain returns why the tool of d failed, by its output and by what its proxy knows. A
// tool that could not connect may claim that there is no such package.
func (e *CommandError) explain(d driver) explanation {
	x := d.explain(e.output)
	switch {
	case errors.Is(e.unreachable, proxy.ErrOffline):
		return explanation{reason: ReasonOffline, text: "the host is offline, and the cache of " + d.name() + " does not have all packages: " + x.text}
	case x.reason == ReasonUnknown && (e.Signal == "SIGXFSZ" || e.ExitCode == 128+fileSizeSignal):
		return explanation{reason: ReasonTooLarge, text: tooLargeText}
	case e.unreachable != nil && slices.Contains([]Reason{ReasonUnknown, ReasonNotFound, ReasonIndexUnreachable}, x.reason):
		return explanation{reason: ReasonIndexUnreachable, text: "packages cannot be fetched: " + shorten(oneLine([]string{e.unreachable.Error()}))}
	case x.reason == ReasonUnknown:
		x.text = e.Error()
	}
	return x
}
