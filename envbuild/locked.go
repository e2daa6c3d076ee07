package envbuild

import (
	"context"

	"github.com/packtrain/pack"
)

// A LockedSet is what the requirements of packs resolved to on one platform, as a lock
// states it. Packs that require the same share a set.
type LockedSet struct {
	Runtime pack.RuntimeName
	// Range limits the versions of the runtime, "" for any, and Wants are the
	// requirements in a normal form, sorted. A set is for the packs with exactly these.
	Range string
	Wants []string
	// Platform is where the distributions can be installed, such as "linux/amd64/cp311".
	Platform string
	// Distributions are all that is installed, ordered by name, each with at least one
	// digest, one of which its archive has to have.
	Distributions []pack.Distribution
	// Packs are those that the lock states it for, which messages need; nil is fine.
	Packs []pack.Ref
}

// A LockedEnvironment is the set of a pack.
type LockedEnvironment struct {
	Ref pack.Ref
	Set LockedSet
	// Keys has the Key of the environment that is made of the set: the first one, or one
	// of the others where the policy has to allow more.
	Keys []string
	// Unlocked says why the set cannot be locked; then it has no distributions, and there
	// are no Keys.
	Unlocked string
}

// A Locker says what the environments of packs have to be made of, now and later.
type Locker interface {
	// LockEnvironments returns the sets of the packs of req, in input order: those of
	// req.Locked that are for them, and for others what the tools resolve the requirements
	// to now, also where an environment is ready. Environments that need no set are left
	// out: those without packages, and those whose packages the files of the pack pin.
	// Nothing is built or recorded. Rebuild and Check are ignored; errors are those of
	// [Planner.PlanEnvironments].
	LockEnvironments(ctx context.Context, req Request) ([]LockedEnvironment, error)
}

var _ Locker = (*Builder)(nil)
