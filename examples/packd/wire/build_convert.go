package wire

import (
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// NewBuildRequest returns what asks a server for r. No version prefers the first
// one found, which has to be said: a server has others in mind.
func NewBuildRequest(r envbuild.Request) BuildRequest {
	python, node := r.Prefer[pack.RuntimePython], r.Prefer[pack.RuntimeNode]
	return BuildRequest{
		Paths: paths(r.Paths, r.Contents), Checksums: checksumsOf(r.Contents), Python: &python, Node: &node, Rebuild: r.Rebuild, Timeout: inSeconds(r.Timeout),
		SkipPython: skips(&r, pack.RuntimePython), SkipNode: skips(&r, pack.RuntimeNode),
	}
}

// Check returns an error with [pack.CodeInvalidRequest] for checksums that belong to no
// path.
func (r BuildRequest) Check() error { return r.Checksums.check(r.Paths) }

// Request returns the request to the library.
func (r BuildRequest) Request() envbuild.Request {
	python, likelyPython := preference(r.Python, defaultPython)
	node, likelyNode := preference(r.Node, defaultNode)
	q := envbuild.Request{
		Prefer: preferred(python, node), Suggest: preferred(likelyPython, likelyNode),
		Skip: skipped(r.SkipPython, r.SkipNode), Rebuild: r.Rebuild, Timeout: duration(r.Timeout),
	}
	q.Paths, q.Contents = r.Checksums.of(r.Paths)
	return q
}

// preference returns the version that a request names, which there has to be an interpreter
// of, or else the default.
func preference(version *string, def string) (prefer, suggest string) {
	if v := value(version, def); v != def {
		return v, ""
	}
	return "", def
}

// NewBuildReport returns r as it is on the wire; nil for nil.
func NewBuildReport(r *envbuild.Report) *BuildReport {
	if r == nil {
		return nil
	}
	return &BuildReport{
		Built: each(r.Built, func(p envbuild.BuiltPack) BuiltPack {
			return BuiltPack{Ref: p.Ref, Path: p.Path, Environments: newEnvironments(p.Environments), DurationMS: p.Duration.Milliseconds()}
		}),
		Failed: each(r.Failed, func(f pack.Failure) FailedBuild {
			return FailedBuild{Ref: f.Ref, Path: f.Spec, Runtime: runtimeOf(f), Fault: newFault(f), Stage: f.Stage}
		}),
		Summary: newBuildSummary(r.Summary), Warnings: newWarnings(r.Warnings),
	}
}

// runtimeOf returns the runtime that a failure is about.
func runtimeOf(f pack.Failure) string {
	if about, ok := errors.AsType[*envbuild.RuntimeError](f.Err); ok {
		return string(about.Runtime)
	}
	return unknownRuntime
}

// Result returns what the library returned to the server: its report and the
// [*pack.BatchError] of the packs that failed.
func (r *BuildReport) Result() (*envbuild.Report, error) {
	failed := each(r.Failed, FailedBuild.result)
	return &envbuild.Report{
		Built: each(r.Built, func(p BuiltPack) envbuild.BuiltPack {
			return envbuild.BuiltPack{Ref: p.Ref, Path: p.Path, Environments: p.Environments.result(), Duration: milliseconds(p.DurationMS)}
		}),
		Failed: failed, Summary: r.Summary.result(), Warnings: warnings(r.Warnings),
	}, pack.NewBatchError(failed)
}

func (f FailedBuild) result() pack.Failure {
	out := f.failure(f.Path, f.Ref, f.stage())
	if f.Runtime != unknownRuntime {
		out.Err = &envbuild.RuntimeError{Runtime: pack.RuntimeName(f.Runtime), Err: out.Err}
	}
	return out
}
