package wire

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// NewRegisterRequest returns what asks a server for r.
func NewRegisterRequest(r registry.Request) RegisterRequest {
	return RegisterRequest{
		Paths: paths(r.Paths, r.Contents), Checksums: checksumsOf(r.Contents), Replace: optional(string(r.Replace)), AllowBreak: r.AllowBreak, Expect: r.Expect,
		SkipValidation: r.SkipValidation, SkipTests: r.SkipTests, IgnoreTests: r.IgnoreTests, Retest: r.Retest, AllOrNothing: r.AllOrNothing,
	}
}

// forced grants what force means on the wire: to replace any version, and to ignore
// failed tests.
func forced(force bool, replace *registry.Replace, ignoreTests *bool) {
	if force {
		*replace, *ignoreTests = registry.ReplaceAny, true
	}
}

// Check returns an error with [pack.CodeInvalidRequest] for checksums that belong to no
// path.
func (r RegisterRequest) Check() error { return r.Checksums.check(r.Paths) }

// Request returns the request to the library.
func (r RegisterRequest) Request() registry.Request {
	q := registry.Request{
		Replace: registry.Replace(value(r.Replace, "")), AllowBreak: r.AllowBreak, Expect: r.Expect,
		SkipValidation: r.SkipValidation, SkipTests: r.SkipTests, IgnoreTests: r.IgnoreTests, Retest: r.Retest, AllOrNothing: r.AllOrNothing,
	}
	q.Paths, q.Contents = r.Checksums.of(r.Paths)
	forced(r.Force, &q.Replace, &q.IgnoreTests)
	return q
}

// NewRegisterReport returns r as it is on the wire; nil for nil.
func NewRegisterReport(r *registry.Report) *RegisterReport {
	if r == nil {
		return nil
	}
	return &RegisterReport{
		Registered: each(r.Registered, func(p registry.RegisteredPack) RegisteredPack {
			return RegisteredPack{
				Ref: p.Ref, ID: p.ID, Version: p.Version, StoragePath: p.StoragePath, Components: ComponentCounts(p.Components),
				Tests: NewTestSummary(p.Tests), Validation: newValidation(p.Validation),
				Generation: p.Generation, Changes: p.Changes, Path: p.Path,
			}
		}),
		Failed: each(r.Failed, func(f pack.Failure) FailedRegistration {
			return FailedRegistration{Ref: f.Ref, Path: f.Spec, Fault: newFault(f), Stage: f.Stage}
		}),
		Summary: newRegisterSummary(r.Summary), Warnings: newWarnings(r.Warnings),
	}
}

func newValidation(v registry.ValidationResult) ValidationResult {
	return ValidationResult{Valid: v.Valid, Errors: each(v.Errors, same), Findings: each(v.Findings, same)}
}

// NewFailedRegistration returns a pack that was registered and failed after that.
func NewFailedRegistration(p RegisteredPack, stage pack.Stage, err error) FailedRegistration {
	return FailedRegistration{Ref: p.Ref, Path: p.Path, Fault: newFault(pack.NewFailure(0, p.Path, p.Ref, stage, err)), Stage: stage}
}

// NewTestSummary returns the counts on the wire; nil for nil.
func NewTestSummary(t *registry.TestSummary) *TestSummary {
	if t == nil {
		return nil
	}
	return &TestSummary{
		Status: string(t.Status), Total: t.Total, Passed: t.Passed, Failed: t.Failed, Isolation: t.Isolation, Shortfall: t.Shortfall, Reused: t.Reused,
	}
}

// Result returns what the library returned to the server: its report, without
// what is not on the wire, and the [*pack.BatchError] of the packs that failed.
func (r *RegisterReport) Result() (*registry.Report, error) {
	failed := each(r.Failed, func(f FailedRegistration) pack.Failure {
		return f.failure(f.Path, f.Ref, f.Stage)
	})
	return &registry.Report{
		Registered: each(r.Registered, RegisteredPack.result), Failed: failed,
		Summary: r.Summary.result(), Warnings: warnings(r.Warnings),
	}, pack.NewBatchError(failed)
}

func (p RegisteredPack) result() registry.RegisteredPack {
	return registry.RegisteredPack{
		Ref: p.Ref, ID: p.ID, Version: p.Version, StoragePath: p.StoragePath, Components: registry.ComponentCounts(p.Components),
		Tests: p.Tests.result(), Validation: p.Validation.result(), Generation: p.Generation, Changes: p.Changes, Path: p.Path,
	}
}

func (v ValidationResult) result() registry.ValidationResult {
	return registry.ValidationResult{Valid: v.Valid, Errors: each(v.Errors, same), Findings: each(v.Findings, same)}
}

func (t *TestSummary) result() *registry.TestSummary {
	if t == nil {
		return nil
	}
	return &registry.TestSummary{
		Status: registry.TestStatus(t.Status), Total: t.Total, Passed: t.Passed, Failed: t.Failed,
		Isolation: t.Isolation, Shortfall: t.Shortfall, Reused: t.Reused,
	}
}

func newRegisterSummary(s registry.Summary) RegisterSummary {
	return RegisterSummary{
		Total: s.Total, Succeeded: s.Succeeded, Failed: s.Failed, TotalComponents: s.TotalComponents, DurationMS: s.Duration.Milliseconds(),
	}
}

func (s RegisterSummary) result() registry.Summary {
	return registry.Summary{
		Total: s.Total, Succeeded: s.Succeeded, Failed: s.Failed, TotalComponents: s.TotalComponents, Duration: milliseconds(s.DurationMS),
	}
}
