package wire

import (
	"cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// NewDependenciesReport returns r as it is on the wire; nil for nil.
func NewDependenciesReport(r *deps.Report) *DependenciesReport {
	if r == nil {
		return nil
	}
	counts := map[pack.Ref]int{}
	for _, d := range r.Dependencies {
		counts[d.RequiredBy]++
	}
	return &DependenciesReport{
		Dependencies: each(r.Dependencies, newDependency), Missing: each(r.Missing, newDependency), Runtimes: newRuntimes(r),
		Analyzed: each(r.Analyzed, func(p deps.AnalyzedPack) AnalyzedPack {
			n := counts[p.Ref]
			return AnalyzedPack{Ref: p.Ref, Path: p.Path, HasDependencies: n > 0, DependencyCount: n}
		}),
		Errors: each(r.Failed, func(f pack.Failure) FailedAnalysis {
			return FailedAnalysis{Path: f.Spec, Fault: newFault(f), Stage: f.Stage}
		}),
		Conflicts: each(r.Conflicts, func(c deps.Conflict) Conflict {
			required := each(c.Required, func(r deps.Requirement) Requirement { return Requirement(r) })
			return Conflict{Ref: c.Ref, Required: required, Installed: c.Installed, Explanation: c.Explanation, Platform: newPlatformVersion(c.Err)}
		}),
		Warnings: newWarnings(r.Warnings),
	}
}

func newDependency(d deps.Dependency) Dependency { return Dependency(d) }

// Result returns what the library returned to the server: its report, without
// what is not on the wire, and the [*pack.BatchError] of the packs that failed.
func (r *DependenciesReport) Result() (*deps.Report, error) {
	failed := each(r.Errors, func(f FailedAnalysis) pack.Failure {
		return f.failure(f.Path, "", cmp.Or(f.Stage, pack.StageDependencies))
	})
	return &deps.Report{
		Dependencies: each(r.Dependencies, Dependency.result), Missing: each(r.Missing, Dependency.result), Runtimes: r.needs(),
		Analyzed: each(r.Analyzed, func(p AnalyzedPack) deps.AnalyzedPack {
			return deps.AnalyzedPack{Ref: p.Ref, Path: p.Path}
		}),
		Failed:    failed,
		Conflicts: each(r.Conflicts, Conflict.result),
		Warnings:  warnings(r.Warnings),
	}, pack.NewBatchError(failed)
}

func (d Dependency) result() deps.Dependency { return deps.Dependency(d) }

func (c Conflict) result() deps.Conflict {
	required := each(c.Required, func(r Requirement) deps.Requirement { return deps.Requirement(r) })
	result := deps.Conflict{Ref: c.Ref, Required: required, Installed: c.Installed, Explanation: c.Explanation}
	if c.Platform != nil {
		result.Err = newError(pack.CodeDependencyConflict, false, c.Explanation, c.Platform.causes())
	}
	return result
}
