package operations

import (
	"errors"
	"fmt"
	"time"

	"github.com/packtrain/pack"
)

// A FullError says that too much work waits already, in all or of one actor. It matches [pack.ErrBusy].
type FullError struct {
	RetryAfter time.Duration // when it may be worth trying again; at least a second
}

// Error says when to try again.
func (e *FullError) Error() string {
	return fmt.Sprintf("too much work is waiting; try again in %s", e.RetryAfter.Round(time.Second))
}

// Unwrap returns [pack.ErrBusy].
func (*FullError) Unwrap() error { return pack.ErrBusy }

// ErrorCode implements [pack.Coder].
func (*FullError) ErrorCode() pack.Code { return pack.CodeBusy }

// ErrClosed is the error of work and of readers that come too late: the manager
// is being closed. It matches [pack.ErrUnavailable].
var ErrClosed = &pack.UnavailableError{Target: "operations", Temporary: true, Err: errors.New("shutting down")}

// Why the context of work ends.
var (
	errCancelled   = pack.Errorf(pack.CodeCancelled, "cancelled on request")
	errInterrupted = pack.Errorf(pack.CodeCancelled, "interrupted by the end of the process")
)

func unknown(id string) error {
	return pack.Errorf(pack.CodeNotFound, "unknown operation %q; finished ones are kept for a limited time", id)
}
