package generations

import (
	"context"
	"time"

	"github.com/packtrain/pack"
)

// An Operation changes which generations are active.
type Operation struct {
	// ID is unique among the operations of a root. If empty, [Staging.Apply]
	// chooses one. An operation recovered from a damaged intent gets a new one.
	ID string
	// Time is the time that is recorded for the change, however often it is
	// told.
	Time time.Time
	// Moves are the changes, one per pack. Today there must be exactly one.
	Moves []Move
}

// A Move is the part of one pack in an [Operation].
type Move struct {
	Ref pack.Ref
	// From is the generation that the records hold as active before the move,
	// To the one after it; "" for none. To must be a name made by
	// [Disk.NextName].
	From, To string
	// Metadata describe To. They are written beside the content when it is
	// staged, and read from there when the move is told to the records during
	// recovery. nil when To is "".
	Metadata []byte
	// Staged is the directory in staging that becomes To. "" when To is
	// already in place, and always when the move is told to the records.
	Staged string
}

// Records know which generations are active. They are safe for concurrent use
// as far as operations on different packs are concurrent.
type Records interface {
	// Decide tells them op, in one transaction. Repeating it, which is told by
	// the ID, changes nothing.
	// After an error it may or may not have happened.
	Decide(ctx context.Context, op Operation) error
	// Outcome reports whether the operation with the given ID has happened.
	Outcome(ctx context.Context, id string) (applied bool, err error)
	// Active returns the generation that is active according to the records,
	// "" for none.
	Active(ctx context.Context, ref pack.Ref) (generation string, err error)
}
