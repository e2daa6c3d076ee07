package registry

import (
	"context"
	"time"

	"github.com/packtrain/pack"
)

// Records keep what is known of the installed packs: in files ([OpenFiles]), in a
// database (package sqlregistry), in memory for tests ([NewMemory]), or wherever a
// host likes (package registrytest checks such an implementation).
//
// Every implementation is safe for concurrent use, also by other processes where
// it is shared. A change is seen whole or not at all, and it is durable when the
// method returns nil. Returned values belong to the caller. A ref that is not
// there is an error that matches [pack.ErrNotFound]. After a context error, or
// one of the connection, a change may or may not have happened, and doing it
// again is safe. Numbers among values of any type are returned as
// [encoding/json.Number], as exact as they came.
//
// A record that cannot be decoded is a [*RecordError]. It does not affect other
// packs, and the pack can still be replaced and removed.
type Records interface {
	PackReader
	ContentReader
	Writer
	Binder
}

// A PackReader reads the records of packs.
type PackReader interface {
	// Pack returns the record of ref.
	Pack(ctx context.Context, ref pack.Ref) (Record, error)
	// Packs returns all records, ordered by ref. When some cannot be decoded,
	// it returns the others beside an error that joins one [*RecordError] for
	// each of them.
	Packs(ctx context.Context) ([]Record, error)
	// Active returns the name of the active generation of ref. It does not
	// decode the record.
	Active(ctx context.Context, ref pack.Ref) (generation string, err error)
	// Dependents returns the dependencies of installed packs on ref, ordered by
	// the packs that have them, as their active generations declare them; none
	// when there are none, whether ref is installed or not. It does not decode
	// the records of other packs. When dependencies cannot be decoded, it returns
	// the others beside an error that joins a [*RecordError] for each pack.
	Dependents(ctx context.Context, ref pack.Ref) ([]Dependent, error)
}

// A Dependent is an installed pack that depends on another one.
type Dependent struct {
	Ref pack.Ref
	// Dependency names the other pack, and the versions that are allowed.
	Dependency pack.Dependency
}

// A ContentReader reads what belongs to one pack.
type ContentReader interface {
	// Components returns the components of the active generation, in the
	// order in which they were given.
	Components(ctx context.Context, ref pack.Ref) ([]pack.Component, error)
	// Generations returns the generations, the oldest first.
	Generations(ctx context.Context, ref pack.Ref) ([]Generation, error)
}

// A Writer changes records.
type Writer interface {
	// Apply makes all changes of op in one transaction, or none of them. For
	// each activation it changes the pack's record, adds the generation unless
	// it is known already, and replaces all components. ID, Config and
	// Installed of a known pack are kept; the ID of a new one was never used
	// before. For each removal it removes everything that is known of the pack.
	//
	// It returns the records of the packs in op.Activate, in that order, as
	// they are afterwards. Applying an operation again, which is told by its ID,
	// changes nothing; a pack that was removed since has an empty record then.
	//
	// It is an error that matches [pack.ErrConflict] when another generation is
	// active than a change expects, or when two components of one kind would
	// have the same ref afterwards. Activating the generation that is active
	// already, and removing a pack that is not there, change nothing of that
	// pack. An operation that [Operation.Check] refuses is refused.
	Apply(ctx context.Context, op Operation) ([]Record, error)
	// Outcome reports whether the operation with the given ID was applied. It
	// waits for transactions in progress, so the answer stays true, unless the
	// operation is applied later. At least the last [RememberedOperations]
	// operations are known.
	Outcome(ctx context.Context, id string) (applied bool, err error)
	// SetConfig replaces the user's configuration of ref; nil empties it.
	SetConfig(ctx context.Context, ref pack.Ref, config map[string]any) error
}

// A Binder makes records those of one root directory, which has an ID. It keeps a
// root from being opened with the records of another one, or with empty ones.
type Binder interface {
	// Root returns the ID of the root that the records belong to, "" while they
	// belong to none.
	Root(ctx context.Context) (id string, err error)
	// Bind makes the records those of the root with the given ID. It is an error
	// that matches [pack.ErrConflict] when they are those of another root; doing
	// it again changes nothing.
	Bind(ctx context.Context, id string) error
}

// A Record is what is known of an installed pack.
type Record struct {
	// ID is kept as long as the pack is installed, through all generations.
	ID  int64    `json:"pack_id"`
	Ref pack.Ref `json:"pack_ref"`
	// Active is the generation that readers get.
	Active   Generation    `json:"active"`
	Manifest pack.Manifest `json:"manifest"`
	// Config holds the values that the user set, which take precedence over
	// the defaults in Manifest.Config. They are kept when the pack is replaced.
	Config map[string]any `json:"config"`
	// Installed is the time of the first activation, Updated of the last one;
	// in UTC and to the microsecond, as all times in records.
	Installed time.Time `json:"installed"`
	Updated   time.Time `json:"updated"`
}

// A Generation is one state in which a pack is or was active, kept so that the
// pack can be rolled back to it.
type Generation struct {
	// Name is unique among the generations of the pack.
	Name string `json:"generation"`
	// Previous is the generation that was active before this one, "" for none.
	Previous string       `json:"previous"`
	Version  pack.Version `json:"pack_version"`
	// TreeDigest and DirectoryChecksum identify the content: see [pack.TreeDigest] and
	// [pack.DirectoryChecksum].
	TreeDigest        pack.Digest `json:"tree_digest"`
	DirectoryChecksum pack.Digest `json:"directory_checksum"`
	// Pin tells where the content came from, as [pack.Pin.WithoutQuery]; the zero
	// value when that was not said.
	Pin pack.Pin `json:"pin"`
	// Environments are those that were attached to the content.
	Environments []pack.Environment `json:"environments"`
	// Tests is the evidence that the content was tested, nil when it declares
	// no tests.
	Tests      *TestResult      `json:"tests"`
	Validation ValidationResult `json:"validation"`
	Components ComponentCounts  `json:"components"`
	Created    time.Time        `json:"created"`
}
