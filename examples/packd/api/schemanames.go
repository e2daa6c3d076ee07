package api

import "strings"

// qualified returns the name of a type of a package in the document: with the
// package, unless that is one of those whose types are named without it.
func qualified(pkg, name string) string {
	switch pkg {
	case "pack", "api":
		return name
	case "wire":
		if stage := reportTypes()[name]; stage != "" {
			return stage
		}
		return name
	}
	return title(pkg) + name
}

// reportTypes returns, by the names of their types in package wire, the names of
// reports and their parts in the document. They begin with the stage, for the
// document has a Dependency and an Environment of a pack, too.
func reportTypes() map[string]string {
	names := map[string]string{}
	for stage, types := range map[string]string{
		"Installer": "DownloadReport DownloadedPack FailedDownload",
		"Deps": "DependenciesReport=Report Dependency RuntimeRequirements PythonRequirement NodeRequirement " +
			"AnalyzedPack FailedAnalysis=PathError Conflict Requirement Warning",
		"Envbuild": "BuildReport=Report BuiltPack Environments PythonEnvironment NodeEnvironment FailedBuild=FailedPack BuildSummary=Summary",
		"Registry": "RegisterReport=Report RegisteredPack ComponentCounts TestSummary ValidationResult " +
			"FailedRegistration=FailedPack RegisterSummary=Summary ActivePack PackDetails",
	} {
		for _, t := range strings.Fields(types) {
			name, documented, renamed := strings.Cut(t, "=")
			if !renamed {
				documented = name
			}
			names[name] = stage + documented
		}
	}
	return names
}
