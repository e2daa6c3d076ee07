package host

import (
	"context"
	"errors"

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
