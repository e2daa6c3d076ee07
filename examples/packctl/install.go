package main

import (
	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

func (a *app) installCommand() *cobra.Command {
	var what installation
	var dryRun bool
	cmd := command("install SPEC...", "Install packs, and those they need", some("SPEC"),
		func(cmd *cobra.Command, specs []string) error {
			req, err := what.read(a, cmd, specs)
			if err != nil {
				return err
			}
			return a.withBackend(cmd, func(b backend) error {
				if dryRun {
					return a.plan(cmd.Context(), b, req, "")
				}
				r, err := b.Install(cmd.Context(), req)
				a.noteInstalled(cmd.Context(), b, r)
				return finish(a, wire.NewInstallReport(r), err, a.printInstall)
			})
		})
	what.bind(a, cmd.Flags())
	what.bindRefresh(cmd.Flags())
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "say what would change, and change nothing")
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
