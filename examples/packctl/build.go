package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/settings"
)

func (a *app) buildCommand() *cobra.Command {
	var req envbuild.Request
	var env runtimes
	cmd := command("build PATH...", "Build the environments of packs, such as those of Python and Node.js", some("PATH"),
		func(cmd *cobra.Command, paths []string) (err error) {
			if req.Paths, err = a.paths(cmd, paths...); err != nil {
				return err
			}
			req.OnEvent = a.observer()
			req.Prefer, req.Skip = env.prefer(), env.skip()
			return a.withBackend(cmd, func(b backend) error {
				r, err := b.Build(cmd.Context(), req)
				if err == nil && req.Check {
					err = ready(r)
				}
				return finish(a, wire.NewBuildReport(r), err, a.printBuild)
			})
		})
	flags := cmd.Flags()
	env.bind(flags)
	flags.BoolVar(&req.Rebuild, "rebuild", false, "build again even if an environment could be reused")
	flags.DurationVar(&req.Timeout, "timeout", 0, "how long the build of one environment may take (default 10m0s)")
	flags.BoolVar(&req.Check, "check", false, "only report existing environments, and compare their files with what was built; fails unless all are ready")
	a.Bind(flags, settings.GroupPackages, settings.GroupIsolation)
	return cmd
}

// ready returns an error unless all environments are built and as they were built.
func ready(r *envbuild.Report) error {
	var problems []string
	for _, b := range r.Built {
		for _, e := range b.Environments {
			switch {
			case len(e.Damage) > 0:
				problems = append(problems, fmt.Sprintf("%s: %s was changed since it was built (%s): build it again", b.Ref, e.Path, e.Damage[0]))
			case !e.Ready:
				problems = append(problems, fmt.Sprintf("%s: the environment of %s is not built", b.Ref, e.Title()))
			}
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return errors.New(strings.Join(problems, "; "))
}

func (a *app) printBuild(r *wire.BuildReport) {
	for _, b := range r.Built {
		if b.Environments.Python == nil && b.Environments.Node == nil && len(b.Environments.Described) == 0 {
			a.println("%s  no environment", b.Ref)
		}
		if e := b.Environments.Python; e != nil {
			a.println("%s  %s  %s  %s", b.Ref, state(e.Version, e.Reused, e.RequirementsInstalled), counted(e.PackageCount, "package"), e.Path)
			a.printChoice(&e.Choice, e.Reused || !e.RequirementsInstalled)
		}
		if e := b.Environments.Node; e != nil {
			a.println("%s  Node.js %s  %s  %s", b.Ref, state(e.Version, e.Reused, e.DependenciesInstalled), counted(e.PackageCount, "package"), e.Path)
			a.printChoice(&e.Choice, e.Reused || !e.DependenciesInstalled)
		}
		for i := range b.Environments.Described {
			e := &b.Environments.Described[i]
			a.println("%s  %s %s  %s  %s", b.Ref, e.Runtime, state(e.Version, e.Reused, e.Installed), counted(e.PackageCount, "package"), e.Path)
			a.printChoice(&e.Choice, e.Reused || !e.Installed)
		}
	}
	if remark := weaker(r.Summary.Isolation, r.Summary.Shortfall); remark != "" {
		a.println("built at %s", remark)
	}
}

// printChoice says which interpreter a new environment is made with, and why not others.
func (a *app) printChoice(c *wire.Choice, old bool) {
	if old || c.Program == "" {
		return
	}
	a.println("  made with %s", c.Program)
	for _, p := range c.PassedOver {
		a.println("  not with %s: %s", p.Path, p.Reason)
	}
}

// weaker returns a remark on a level below a sandbox, "" for none.
func weaker(level pack.Isolation, shortfall string) string {
	if level == "" || level.AtLeast(pack.IsolationSandbox) {
		return ""
	}
	if shortfall == "" {
		return fmt.Sprintf("isolation %s", level)
	}
	return fmt.Sprintf("isolation %s (%s)", level, shortfall)
}

func state(version string, reused, installed bool) string {
	switch {
	case !installed:
		return version + ", not built"
	case reused:
		return version + ", reused"
	}
	return version + ", ready"
}
