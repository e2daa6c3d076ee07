package generations

import (
	"context"
	"time"

	"github.com/packtrain/pack"
)

// An Operation changes which generations of a set of packs are active: of all
// of them, or of none.
type Operation struct {
	// ID is unique among the operations of a root: 1 to 64 letters, digits, "-"
	// and "_". If empty, [Staging.Apply] chooses one.
	ID string
	// Time is the time that is recorded for the change.
	Time time.Time
	// Actor is recorded as the one who made the change.
	Actor string
	// Fence is that of the lock under which the operation is decided. [Staging.Apply]
	// sets it.
	Fence int64
	// Moves are the changes, at least one, and one per pack.
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
	// staged, and read from there when an operation is recorded again. nil when
	// To is "".
	Metadata []byte
	// Components is the file in staging, made by [Staging.WriteComponents], with the
	// encoded components of To. "" when To is already in place, or has none.
	Components string
	// Staged is the directory in staging that becomes To. "" when To is
	// already in place, and always when the move is recorded.
	Staged string
}

// Records know which generations are active. They are safe for concurrent use
// as far as operations on different packs are concurrent.
type Records interface {
	// Decide records op in one transaction: all moves, or none. Repeating it,
	// which is recognised by the ID, changes nothing. After an error it may or
	// may not have happened. When another generation is active than a move
	// expects, the error matches [pack.ErrConflict].
	Decide(ctx context.Context, op Operation) error
	// Outcome reports whether the operation with the given ID has happened. It
	// waits for transactions in progress, so the answer stays true.
	Outcome(ctx context.Context, id string) (applied bool, err error)
	// Active returns the generation that is active according to the records,
	// "" for none.
	Active(ctx context.Context, ref pack.Ref) (generation string, err error)
}

// recorded returns op as it is recorded.
func (op *Operation) recorded() Operation {
	recorded := Operation{ID: op.ID, Time: op.Time, Actor: op.Actor, Fence: op.Fence, Moves: append([]Move(nil), op.Moves...)}
	for i := range recorded.Moves {
		recorded.Moves[i].Staged, recorded.Moves[i].Components = "", ""
	}
	return recorded
}
