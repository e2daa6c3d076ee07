package generations

import (
	"context"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/filelock"
)

// SettleDead settles the changes of dead processes. It skips a pack that a
// living process is changing, and one whose files are damaged, which it logs:
// the next change of that pack returns the error. Callers that depend on other
// packs call it before they take locks, because the records do not show changes
// that are not settled yet.
func (d *Disk) SettleDead(ctx context.Context, records Records) error {
	refs, err := d.intents()
	if err != nil {
		return err
	}
	for _, ref := range refs {
		err := d.settleDead(ctx, ref, records)
		if pack.CodeOf(err) == pack.CodeStoreCorrupt {
			d.config.Logger.Warn("change of a dead process cannot be settled", "pack", ref, "error", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Disk) settleDead(ctx context.Context, ref pack.Ref, records Records) error {
	release, ok, err := filelock.Try(d.lockFile(ref.String()))
	if err != nil || !ok {
		return err
	}
	defer release()
	return d.Settle(ctx, ref, records)
}

// Settle finishes or undoes the change of ref that is in the journal. The
// caller holds the lock of ref, so the process that made the change is dead. It
// may be repeated.
func (d *Disk) Settle(ctx context.Context, ref pack.Ref, records Records) error {
	in, torn, err := d.readIntent(ref)
	if err != nil || in == nil && !torn {
		return err
	}
	pointer, err := d.Pointer(ref)
	switch {
	case err != nil:
		return err
	case torn:
		return d.settleTorn(ctx, ref, pointer, records)
	case pointer == in.To:
		return d.finish(ctx, in, records)
	case pointer == in.Pointer:
		return d.withdraw(in, nil)
	}
	return pack.Errorf(pack.CodeStoreCorrupt, "pack %s points to generation %q, its journal says %q or %q; remove %q and register it again",
		ref, pointer, in.Pointer, in.To, d.intentFile(ref))
}

// settleTorn settles an intent that cannot be read. Either it was never synced:
// then the pointer has not moved, and agrees with the records. Or it was damaged
// later: then what the pointer says is finished.
func (d *Disk) settleTorn(ctx context.Context, ref pack.Ref, pointer string, records Records) error {
	active, err := records.Active(ctx, ref)
	if err != nil {
		return err
	}
	in := &intent{ID: NewID(), Ref: ref, To: pointer, From: active, Time: d.config.Now()}
	if active == pointer {
		return d.withdraw(in, nil)
	}
	return d.finish(ctx, in, records)
}

// finish does what is left of a change whose pointer has moved.
func (d *Disk) finish(ctx context.Context, in *intent, records Records) error {
	var metadata []byte
	if in.To != "" {
		var err error
		if metadata, err = d.Metadata(in.Ref, in.To); err != nil {
			return err
		}
	}
	if err := records.Decide(ctx, in.operation(metadata)); err != nil {
		return err
	}
	d.clearAway(in)
	return nil
}
