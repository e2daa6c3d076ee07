package wire

import (
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// NewInstallRequest returns what asks a server for r.
func NewInstallRequest(r pipeline.Request) InstallRequest {
	return InstallRequest{
		Packs: r.Specs, RefSpec: optional(r.Rev), RegistryURL: optional(r.Index), Timeout: inSeconds(r.Timeout), BuildTimeout: inSeconds(r.BuildTimeout),
		Python: optional(r.Prefer[pack.RuntimePython]), Node: optional(r.Prefer[pack.RuntimeNode]),
		SkipPython: slices.Contains(r.SkipRuntimes, pack.RuntimePython), SkipNode: slices.Contains(r.SkipRuntimes, pack.RuntimeNode),
		Replace: optional(string(r.Replace)), AllowBreak: r.AllowBreak, IgnoreTests: r.IgnoreTests,
		SkipTests: r.SkipTests, Retest: r.Retest, SkipValidation: r.SkipValidation, SkipEnvs: r.SkipEnvironments, RefreshEnvs: r.RefreshEnvironments, FailFast: r.FailFast, AllOrNothing: r.AllOrNothing,
	}
}

// Request returns the request to the library.
func (r InstallRequest) Request() pipeline.Request {
	q := pipeline.Request{
		Specs: r.Packs, Rev: value(r.RefSpec, ""), Index: value(r.RegistryURL, ""), Timeout: duration(r.Timeout), BuildTimeout: duration(r.BuildTimeout),
		Prefer: preferred(value(r.Python, ""), value(r.Node, "")), SkipRuntimes: skipped(r.SkipPython, r.SkipNode),
		Replace: registry.Replace(value(r.Replace, "")), AllowBreak: r.AllowBreak, IgnoreTests: r.IgnoreTests,
		SkipTests: r.SkipTests, Retest: r.Retest, SkipValidation: r.SkipValidation, SkipEnvironments: r.SkipEnvs, RefreshEnvironments: r.RefreshEnvs, FailFast: r.FailFast, AllOrNothing: r.AllOrNothing,
	}
	forced(r.Force, &q.Replace, &q.IgnoreTests)
	return q
}

// NewInstallReport returns r as it is on the wire; nil for nil.
func NewInstallReport(r *pipeline.Report) *InstallReport {
	if r == nil {
		return nil
	}
	return &InstallReport{
		Outcomes: each(r.Outcomes, newOutcome), Summary: newInstallSummary(r.Summary),
		Download: NewDownloadReport(r.Download), Dependencies: NewDependenciesReport(r.Dependencies),
		Environments: NewBuildReport(r.Environments), Registration: NewRegisterReport(r.Registration),
		Warnings: newWarnings(r.Warnings),
	}
}

func newOutcome(o pipeline.Outcome) Outcome {
	out := Outcome{
		Spec: o.Spec, Ref: o.Ref, Version: o.Version, Previous: o.Previous, Status: string(o.Status),
		Added: o.Added, RequiredBy: each(o.RequiredBy, same), Path: o.Path, Generation: o.Generation,
		Environments: newEnvironments(o.Environments), Tests: NewTestSummary(o.Tests),
	}
	if f := o.Failure; f != nil {
		out.Failure = &Failure{Stage: f.Stage, Fault: newFault(*f)}
	}
	return out
}

// Result returns what the library returned to the server: its report, without
// what is not on the wire, and the [*pack.BatchError] of the packs that failed.
func (r *InstallReport) Result() (*pipeline.Report, error) {
	out := &pipeline.Report{Summary: r.Summary.result(), Failed: []pack.Failure{}, Warnings: warnings(r.Warnings)}
	for i, o := range r.Outcomes {
		outcome := o.result()
		if f := outcome.Failure; f != nil {
			f.Item = i
			out.Failed = append(out.Failed, *f)
		}
		out.Outcomes = append(out.Outcomes, outcome)
	}
	// What failed in the stages is in the outcomes.
	if r.Download != nil {
		out.Download, _ = r.Download.Result()
	}
	if r.Dependencies != nil {
		out.Dependencies, _ = r.Dependencies.Result()
	}
	if r.Environments != nil {
		out.Environments, _ = r.Environments.Result()
	}
	if r.Registration != nil {
		out.Registration, _ = r.Registration.Result()
	}
	return out, pack.NewBatchError(out.Failed)
}

func (o Outcome) result() pipeline.Outcome {
	out := pipeline.Outcome{
		Spec: o.Spec, Ref: o.Ref, Version: o.Version, Previous: o.Previous, Status: pack.Status(o.Status),
		Added: o.Added, RequiredBy: o.RequiredBy, Path: o.Path, Generation: o.Generation,
		Environments: o.Environments.result(), Tests: o.Tests.result(),
	}
	if f := o.Failure; f != nil {
		failed := f.failure(o.Spec, o.Ref, f.Stage)
		out.Failure = &failed
	}
	return out
}

func newInstallSummary(s pipeline.Summary) InstallSummary {
	return InstallSummary{
		Total: s.Total, Installed: s.Installed, Upgraded: s.Upgraded, Replaced: s.Replaced, Unchanged: s.Unchanged,
		Failed: s.Failed, Skipped: s.Skipped, DurationMS: s.Duration.Milliseconds(),
	}
}

func (s InstallSummary) result() pipeline.Summary {
	return pipeline.Summary{
		Total: s.Total, Installed: s.Installed, Upgraded: s.Upgraded, Replaced: s.Replaced, Unchanged: s.Unchanged,
		Failed: s.Failed, Skipped: s.Skipped, Duration: milliseconds(s.DurationMS),
	}
}

// emptyInstall returns the report of an installation that did not take place.
func emptyInstall(f Fault) *InstallReport {
	failed := Outcome{Status: string(pack.StatusFailed), RequiredBy: []pack.Ref{}, Failure: &Failure{Stage: pack.StageDownload, Fault: f}}
	return &InstallReport{Outcomes: []Outcome{failed}, Summary: InstallSummary{Failed: 1}, Warnings: []Warning{}}
}
