package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/packtrain/pack"
)

// A Feed lists what has changed, so that a host reloads the packs that others have
// changed, and knows who did it.
type Feed interface {
	// Changes returns the recorded changes after the position since, the oldest first.
	// since is 0 for all changes, or [ChangeBatch.Next] of the previous call; with [SinceNow]
	// there are no changes, only the position. Changes that are recorded later have
	// higher positions, so a reader that continues from Next misses none. There are no
	// changes after the latest one: a reader polls.
	//
	// At least the changes of the last [RememberedOperations] operations are kept. If
	// changes after since are not kept or cannot be read, or since does not belong to
	// these records, the error is a [*FeedError].
	Changes(ctx context.Context, since int64) (ChangeBatch, error)
}

// SinceNow is a position for [Feed] after which there are no changes yet.
const SinceNow = -1

// MaxChanges is the greatest number of changes in a [ChangeBatch].
const MaxChanges = 200

// A ChangeBatch is a part of a [Feed].
type ChangeBatch struct {
	// Changes are ordered by their positions.
	Changes []Change
	// Next is the position from which to continue.
	Next int64
}

// A Change is an operation that was recorded. Its packs changed together.
type Change struct {
	// Position is the place in the feed, greater than those of earlier changes.
	Position int64 `json:"position"`
	// Operation is the ID of the operation.
	Operation string `json:"operation"`
	// Time is the time of the operation, by the clock of its host.
	Time time.Time `json:"time"`
	// Actor is the name that the host gave, see [WithActor]; "" for none.
	Actor string `json:"actor"`
	// Packs are ordered by ref; at least one.
	Packs []PackChange `json:"packs"`
}

// A PackChange is the part of one pack in a [Change].
type PackChange struct {
	Ref pack.Ref `json:"pack_ref"`
	// From and To are the active generations before and after the change. From is zero
	// if the pack was not installed before, To if it was removed. They are equal if only
	// the settings changed.
	From GenerationID `json:"from"`
	To   GenerationID `json:"to"`
}

// A GenerationID names a generation of a pack. The zero value stands for none.
type GenerationID struct {
	Name    string       `json:"generation"`
	Version pack.Version `json:"pack_version"` // zero if unknown
}

// A FeedError means that changes are missing after a position. The reader reads all
// packs again, and continues from Next. It matches [pack.ErrNotFound].
type FeedError struct {
	// Since is the position that was given.
	Since int64
	// Next is the position of the latest change.
	Next int64
}

// Error says what is missing.
func (e *FeedError) Error() string {
	if e.Since > e.Next {
		return fmt.Sprintf("there is no change %d yet, the latest is %d: the records were replaced; list the packs again and continue from %d", e.Since, e.Next, e.Next)
	}
	return fmt.Sprintf("changes after %d are not kept any more, or damaged; list the packs again and continue from %d", e.Since, e.Next)
}

// Unwrap returns [pack.ErrNotFound].
func (e *FeedError) Unwrap() error { return pack.ErrNotFound }

// ErrorCode implements [pack.Coder].
func (e *FeedError) ErrorCode() pack.Code { return pack.CodeNotFound }

// Change returns the change in the feed that o makes, without a position; from are the
// active generations before it. It has no packs if nothing changes.
func (o *Operation) Change(from map[pack.Ref]GenerationID) Change {
	c := Change{Operation: o.ID, Time: o.Time, Actor: o.Actor, Packs: []PackChange{}}
	for i := range o.Activate {
		a := &o.Activate[i]
		if old := from[a.Ref]; old.Name != a.Generation.Name {
			c.Packs = append(c.Packs, PackChange{Ref: a.Ref, From: old, To: GenerationID{a.Generation.Name, a.Generation.Version}})
		}
	}
	for _, r := range o.Remove {
		if old := from[r.Ref]; old.Name != "" {
			c.Packs = append(c.Packs, PackChange{Ref: r.Ref, From: old})
		}
	}
	for i := range o.Settings {
		active := from[o.Settings[i].Ref]
		c.Packs = append(c.Packs, PackChange{Ref: o.Settings[i].Ref, From: active, To: active})
	}
	slices.SortFunc(c.Packs, func(a, b PackChange) int { return cmp.Compare(a.Ref, b.Ref) })
	return c
}

// maxActor limits the name of an actor, in bytes.
const maxActor = 256

type actorKey struct{}

// WithActor returns a context for operations in the name of a user, a program or a
// token: actor is recorded in their changes, see [Change]. Control characters, invalid
// UTF-8 and what exceeds 256 bytes are removed.
func WithActor(ctx context.Context, actor string) context.Context {
	actor = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, actor)
	return context.WithValue(ctx, actorKey{}, strings.ToValidUTF8(actor[:min(len(actor), maxActor)], ""))
}

func actorOf(ctx context.Context) string {
	actor, _ := ctx.Value(actorKey{}).(string)
	return actor
}

var _ Feed = (*Store)(nil)

// Changes implements [Feed].
func (s *Store) Changes(ctx context.Context, since int64) (ChangeBatch, error) {
	leave, err := s.enter()
	if err != nil {
		return ChangeBatch{}, err
	}
	defer leave()
	return s.config.Records.Changes(ctx, since)
}
