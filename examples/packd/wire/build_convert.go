package wire

import (
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// NewBuildRequest returns what asks a server for r. No version prefers the newest
// one, which has to be said: a server has others in mind.
func NewBuildRequest(r envbuild.Request) BuildRequest {
	return BuildRequest{
		Paths: r.Paths, Python: &r.Python, Node: &r.Node, SkipPython: r.SkipPython, SkipNode: r.SkipNode,
		Force: r.Force, Timeout: inSeconds(r.Timeout),
	}
}

// Request returns the request to the library.
func (r BuildRequest) Request() envbuild.Request {
	return envbuild.Request{
		Paths: r.Paths, Python: value(r.Python, defaultPython), Node: value(r.Node, defaultNode),
		SkipPython: r.SkipPython, SkipNode: r.SkipNode, Force: r.Force, Timeout: duration(r.Timeout),
	}
}

// NewBuildReport returns the report on the wire of a call that returned r and
// err, which knows the stages of the packs that failed; nil without r.
func NewBuildReport(r *envbuild.Report, err error) *BuildReport {
	if r == nil {
		return nil
	}
	stages := stagesOf(err)
	return &BuildReport{
		Built: each(r.Built, func(p envbuild.BuiltPack) BuiltPack {
			return BuiltPack{Ref: p.Ref, Path: p.Path, Environments: newEnvironments(p.Environments), DurationMS: p.DurationMS}
		}),
		Failed: each(r.Failed, func(f envbuild.FailedPack) FailedBuild {
			return FailedBuild{Ref: f.Ref, Path: f.Path, Runtime: f.Runtime, Message: f.Message, Code: pack.CodeOf(f.Err), Stage: stages[f.Path]}
		}),
		Summary: BuildSummary(r.Summary),
	}
}

// stagesOf returns the stages in which the items of a batch failed, by their specs.
func stagesOf(err error) map[string]pack.Stage {
	stages := map[string]pack.Stage{}
	if batch, ok := errors.AsType[*pack.BatchError](err); ok {
		for _, item := range batch.Items {
			stages[item.Spec] = item.Stage
		}
	}
	return stages
}

func newEnvironments(e envbuild.Environments) Environments {
	return Environments{Python: (*PythonEnvironment)(e.Python), Node: (*NodeEnvironment)(e.Node)}
}

// Result returns what the library returned to the server: its report and the
// [*pack.BatchError] of the packs that failed.
func (r *BuildReport) Result() (*envbuild.Report, error) {
	var items []*pack.ItemError
	return &envbuild.Report{
		Built: each(r.Built, func(p BuiltPack) envbuild.BuiltPack {
			return envbuild.BuiltPack{Ref: p.Ref, Path: p.Path, Environments: p.Environments.result(), DurationMS: p.DurationMS}
		}),
		Failed: each(r.Failed, func(f FailedBuild) envbuild.FailedPack {
			err := itemError(f.Code, f.Message)
			items = append(items, &pack.ItemError{Spec: f.Path, Ref: f.Ref, Stage: f.stage(), Err: err})
			return envbuild.FailedPack{Ref: f.Ref, Path: f.Path, Runtime: f.Runtime, Message: f.Message, Err: err}
		}),
		Summary: envbuild.Summary(r.Summary),
	}, pack.NewBatchError(items)
}

func (e Environments) result() envbuild.Environments {
	return envbuild.Environments{Python: (*envbuild.PythonEnvironment)(e.Python), Node: (*envbuild.NodeEnvironment)(e.Node)}
}
