package registry

import (
	"context"
	"time"

	"github.com/packtrain/pack"
)

// Records keep what is known of the installed packs: in memory ([NewMemory]), in
// a database (package sqlregistry), or wherever a host likes (package
// registrytest tells whether it does so well).
//
// What every implementation has to hold to: it is safe for concurrent use, also
// by other processes where it is shared; a change is seen whole or not at all,
// and it is durable when the method returns nil; what is returned belongs to
// the caller; a ref that is not there is an error that matches
// [pack.ErrNotFound]; after a context error, or one of the connection, a change
// may or may not have happened, and doing it again is safe. Numbers among values
// of any type are returned as [encoding/json.Number], as exact as they came.
type Records interface {
	PackReader
	ContentReader
	Writer
}

// A PackReader reads the records of packs.
type PackReader interface {
	// Pack returns the record of ref.
	Pack(ctx context.Context, ref pack.Ref) (Record, error)
	// Packs returns all records, ordered by ref.
	Packs(ctx context.Context) ([]Record, error)
}

// A ContentReader reads what belongs to one pack.
type ContentReader interface {
	// Components returns the components of the active generation, in the
	// order in which they were committed.
	Components(ctx context.Context, ref pack.Ref) ([]pack.Component, error)
	// Generations returns the generations, the oldest first.
	Generations(ctx context.Context, ref pack.Ref) ([]Generation, error)
}

// A Writer changes records.
type Writer interface {
	// Commit records that a.Generation is active now, in one step: the pack's
	// record, the generation unless it is known already, and the components,
	// which replace all earlier ones. ID, Config and Installed of a known pack
	// are kept; the ID of a new one was never used before.
	//
	// It is an error that matches [pack.ErrConflict] when the active
	// generation is neither a.Previous nor a.Generation, or when two components
	// of one kind, in this pack or in all, would have the same ref; committing
	// the generation that is active already changes nothing.
	Commit(ctx context.Context, a Activation) (Record, error)
	// Delete removes everything that is known of ref. It is an error that
	// matches [pack.ErrConflict] when another generation than the given one is
	// active; deleting what is not there changes nothing.
	Delete(ctx context.Context, ref pack.Ref, generation string) error
	// SetConfig replaces the user's configuration of ref; nil empties it.
	SetConfig(ctx context.Context, ref pack.Ref, config map[string]any) error
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
	// Tree and Directory identify the content: [pack.TreeDigest] and
	// [pack.DirectoryChecksum].
	Tree      pack.Digest `json:"tree_digest"`
	Directory pack.Digest `json:"directory_checksum"`
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

// An Activation makes a generation the active one. It holds everything that the
// records have to know about it.
type Activation struct {
	Ref pack.Ref `json:"pack_ref"`
	// Previous is the generation that is active up to now, "" when the pack is
	// not installed.
	Previous   string           `json:"previous"`
	Generation Generation       `json:"generation"`
	Manifest   pack.Manifest    `json:"manifest"`
	Components []pack.Component `json:"components"`
	// Time is the time of the activation.
	Time time.Time `json:"time"`
}
