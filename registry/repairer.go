package registry

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// A Repairer makes what is on disk agree with the records.
type Repairer interface {
	// Repair repairs the packs with the given refs, or all packs, as far as that is
	// possible without fetching or building anything. It settles interrupted operations
	// and moves links in current to the recorded generations. A generation with changed
	// files, missing links to environments, or damaged metadata or records is replaced by
	// a new one of the same content, which is copied from a generation that has it
	// unchanged. No tests run, because the content was tested.
	//
	// A pack that cannot be repaired does not stop the others: what is left is in the
	// report, and the error is nil. A given pack that is not installed is an error that
	// matches [pack.ErrNotFound]. After any error the report, if there is one, lists what
	// was done.
	Repair(ctx context.Context, refs ...pack.Ref) (*RepairReport, error)
}

// A RepairReport is the result of a repair.
type RepairReport struct {
	// Checked are the packs that were compared with their records, ordered by ref.
	Checked []pack.Ref
	// Repaired are the differences that were found and no longer exist, Left those that
	// exist after it, with what to do. Both are ordered by ref.
	Repaired []Difference
	Left     []Difference
}

var _ Repairer = (*Store)(nil)

// Repair implements [Repairer]. It reads every file of the packs, Config.Parallel packs
// at a time, and locks only those that differ.
func (s *Store) Repair(ctx context.Context, refs ...pack.Ref) (*RepairReport, error) {
	leave, err := s.enterToChange()
	if err != nil {
		return nil, err
	}
	defer leave()
	return s.repairPacks(ctx, refs)
}

func (s *Store) repairPacks(ctx context.Context, refs []pack.Ref) (*RepairReport, error) {
	named := len(refs) > 0
	refs, err := s.refsToVerify(ctx, refs)
	if err != nil {
		return nil, err
	}
	report := &RepairReport{Checked: []pack.Ref{}, Repaired: []Difference{}, Left: []Difference{}}
	var mu sync.Mutex
	var errs []error
	batch.Each(refs, s.config.Parallel, func(ref pack.Ref) {
		repaired, left, err := s.repair(ctx, ref)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			report.Checked = append(report.Checked, ref)
			report.Repaired = append(report.Repaired, repaired...)
			report.Left = append(report.Left, left...)
		case named || !errors.Is(err, pack.ErrNotFound): // else it was removed in the meantime
			errs = append(errs, s.explain(ctx, "repair pack "+ref.String(), err))
		}
	})
	slices.Sort(report.Checked)
	for _, list := range [][]Difference{report.Repaired, report.Left} {
		slices.SortStableFunc(list, func(a, b Difference) int { return cmp.Compare(a.Ref, b.Ref) })
	}
	return report, errors.Join(errs...)
}

// repair repairs one pack, and returns the differences that it repaired and those left.
func (s *Store) repair(ctx context.Context, ref pack.Ref) (repaired, left []Difference, err error) {
	found, err := s.verify(ctx, ref)
	if err != nil || len(found) == 0 {
		s.releaseSound(ctx, ref, err)
		return nil, nil, err
	}
	lock, err := s.lock(ctx, []pack.Ref{ref})
	if blocked, ok := errors.AsType[*RepairError](err); ok {
		if !has(found, DifferenceOperation) {
			found = append(found, Difference{ref, found[0].Generation, DifferenceOperation, blocked.Error()})
		}
		return nil, found, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer lock.Release()
	if left, err = s.verify(ctx, ref); err == nil && len(left) > 0 {
		left, err = s.heal(ctx, lock, ref, left)
	}
	if errors.Is(err, pack.ErrNotFound) && ctx.Err() == nil { // an interrupted removal was settled
		err = nil
	}
	repaired = slices.DeleteFunc(found, func(d Difference) bool {
		return slices.ContainsFunc(left, func(l Difference) bool { return l.Kind == d.Kind })
	})
	for _, d := range repaired {
		s.config.Logger.Info("pack is repaired", "pack", ref, "difference", d.Kind, "message", d.Message)
	}
	return repaired, left, err
}
