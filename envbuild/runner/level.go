package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

// A status is the level of a Runner, and why it is not a better one.
type status struct {
	level     pack.Isolation
	shortfall string
}

// A LevelError says that the level that the options name does not work. Its code is
// [pack.CodePolicyDenied].
type LevelError struct {
	Level pack.Isolation
	// Reason is the reason, "" for a level that does not exist.
	Reason string
}

// Error says what to do.
func (e *LevelError) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("isolation level %.40q does not exist: use %s", string(e.Level), strings.Join(names(), ", "))
	}
	return fmt.Sprintf("isolation level %s is not available: %s", e.Level, e.Reason)
}

// Unwrap returns [pack.ErrPolicy].
func (e *LevelError) Unwrap() error { return pack.ErrPolicy }

// ErrorCode implements [pack.Coder].
func (e *LevelError) ErrorCode() pack.Code {
	if e.Reason == "" {
		return pack.CodeInvalidRequest
	}
	return pack.CodePolicyDenied
}

// Levels returns the levels, the best first.
func Levels() []pack.Isolation {
	return []pack.Isolation{pack.IsolationSandbox, pack.IsolationContained, pack.IsolationNone}
}

func names() []string {
	var s []string
	for _, l := range Levels() {
		s = append(s, string(l))
	}
	return s
}

// Isolation returns the level at which children start, and why it is not a better one,
// "" at the best or if the options name the level. The first call starts a program at
// each level until one works. If the level of the options does not work, the error is a
// [*LevelError].
func (r *Runner) Isolation(ctx context.Context) (pack.Isolation, string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil {
		s, err := r.probe(ctx)
		if err != nil {
			return "", "", err
		}
		r.known = &s
	}
	return r.known.level, r.known.shortfall, nil
}

// probe finds the level. Nothing is concluded from a cancelled context.
func (r *Runner) probe(ctx context.Context) (status, error) {
	wanted := r.opts.Level
	if wanted != "" && !slices.Contains(Levels(), wanted) {
		return status{}, &LevelError{Level: wanted}
	}
	var reasons []string
	for _, level := range Levels() {
		if wanted != "" && level != wanted {
			continue
		}
		err := r.try(ctx, level)
		if ctx.Err() != nil {
			return status{}, context.Cause(ctx)
		}
		if err == nil {
			return status{level: level, shortfall: strings.Join(reasons, "; ")}, nil
		}
		reasons = append(reasons, fmt.Sprintf("%s: %v", level, err))
		if wanted != "" {
			return status{}, &LevelError{Level: wanted, Reason: err.Error()}
		}
	}
	return status{}, errors.New(strings.Join(reasons, "; ")) // not reached: IsolationNone always works
}

// probeTimeout is the timeout of a probe; a loaded machine is slow.
const probeTimeout = 10 * time.Second

// try starts a program at the level.
func (r *Runner) try(ctx context.Context, level pack.Isolation) error {
	if level == pack.IsolationNone {
		return nil
	}
	program, err := first("/usr/bin/true", "/bin/true", "/run/current-system/sw/bin/true")
	if err != nil {
		return err
	}
	res, err := r.runAt(ctx, level, r.limited(pack.Command{Path: program, Dir: "/", Timeout: probeTimeout}))
	if err == nil && res.ExitCode != 0 {
		err = fmt.Errorf("a test program ended with exit status %d: %.200s", res.ExitCode, strings.TrimSpace(string(res.Stderr)))
	}
	return err
}

// first returns the first of the files that exists.
func first(files ...string) (string, error) {
	for _, file := range files {
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	return "", fmt.Errorf("%s is missing", files[0])
}
