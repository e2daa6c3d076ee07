package wire

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
)

// The wire names two runtimes, in fields of their own, and has lists of others; the
// library has lists of any number.

func preferred(python, node string) map[pack.RuntimeName]string {
	prefer := map[pack.RuntimeName]string{}
	for name, version := range map[pack.RuntimeName]string{pack.RuntimePython: python, pack.RuntimeNode: node} {
		if version != "" {
			prefer[name] = version
		}
	}
	return prefer
}

func skipped(python, node bool) []pack.RuntimeName {
	var skip []pack.RuntimeName
	if python {
		skip = append(skip, pack.RuntimePython)
	}
	if node {
		skip = append(skip, pack.RuntimeNode)
	}
	return skip
}

func skips(r *envbuild.Request, name pack.RuntimeName) bool { return slices.Contains(r.Skip, name) }

func newEnvironments(envs envbuild.Environments) Environments {
	var out Environments
	if e := envs.Of(pack.RuntimePython); e != nil {
		out.Python = &PythonEnvironment{
			Path: e.Path, RequirementsInstalled: e.Ready, PackageCount: e.PackageCount, Version: e.Version, Key: e.Key, Reused: e.Reused,
			PathFiles: e.PathFiles, Choice: newChoice(e),
		}
	}
	if e := envs.Of(pack.RuntimeNode); e != nil {
		out.Node = &NodeEnvironment{
			Path: e.Path, DependenciesInstalled: e.Ready, PackageCount: e.PackageCount, Version: e.Version, Key: e.Key, Reused: e.Reused,
			SkippedScripts: e.SkippedScripts, Choice: newChoice(e),
		}
	}
	for i := range envs {
		if e := &envs[i]; !isNamed(e.Runtime) {
			out.Described = append(out.Described, DescribedEnvironment{
				Runtime: string(e.Runtime), Path: e.Path, Installed: e.Ready, PackageCount: e.PackageCount, Version: e.Version, Key: e.Key, Reused: e.Reused,
				Choice: newChoice(e),
			})
		}
	}
	return out
}

// isNamed reports whether the wire has fields for a runtime.
func isNamed(name pack.RuntimeName) bool {
	return name == pack.RuntimePython || name == pack.RuntimeNode
}

func newChoice(e *envbuild.Environment) Choice {
	return Choice{Program: e.Program, PassedOver: each(e.PassedOver, func(p envbuild.PassedOver) PassedOver { return PassedOver(p) })}
}

func (c *Choice) passedOver() []envbuild.PassedOver {
	return each(c.PassedOver, func(p PassedOver) envbuild.PassedOver { return envbuild.PassedOver(p) })
}

// result leaves out the interpreters of the environments, which are not on the wire.
func (e Environments) result() envbuild.Environments {
	envs := envbuild.Environments{}
	if p := e.Python; p != nil {
		envs = append(envs, envbuild.Environment{
			Environment: pack.Environment{Runtime: pack.RuntimePython, Key: p.Key, Path: p.Path, Version: p.Version},
			Ready:       p.RequirementsInstalled, PackageCount: p.PackageCount, Reused: p.Reused, PathFiles: p.PathFiles,
			Program: p.Program, PassedOver: p.passedOver(),
		})
	}
	if n := e.Node; n != nil {
		envs = append(envs, envbuild.Environment{
			Environment: pack.Environment{Runtime: pack.RuntimeNode, Key: n.Key, Path: n.Path, Version: n.Version},
			Ready:       n.DependenciesInstalled, PackageCount: n.PackageCount, Reused: n.Reused, SkippedScripts: n.SkippedScripts,
			Program: n.Program, PassedOver: n.passedOver(),
		})
	}
	for _, d := range e.Described {
		envs = append(envs, envbuild.Environment{
			Environment: pack.Environment{Runtime: pack.RuntimeName(d.Runtime), Key: d.Key, Path: d.Path, Version: d.Version},
			Ready:       d.Installed, PackageCount: d.PackageCount, Reused: d.Reused, Program: d.Program, PassedOver: d.passedOver(),
		})
	}
	return envs
}

