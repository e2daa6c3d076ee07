package wire

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// NewDependenciesReport returns the report on the wire of a call that returned r
// and err; nil without r.
func NewDependenciesReport(r *deps.Report, _ error) *DependenciesReport {
	if r == nil {
		return nil
	}
	return &DependenciesReport{
		Dependencies: each(r.Dependencies, newDependency), Missing: each(r.Missing, newDependency), Runtimes: newRuntimes(r.Runtimes),
		Analyzed: each(r.Analyzed, func(p deps.AnalyzedPack) AnalyzedPack { return AnalyzedPack(p) }),
		Errors: each(r.Errors, func(f deps.PathError) FailedAnalysis {
			return FailedAnalysis{Path: f.Path, Message: f.Message, Code: pack.CodeOf(f.Err)}
		}),
		Conflicts: each(r.Conflicts, func(c deps.Conflict) Conflict {
			required := each(c.Required, func(r deps.Requirement) Requirement { return Requirement(r) })
			return Conflict{Ref: c.Ref, Required: required, Installed: c.Installed, Explanation: c.Explanation}
		}),
		Warnings: each(r.Warnings, func(w deps.Warning) Warning { return Warning(w) }),
	}
}

func newDependency(d deps.Dependency) Dependency { return Dependency(d) }

func newRuntimes(needs map[pack.Ref]deps.RuntimeRequirements) map[pack.Ref]RuntimeRequirements {
	runtimes := map[pack.Ref]RuntimeRequirements{}
	for ref, n := range needs {
		runtimes[ref] = RuntimeRequirements{Ref: n.Ref, Python: (*PythonRequirement)(n.Python), Node: (*NodeRequirement)(n.Node)}
	}
	return runtimes
}

// Result returns what the library returned to the server: its report, without
// what is not on the wire, and the [*pack.BatchError] of the packs that failed.
func (r *DependenciesReport) Result() (*deps.Report, error) {
	var items []*pack.ItemError
	return &deps.Report{
		Dependencies: each(r.Dependencies, Dependency.result), Missing: each(r.Missing, Dependency.result), Runtimes: resultRuntimes(r.Runtimes),
		Analyzed: each(r.Analyzed, func(p AnalyzedPack) deps.AnalyzedPack { return deps.AnalyzedPack(p) }),
		Errors: each(r.Errors, func(f FailedAnalysis) deps.PathError {
			err := itemError(f.Code, f.Message)
			items = append(items, &pack.ItemError{Spec: f.Path, Stage: pack.StageDependencies, Err: err})
			return deps.PathError{Path: f.Path, Message: f.Message, Err: err}
		}),
		Conflicts: each(r.Conflicts, func(c Conflict) deps.Conflict {
			required := each(c.Required, func(r Requirement) deps.Requirement { return deps.Requirement(r) })
			return deps.Conflict{Ref: c.Ref, Required: required, Installed: c.Installed, Explanation: c.Explanation}
		}),
		Warnings: each(r.Warnings, func(w Warning) deps.Warning { return deps.Warning(w) }),
	}, pack.NewBatchError(items)
}

func (d Dependency) result() deps.Dependency { return deps.Dependency(d) }

func resultRuntimes(runtimes map[pack.Ref]RuntimeRequirements) map[pack.Ref]deps.RuntimeRequirements {
	needs := map[pack.Ref]deps.RuntimeRequirements{}
	for ref, n := range runtimes {
		needs[ref] = deps.RuntimeRequirements{Ref: n.Ref, Python: (*deps.PythonRequirement)(n.Python), Node: (*deps.NodeRequirement)(n.Node)}
	}
	return needs
}
