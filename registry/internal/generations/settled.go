package generations

import (
	"context"
	"errors"
	"slices"

	"github.com/packtrain/pack"
)

// Settled returns the pointer of ref, and whether it will stay as it is. It does not
// while a living process has an operation on ref in the journal. Whether the process
// lives is unknown without permission to read its locks; then it counts as living.
func (d *Disk) Settled(ctx context.Context, ref pack.Ref) (pointer string, settled bool, err error) {
	if changing, err := d.changing(ctx, ref); err != nil || changing {
		return "", false, err
	}
	if pointer, err = d.Pointer(ref); err != nil {
		return "", true, err
	}
	changing, err := d.changing(ctx, ref) // an operation may have begun before the pointer was read
	return pointer, !changing, err
}

func (d *Disk) changing(ctx context.Context, ref pack.Ref) (bool, error) {
	moves, err := d.moves()
	if err != nil || !slices.ContainsFunc(moves, func(m intentMove) bool { return m.Ref == ref }) {
		return false, err
	}
	held, err := d.locks.Held(ctx, ref.String())
	return held || err != nil, nil
}

// Blocked returns an error for each pack that an entry of the journal names that cannot be
// understood: until it is, the pack cannot be changed.
func (d *Disk) Blocked() (map[pack.Ref]error, error) {
	ids, err := d.intents()
	if err != nil {
		return nil, err
	}
	blocked := map[pack.Ref]error{}
	for _, id := range ids {
		_, err := d.readIntent(id)
		if e, ok := errors.AsType[*RepairError](err); ok {
			for _, ref := range e.Refs {
				blocked[ref] = e
			}
		}
	}
	return blocked, nil
}