func newBuildSummary(s envbuild.Summary) BuildSummary {
	var described map[string]int
	for name, n := range s.Built {
		if !isNamed(name) {
			if described == nil {
				described = map[string]int{}
			}
			described[string(name)] = n
		}
	}
	return BuildSummary{
		DescribedBuilt: described, Total: s.Total, Succeeded: s.Succeeded, Failed: s.Failed, TotalDurationMS: s.Duration.Milliseconds(),
		PythonBuilt: s.Built[pack.RuntimePython], NodeBuilt: s.Built[pack.RuntimeNode], Isolation: s.Isolation, Shortfall: s.Shortfall,
	}
}

func (s BuildSummary) result() envbuild.Summary {
	built := map[pack.RuntimeName]int{pack.RuntimePython: s.PythonBuilt, pack.RuntimeNode: s.NodeBuilt}
	for name, n := range s.DescribedBuilt {
		built[pack.RuntimeName(name)] = n
	}
	return envbuild.Summary{
		Total: s.Total, Succeeded: s.Succeeded, Failed: s.Failed, Duration: milliseconds(s.TotalDurationMS),
		Built:     built,
		Isolation: s.Isolation, Shortfall: s.Shortfall,
	}
}

func newRuntimes(r *deps.Report) map[pack.Ref]RuntimeRequirements {
	paths := map[pack.Ref]string{}
	for _, p := range r.Analyzed {
		paths[p.Ref] = p.Path
	}
	runtimes := map[pack.Ref]RuntimeRequirements{}
	for ref, needs := range r.Runtimes {
		out := RuntimeRequirements{Ref: ref}
		for _, n := range needs {
			version, file := optional(strings.Join(n.Ranges, ", ")), manifestFile(paths[ref], n.Manifest)
			switch n.Runtime {
			case pack.RuntimePython:
				out.Python = &PythonRequirement{Version: version, RequirementsFile: file}
			case pack.RuntimeNode:
				out.Node = &NodeRequirement{Version: version, PackageFile: file}
			case pack.RuntimeShell, pack.RuntimeNative: // they have nothing to install
			default:
				out.Described = append(out.Described, DescribedRequirement{Runtime: string(n.Runtime), Version: version, Manifest: file})
			}
		}
		runtimes[ref] = out
	}
	return runtimes
}

// manifestFile returns the path of a file of the pack at path, nil for none.
func manifestFile(path, name string) *string {
	if name == "" {
		return nil
	}
	return optional(filepath.Join(path, name))
}

// needs returns the runtimes that each pack needs, without the reasons, which
// are not on the wire.
func (r *DependenciesReport) needs() map[pack.Ref][]pack.RuntimeNeed {
	paths := map[pack.Ref]string{}
	for _, p := range r.Analyzed {
		paths[p.Ref] = p.Path
	}
	all := map[pack.Ref][]pack.RuntimeNeed{}
	for ref, n := range r.Runtimes {
		var needs []pack.RuntimeNeed
		if p := n.Python; p != nil {
			needs = append(needs, need(pack.RuntimePython, p.Version, paths[ref], p.RequirementsFile))
		}
		if p := n.Node; p != nil {
			needs = append(needs, need(pack.RuntimeNode, p.Version, paths[ref], p.PackageFile))
		}
		for _, d := range n.Described {
			needs = append(needs, need(pack.RuntimeName(d.Runtime), d.Version, paths[ref], d.Manifest))
		}
		all[ref] = needs
	}
	return all
}

func need(name pack.RuntimeName, version *string, path string, file *string) pack.RuntimeNeed {
	n := pack.RuntimeNeed{Runtime: name, Ranges: []string{}, Manifest: value(file, ""), Reasons: []string{}}
	if version != nil {
		n.Ranges = strings.Split(*version, ", ")
	}
	if rel, err := filepath.Rel(path, n.Manifest); err == nil && file != nil {
		n.Manifest = rel
	}
	return n
}
