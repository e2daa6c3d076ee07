package registry

import (
	"context"
	"time"

	"github.com/packtrain/pack"
)

// Records store the data of the installed packs: in files ([OpenFiles]), in a database
// (package sqlregistry), in memory for tests ([NewMemory]), or in a host's own store
// (package registrytest has a conformance suite).
//
// Every implementation is safe for concurrent use, also by several processes if it is
// shared. A change is atomic, and durable when the method returns nil. Returned values
// belong to the caller. A ref without a record is an error that matches
// [pack.ErrNotFound]. After an error of the context or of the connection, a change may
// or may not have happened, and repeating it is safe. Numbers in untyped values are
// returned as [encoding/json.Number] and exact.
//
// A record that cannot be decoded is a [*RecordError]. It does not affect other
// packs, and the pack can still be replaced and removed.
type Records interface {
	PackReader
	ContentReader
	Writer
	ConfigKeeper
	EvidenceKeeper
	Binder
	Feed
}

// A PackReader reads the records of packs.
type PackReader interface {
	// Pack returns the record of ref.
	Pack(ctx context.Context, ref pack.Ref) (Record, error)
	// Packs returns all records, ordered by ref. If some cannot be decoded, it returns
	// the others and an error that joins one [*RecordError] for each of them.
	Packs(ctx context.Context) ([]Record, error)
	// Summaries returns summaries of all records, ordered by ref. It does not decode the
	// manifests. If some summaries cannot be decoded, it returns the others and an error
	// that joins one [*RecordError] for each of them.
	Summaries(ctx context.Context) ([]RecordSummary, error)
	// Active returns the name of the active generation of ref. It does not
	// decode the record.
	Active(ctx context.Context, ref pack.Ref) (generation string, err error)
	// ActiveGenerations returns the names of the active generations of all packs. It does
	// not decode the records.
	ActiveGenerations(ctx context.Context) (map[pack.Ref]string, error)
	// Dependents returns the dependencies of installed packs on ref, ordered by the
	// dependent packs, as their active generations declare them. ref does not have to
	// be installed. It does not decode the records of other packs. If dependencies
	// cannot be decoded, it returns the others and an error that joins a [*RecordError]
	// for each pack.
	Dependents(ctx context.Context, ref pack.Ref) ([]Dependent, error)
}

// A Dependent is an installed pack that depends on another one.
type Dependent struct {
	Ref pack.Ref
	// Dependency is the ref of the other pack and its allowed versions.
	Dependency pack.Dependency
}

// A ContentReader reads the components and generations of one pack.
type ContentReader interface {
	// Components returns the components of the active generation, in the order of the
	// activation.
	Components(ctx context.Context, ref pack.Ref) ([]pack.Component, error)
	// Mentions returns components of all installed packs, ordered by pack: at least those
	// whose documents contain refs of components of ref. Components that cannot be decoded
	// are left out, with an error that joins a [*RecordError] for each pack.
	Mentions(ctx context.Context, ref pack.Ref) ([]pack.Component, error)
	// Generations returns the generations, the oldest first. If some cannot be decoded, it
	// returns the others and an error that joins one [*RecordError] for each of them.
	Generations(ctx context.Context, ref pack.Ref) ([]Generation, error)
}

// A Writer changes records.
type Writer interface {
	// Apply makes all changes of op in one transaction, or none of them. For each
	// activation it changes the pack's record, adds the generation unless it is already
	// recorded, and replaces all components. It keeps ID, Settings and Installed of a recorded
	// pack; a new pack gets an ID that was never used before. What the manifest marks as secret
	// is secret in the configuration of the pack from then on, see [Configuration.Mark].
	// For each removal it removes all data of the pack but its configuration. Then it
	// makes the changes of op.Settings and op.Forget.
	//
	// It adds [Operation.Change] to the feed, unless nothing changes.
	//
	// It returns the resulting records of the packs in op.Activate, in that order.
	// Applying an operation with the same ID again changes nothing; then the record of
	// a pack that has been removed is empty.
	//
	// The error matches [pack.ErrConflict] if a change expects another active
	// generation, or if two components of one kind would have the same ref afterwards.
	// Activating the active generation again, or removing a pack that is not installed,
	// changes nothing of that pack. An operation that [Operation.Check] refuses is
	// refused.
	Apply(ctx context.Context, op Operation) ([]Record, error)
	// Outcome reports whether the operation with the given ID was applied. It waits for
	// transactions in progress, so the answer stays true, unless the operation is
	// applied later. At least the last [RememberedOperations] operations are
	// remembered.
	Outcome(ctx context.Context, id string) (applied bool, err error)
}

// A Binder binds records to the ID of one root directory, so that a root cannot be
// opened with the records of another one, or with empty ones.
type Binder interface {
	// Root returns the ID of the root that the records belong to, or "" if they are not
	// bound. id is the ID of the root that is about to use them, "" if it has none.
	// Records that a database holds beside those of other roots are bound to id, if
	// the database has records of that root.
	Root(ctx context.Context, id string) (bound string, err error)
	// Bind binds the records to the root with the given ID. The error matches
	// [pack.ErrConflict] if they belong to another root. Repeating it changes nothing.
	Bind(ctx context.Context, id string) error
}

// A Record is the data of an installed pack. Its JSON form, and that of its parts, is
// what records store.
type Record struct {
	// ID is kept as long as the pack is installed, through all generations.
	ID  int64    `json:"pack_id"`
	Ref pack.Ref `json:"pack_ref"`
	// Active is the generation that readers get.
	Active   Generation    `json:"active"`
	Manifest pack.Manifest `json:"manifest"`
	// Settings are what users decided otherwise.
	Settings Settings `json:"settings"`
	// Installed is the time of the first activation, Updated of the last one; in UTC
	// with microseconds, like all times in records.
	Installed time.Time `json:"installed"`
	Updated   time.Time `json:"updated"`
}

// A Generation is an active or formerly active state of a pack, stored so that the pack
// can be rolled back to it.
type Generation struct {
	// Name is unique among the generations of the pack.
	Name string `json:"generation"`
	// Previous is the previously active generation, "" for none.
	Previous string       `json:"previous"`
	Version  pack.Version `json:"pack_version"`
	// TreeDigest and DirectoryChecksum identify the content: see [pack.TreeDigest] and
	// [pack.DirectoryChecksum].
	TreeDigest        pack.Digest `json:"tree_digest"`
	DirectoryChecksum pack.Digest `json:"directory_checksum"`
	// Pin is the origin of the content, as [pack.Pin.WithoutQuery]; zero if unknown.
	Pin pack.Pin `json:"pin"`
	// Environments are the environments attached to the content.
	Environments []pack.Environment `json:"environments"`
	// Tests is the evidence of the tests of the content, nil if it declares none.
	Tests      *TestResult      `json:"tests"`
	Validation ValidationResult `json:"validation"`
	Components ComponentCounts  `json:"components"`
	Created    time.Time        `json:"created"`
	// Actor is the name that the host gave when it was created, see [WithActor]; "" for
	// none.
	Actor string `json:"actor"`
}
