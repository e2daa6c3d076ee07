package wire

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/registry"
)

// EmptyReport returns the report of a stage that did not take place, with the
// one reason for it: what packd answers to those who ask for a bare report, and
// what the actions of the core pack print when there is no server. It is nil for
// a kind that is not one of the four stages.
func EmptyReport(kind, reason string) any {
	switch kind {
	case KindDownload:
		return emptyDownload(reason)
	case KindDependencies:
		return emptyDependencies(reason)
	case KindBuild:
		return emptyBuild(reason)
	case KindRegister:
		return emptyRegistration(reason)
	}
	return nil
}

func emptyDownload(reason string) *installer.DownloadReport {
	return &installer.DownloadReport{
		Downloaded: []installer.DownloadedPack{},
		Failed:     []installer.FailedDownload{{Message: reason}},
		Failures:   1,
	}
}

func emptyDependencies(reason string) *deps.Report {
	return &deps.Report{
		Dependencies: []deps.Dependency{}, Runtimes: map[pack.Ref]deps.RuntimeRequirements{},
		Missing: []deps.Dependency{}, Analyzed: []deps.AnalyzedPack{},
		Errors:    []deps.PathError{{Message: reason}},
		Conflicts: []deps.Conflict{}, Warnings: []deps.Warning{},
	}
}

func emptyBuild(reason string) *envbuild.Report {
	return &envbuild.Report{
		Built:   []envbuild.BuiltPack{},
		Failed:  []envbuild.FailedPack{{Runtime: "unknown", Message: reason}},
		Summary: envbuild.Summary{Failed: 1},
	}
}

func emptyRegistration(reason string) *registry.Report {
	return &registry.Report{
		Registered: []registry.RegisteredPack{},
		Failed:     []registry.FailedPack{{Message: reason, Stage: pack.StageLoad}},
		Summary:    registry.Summary{Failed: 1},
	}
}
