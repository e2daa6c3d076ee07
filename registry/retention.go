package registry

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// DefaultGenerations is the default of [Retention.Generations].
const DefaultGenerations = 10

// A Retention says which generations of each pack are kept for rollback. Others are
// collected: by the next change of the pack, and by [Store.Reap]. Always kept are the
// active generation, the one that was active before it, and those that are pinned, see
// [Pinner]. The files of a generation that a [Snapshot] holds remain until it is released.
type Retention struct {
	// Generations is the number of latest generations that are kept. 0:
	// [DefaultGenerations]; negative: all.
	Generations int
	// Age is the time after its creation for which a generation is kept. 0 or
	// negative: unlimited.
	Age time.Duration
}

// outdated returns the names of the generations that r does not keep; the oldest first.
func (r Retention) outdated(recorded []Generation, active, previous string, pinned []string, now time.Time) []string {
	recorded = slices.Clone(recorded)
	slices.SortStableFunc(recorded, func(a, b Generation) int {
		return generations.Number(a.Name) - generations.Number(b.Name)
	})
	most := cmp.Or(r.Generations, DefaultGenerations)
	var names []string
	for i := range recorded {
		g := &recorded[i]
		latest := most < 0 || len(recorded)-i <= most
		young := r.Age <= 0 || now.Sub(g.Created) <= r.Age
		if latest && young || g.Name == active || g.Name == previous || slices.Contains(pinned, g.Name) {
			continue
		}
		names = append(names, g.Name)
	}
	return names
}

// retain collects the generations of a pack that are outdated, and the files that an
// interrupted collection left. lock holds the lock of the pack. A failure is logged:
// it does not change the result of an operation, and the next change of the pack retries.
func (s *Store) retain(ctx context.Context, lock generations.Lock, rec *Record) {
	if rec.Active.Previous == "" { // there are no others
		return
	}
	if err := s.collect(context.WithoutCancel(ctx), lock, rec); err != nil {
		s.config.Logger.Warn("outdated generations are not collected", "pack", rec.Ref, "error", err)
	}
}

func (s *Store) collect(ctx context.Context, lock generations.Lock, rec *Record) error {
	recorded, err := s.generations(ctx, rec.Ref)
	if err != nil && !damaged(err) {
		return err
	}
	names := s.outdated(rec, recorded)
	if len(names) > 0 {
		op := Operation{ID: generations.NewID(), Time: s.now(), Fence: lock.Fence(), Forget: []Forgetting{{rec.Ref, names}}}
		if _, err := s.config.Records.Apply(ctx, op); err != nil {
			return err
		}
	}
	if err == nil { // otherwise the names of some are unknown
		left, err := s.orphans(rec, recorded)
		if err != nil {
			return err
		}
		names = append(names, left...)
	}
	return s.disk.Vacate(ctx, lock, rec.Ref, names)
}

func (s *Store) outdated(rec *Record, recorded []Generation) []string {
	return s.config.Retention.outdated(recorded, rec.Active.Name, rec.Active.Previous, rec.Settings.Pinned, s.now())
}

// orphans returns the generations on disk that the records do not list, and that are
// older than the active one: later ones belong to records that an older copy replaced.
func (s *Store) orphans(rec *Record, recorded []Generation) ([]string, error) {
	names, err := s.disk.Generations(rec.Ref)
	return slices.DeleteFunc(names, func(name string) bool {
		return generations.Number(name) >= generations.Number(rec.Active.Name) ||
			slices.ContainsFunc(recorded, func(g Generation) bool { return g.Name == name })
	}), err
}

// retainAll collects the outdated generations of all packs, except those that other
// operations change for longer than the lock timeout.
func (s *Store) retainAll(ctx context.Context) error {
	records, err := s.config.Records.Packs(ctx)
	if err != nil && !damaged(err) {
		return err
	}
	for i := range records {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		rec := &records[i]
		recorded, err := s.generations(ctx, rec.Ref)
		if err != nil && !damaged(err) {
			continue
		}
		due := len(s.outdated(rec, recorded)) > 0
		if err == nil && !due { // an interrupted collection may have left files
			left, err := s.orphans(rec, recorded)
			due = err == nil && len(left) > 0
		}
		if due {
			s.retainOne(ctx, rec.Ref)
		}
	}
	return nil
}

func (s *Store) retainOne(ctx context.Context, ref pack.Ref) {
	lock, err := s.lock(ctx, []pack.Ref{ref})
	if err != nil {
		s.config.Logger.Warn("outdated generations are not collected", "pack", ref, "error", err)
		return
	}
	defer lock.Release()
	if rec, err := s.config.Records.Pack(ctx, ref); err == nil { // it has not been removed
		s.retain(ctx, lock, &rec)
	}
}
