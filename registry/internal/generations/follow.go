package generations

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/packtrain/pack"
)

// follow makes the generations in wants what readers get; "" for none. It may
// be repeated.
func (d *Disk) follow(ctx context.Context, lock Lock, wants map[pack.Ref]string) error {
	var failed []error
	for _, ref := range slices.Sorted(maps.Keys(wants)) {
		failed = append(failed, d.movePointer(ctx, lock, ref, wants[ref]))
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	return d.syncDir("sync pointers", d.dir(currentDir))
}

// Follow makes generation what readers get of ref. lock holds the lock of ref, and
// the records say that the generation is active.
func (d *Disk) Follow(ctx context.Context, lock Lock, ref pack.Ref, generation string) error {
	return d.follow(ctx, lock, map[pack.Ref]string{ref: generation})
}

// clearAway does what is left when readers get what the records say. What fails
// here is logged, and done when the intent is settled.
func (d *Disk) clearAway(ctx context.Context, in *intent, lock Lock, wants map[pack.Ref]string) {
	for _, m := range in.Moves {
		if want, known := wants[m.Ref]; !known || want != "" {
			continue
		}
		if err := d.retire(ctx, lock, m.Ref, m.From); err != nil {
			d.config.Logger.Warn("pack is removed, its files are not yet", "pack", m.Ref, "error", err)
			return
		}
	}
	if err := d.removeIntent(in, lock); err != nil {
		d.config.Logger.Warn("change is done, its intent is still in the journal", "operation", in.ID, "error", err)
	}
}

// retire discards all generations of ref that no reader uses, one of which was active,
// and keeps the number of the last one, so that no later generation gets a name that
// was used.
func (d *Disk) retire(ctx context.Context, lock Lock, ref pack.Ref, active string) error {
	last, err := d.lastNumber(ref)
	if err != nil {
		return err
	}
	last = max(last, number(active))
	file := filepath.Join(d.dir(journalDir), ref.String()+lastSuffix)
	err = d.do("write last generation", func() error { return writeNew(file, []byte(strconv.Itoa(last))) })
	if err == nil {
		err = d.sync("sync last generation", file)
	}
	if err == nil {
		err = d.do("publish last generation", func() error { return os.Rename(file, d.lastFile(ref)) })
	}
	if err == nil {
		err = d.syncDir("sync name of last generation", d.dir(packsDir))
	}
	if err != nil {
		return err
	}
	return d.vacate(ctx, lock, ref)
}
