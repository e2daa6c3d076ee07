package wire

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// The names of the kinds of work that packd does. Each is the last element of the
// path of its endpoint, "/api/v1/packs/" before it.
const (
	KindDownload     = "download"
	KindDependencies = "dependencies"
	KindBuild        = "build-envs"
	KindRegister     = "register-batch"
	KindInstall      = "install"
	KindPlan         = "plan"
	KindApply        = "apply"
)

// A Kind is one kind of work: requests of type Q, and reports that are a D on the
// wire and an R in the library.
type Kind[Q, D, R any] struct {
	Name string
	// Result turns the report on a request into what the library returned.
	Result func(Q, *D) (*R, error)
	// Empty returns the report of work that did not take place, with the one
	// reason for it.
	Empty func(Fault) *D
}

// Download is stage 1.
func Download() Kind[DownloadRequest, DownloadReport, installer.DownloadReport] {
	return Kind[DownloadRequest, DownloadReport, installer.DownloadReport]{KindDownload, downloadResult, emptyDownload}
}

// Dependencies is stage 2.
func Dependencies() Kind[DependenciesRequest, DependenciesReport, deps.Report] {
	result := func(q DependenciesRequest, d *DependenciesReport) (*deps.Report, error) {
		return pathResult(d, q.Paths, (*DependenciesReport).Result, func(r *deps.Report) []pack.Failure { return r.Failed })
	}
	return Kind[DependenciesRequest, DependenciesReport, deps.Report]{KindDependencies, result, emptyDependencies}
}

// Build is stage 3.
func Build() Kind[BuildRequest, BuildReport, envbuild.Report] {
	result := func(q BuildRequest, d *BuildReport) (*envbuild.Report, error) {
		return pathResult(d, q.Paths, (*BuildReport).Result, func(r *envbuild.Report) []pack.Failure { return r.Failed })
	}
	return Kind[BuildRequest, BuildReport, envbuild.Report]{KindBuild, result, emptyBuild}
}

// Register is stage 4.
func Register() Kind[RegisterRequest, RegisterReport, registry.Report] {
	result := func(q RegisterRequest, d *RegisterReport) (*registry.Report, error) {
		return pathResult(d, q.Paths, (*RegisterReport).Result, func(r *registry.Report) []pack.Failure { return r.Failed })
	}
	return Kind[RegisterRequest, RegisterReport, registry.Report]{KindRegister, result, emptyRegistration}
}

// Install is the whole pipeline.
func Install() Kind[InstallRequest, InstallReport, pipeline.Report] {
	result := func(_ InstallRequest, d *InstallReport) (*pipeline.Report, error) { return d.Result() }
	return Kind[InstallRequest, InstallReport, pipeline.Report]{KindInstall, result, emptyInstall}
}

// Plan says what an installation would change.
func Plan() Kind[PlanRequest, pipeline.Plan, pipeline.Plan] {
	result := func(_ PlanRequest, d *pipeline.Plan) (*pipeline.Plan, error) { return d, nil }
	return Kind[PlanRequest, pipeline.Plan, pipeline.Plan]{KindPlan, result, emptyPlan}
}

// Apply does what a plan says.
func Apply() Kind[ApplyRequest, ApplyReport, pipeline.Report] {
	result := func(_ ApplyRequest, d *ApplyReport) (*pipeline.Report, error) { return d.Result() }
	return Kind[ApplyRequest, ApplyReport, pipeline.Report]{KindApply, result, emptyApply}
}

// EmptyReport returns the empty report of a kind with the one reason for it: the
// bare report of a request that failed, and the output of the actions of the core
// pack when there is no server. It is nil for an unknown kind.
func EmptyReport(kind string, f Fault) any {
	for _, k := range []interface{ empty(string, Fault) any }{Download(), Dependencies(), Build(), Register(), Install(), Plan(), Apply()} {
		if report := k.empty(kind, f); report != nil {
			return report
		}
	}
	return nil
}

// empty returns the empty report of the kind with that name, nil for another one.
func (k Kind[Q, D, R]) empty(name string, f Fault) any {
	if k.Name != name {
		return nil
	}
	return k.Empty(f)
}
