package host

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry"
)

// inspect compares the files of the installed packs that the lock has with their records,
// each pack once.
func (s *syncer) inspect(ctx context.Context) error {
	var refs []pack.Ref
	for i := range s.report.Lock.Packs {
		ref := s.report.Lock.Packs[i].Ref
		if _, inspected := s.damaged[ref]; !inspected && s.find(ref) != nil {
			refs = append(refs, ref)
			s.damaged[ref] = false
		}
	}
	if len(refs) == 0 {
		return nil
	}
	rep, err := s.Store.Verify(ctx, refs...)
	switch {
	case errors.Is(err, pack.ErrNotFound):
		return pack.Errorf(pack.CodeConflict, "another operation removed a pack at the same time; sync again: %w", err)
	case err != nil:
		return err
	}
	for _, d := range rep.Differences {
		switch d.Kind {
		case registry.DifferenceContent, registry.DifferencePointer, registry.DifferenceEnvironment, registry.DifferenceRecord:
			s.damaged[d.Ref] = true
			s.Warn(ctx, &batch.Item{Spec: d.Ref.String(), ID: s.find(d.Ref).ID, Stage: pack.StageRegistration}, "it is not as recorded, and is installed again: %s", d.Message)
		case registry.DifferenceOperation, registry.DifferenceDependency: // installing it again changes nothing
		}
	}
	return nil
}

// confirm fails the packs that others have changed since it was read what is installed:
// those that stayed, and those that were installed before the others.
func (s *syncer) confirm(ctx context.Context) (err error) {
	if s.installed, err = s.Store.InstalledPacks(ctx); err != nil {
		return err
	}
	for i := range s.report.Steps {
		step := &s.report.Steps[i]
		p, k := s.report.Lock.Find(step.Ref), s.find(step.Ref)
		switch {
		case p == nil && k != nil:
			s.changedMeanwhile(step, fmt.Sprintf("%s is installed again", k.ID))
		case p != nil && k == nil:
			s.changedMeanwhile(step, "it was removed")
		case p != nil && compare(k, p) != SyncKeep:
			s.changedMeanwhile(step, fmt.Sprintf("%s is installed, with content %s", k.ID, k.TreeDigest))
		}
	}
	return nil
}

func (s *syncer) changedMeanwhile(step *SyncStep, is string) {
	step.Done = false
	err := pack.Errorf(pack.CodeConflict, "another operation changed pack %s while packs were synced: %s; sync again", step.Ref, is)
	s.report.Failed = append(s.report.Failed, pack.NewFailure(len(s.report.Failed), step.Ref.String(), step.Ref, pack.StageRegistration, err))
}
