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
	// Platform is where the distributions can be installed, such as "linux/amd64/cp311";
	// [AnyPlatform] for Node.js, whose tool says of each package where it fits.
	Platform string
	// Distributions are all that is installed, ordered by name.
	Distributions []LockedDistribution
	// Packs are those that the lock states it for, which messages need; nil is fine.
	Packs []pack.Ref
}

// AnyPlatform is the platform of sets that are the same everywhere.
const AnyPlatform = "any"

// A LockedDistribution is a package of a [LockedSet].
type LockedDistribution struct {
	// Name is that of a Python package in its normal form, and of a Node.js package the
	// place where it is installed, such as "node_modules/a".
	Name, Version string
	// Digests are "sha256:..." for Python and "sha512-..." for Node.js; at least one, and
	// the archive has to have one of them.
	Digests []string
	// Source is the URL that it comes from, "" for an index.
	Source string
	// Details are what the tool for Node.js has to know of it beside that, as a JSON object
	// in its shortest form; "" for nothing.
	Details string
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
