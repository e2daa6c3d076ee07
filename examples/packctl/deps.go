package main

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/examples/packd/wire"
)

func (a *app) depsCommand() *cobra.Command {
	return command("deps PATH...", "List what packs need: other packs and runtimes", some("PATH"),
		func(cmd *cobra.Command, paths []string) error {
			paths, err := a.paths(cmd, paths...)
			if err != nil {
				return err
			}
			return a.withAnalyzer(cmd, func(b deps.DependencyAnalyzer) error {
				r, err := b.Analyze(cmd.Context(), deps.Request{Paths: paths, OnEvent: a.observer()})
				return finish(a, wire.NewDependenciesReport(r), err, a.printDeps)
			})
		})
}

func (a *app) printDeps(r *wire.DependenciesReport) {
	for _, d := range r.Dependencies {
		a.println("%s needs %s@%s: %s", d.RequiredBy, d.Ref, d.VersionSpec, presence(r, d))
	}
	for _, ref := range slices.Sorted(maps.Keys(r.Runtimes)) {
		if p := r.Runtimes[ref].Python; p != nil {
			a.println("%s needs python %s", ref, orAny(p.Version))
		}
		if n := r.Runtimes[ref].Node; n != nil {
			a.println("%s needs nodejs %s", ref, orAny(n.Version))
		}
	}
	for _, c := range r.Conflicts {
		a.println("%s: %s", c.Ref, c.Explanation)
	}
	for _, w := range r.Warnings {
		a.println("%s: %s", w.Path, w.Message)
	}
}

// presence says where the needed pack is.
func presence(r *wire.DependenciesReport, d wire.Dependency) string {
	missing := func(m wire.Dependency) bool { return m.Ref == d.Ref && m.RequiredBy == d.RequiredBy }
	switch {
	case d.AlreadyInstalled:
		return "installed"
	case slices.ContainsFunc(r.Missing, missing):
		return "not installed"
	}
	return "among these packs"
}

func orAny(version *string) string {
	if version == nil {
		return "*"
	}
	return *version
}
