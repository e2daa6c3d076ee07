package envbuild

import (
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/childproc"
)

// RunnerOptions are optional settings of [NewRunner]. Zero fields mean the
// defaults.
type RunnerOptions struct {
	// HeadBytes and TailBytes are how much of the beginning and of the end of
	// each output stream is kept: 64 KiB and 192 KiB by default.
	HeadBytes, TailBytes int
	// Grace is how long a child may continue after it was asked to end, and how long
	// an output stream may stay open after the child ended: 500 ms by default.
	Grace time.Duration
}

// NewRunner returns the Runner that starts children as processes of the host.
// If options is nil, the defaults apply. It is safe for concurrent use.
//
// A child gets the variables of its command and one more, PACKTRAIN_RUN; no file
// descriptors but the three standard ones; and a session of its own. When Run returns,
// all processes of the child have ended: first its process group is asked to (SIGTERM),
// then everything is killed. On Linux that includes descendants that left the session,
// which are found by PACKTRAIN_RUN in their environment; and a child dies with the
// host. A process that leaves the session and also clears its environment, or runs as
// another user, escapes this: hosts that need more supply a Runner that uses
// containers. On other Unix systems the process group is killed, elsewhere the child
// alone.
//
// A child can access everything that the host's user can, regardless of its Access:
// results report [pack.IsolationNone]. Of [pack.CommandLimits] it enforces OutputBytes,
// and FileBytes on Linux.
func NewRunner(opts *RunnerOptions) pack.Runner {
	if opts == nil {
		opts = &RunnerOptions{}
	}
	return childproc.New((*childproc.Options)(opts))
}
