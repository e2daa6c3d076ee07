package main

import (
	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

func (a *app) installCommand() *cobra.Command {
	var req pipeline.Request
	var may powers
	var env runtimes
	cmd := command("install SPEC...", "Install packs, and those they need", some("SPEC"),
		func(cmd *cobra.Command, specs []string) error {
			if err := a.checkSpecs(cmd, specs); err != nil {
				return err
			}
			if err := may.read(cmd); err != nil {
				return err
			}
			req.Specs, req.OnEvent = specs, a.observer()
			req.Replace, req.AllowBreak, req.IgnoreTests = may.Replace, may.AllowBreak, may.IgnoreTests
			req.SkipTests, req.SkipValidation, req.AllOrNothing = may.SkipTests, may.SkipValidation, may.AllOrNothing
			req.Prefer, req.SkipRuntimes = env.prefer(), env.skip()
			return a.withBackend(cmd, func(b backend) error {
				r, err := b.Install(cmd.Context(), req)
				return finish(a, wire.NewInstallReport(r), err, a.printInstall)
			})
		})
	flags := cmd.Flags()
	flags.StringVar(&req.Rev, "rev", "", "git branch, tag or commit for git specs that name none")
	may.bind(flags, registry.ReplaceUpgrade)
	env.bind(flags)
	flags.BoolVar(&req.SkipEnvironments, "skip-envs", false, "build no environments")
	a.BindPackages(flags)
	a.BindIsolation(flags)
	return cmd
}

func (a *app) printInstall(r *wire.InstallReport) {
	for _, o := range r.Outcomes {
		switch pack.Status(o.Status) {
		case pack.StatusFailed: // said at the end, on standard error
		case pack.StatusSkipped:
			a.println("%s  skipped", o.Spec)
		case pack.StatusInstalled, pack.StatusUpgraded, pack.StatusReplaced, pack.StatusUnchanged:
			a.println("%s %s  %s  tests %s  %s", o.Ref, o.Version, o.Status, tested(o.Tests), o.Path)
			if p := registeredOf(r, o.Ref); p != nil {
				a.printFindings(p.Validation.Findings)
				a.printChanges(p.Changes)
			}
		}
	}
}

// registeredOf returns the registration of a pack that was installed, nil for none.
func registeredOf(r *wire.InstallReport, ref pack.Ref) *wire.RegisteredPack {
	if r.Registration != nil {
		for i := range r.Registration.Registered {
			if p := &r.Registration.Registered[i]; p.Ref == ref {
				return p
			}
		}
	}
	return nil
}
