package host

import (
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// conflicts returns the steps that would leave packs outside of the lock with unmet
// dependencies, unless these may break.
func (s *syncer) conflicts() []pack.Failure {
	all := []pack.Failure{}
	for i := range s.report.Steps {
		step := &s.report.Steps[i]
		broken := s.brokenBy(step)
		if len(broken) == 0 {
			continue
		}
		err := &registry.DependentsError{Ref: step.Ref, Version: step.To, Dependents: broken}
		all = append(all, pack.NewFailure(len(all), step.Ref.String(), step.Ref, pack.StageDependencies, err))
	}
	return all
}

// brokenBy returns the packs that a step would break, each once.
func (s *syncer) brokenBy(step *SyncStep) (broken []registry.Dependent) {
	if step.Action == SyncInstall { // what needs the pack lacks it already
		return nil
	}
	for i := range s.installed {
		k := &s.installed[i]
		if !s.stays(k.Ref) || s.mayBreak(k.Ref) {
			continue
		}
		at := slices.IndexFunc(k.Dependencies, func(d pack.Dependency) bool { return d.Ref == step.Ref && d.BrokenBy(step.From, step.To) })
		if at >= 0 {
			broken = append(broken, registry.Dependent{Ref: k.Ref, Dependency: k.Dependencies[at]})
		}
	}
	return broken
}

// stays reports whether an installed pack is neither of the lock nor removed.
func (s *syncer) stays(ref pack.Ref) bool { return s.report.Lock.Find(ref) == nil && !s.prunes(ref) }

func (s *syncer) mayBreak(ref pack.Ref) bool {
	return slices.Contains(s.req.AllowBreak, ref) || slices.Contains(s.req.AllowBreak, registry.AnyDependent)
}
