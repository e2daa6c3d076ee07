package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/settings"
	"github.com/packtrain/pack/registry"
)

func (a *app) registerCommand() *cobra.Command {
	var req registry.Request
	var may powers
	cmd := command("register PATH...", "Validate, test, register and activate packs", some("PATH"),
		func(cmd *cobra.Command, paths []string) (err error) {
			if req.Paths, err = a.paths(cmd, paths...); err != nil {
				return err
			}
			if err := may.read(cmd); err != nil {
				return err
			}
			req.Replace, req.AllowBreak, req.IgnoreTests = may.Replace, may.AllowBreak, may.IgnoreTests
			req.SkipTests, req.Retest, req.SkipValidation, req.AllOrNothing = may.SkipTests, may.Retest, may.SkipValidation, may.AllOrNothing
			req.OnEvent = a.observer()
			return a.withBackend(cmd, func(b backend) error {
				r, err := b.Register(cmd.Context(), req)
				a.noteRegistered(cmd.Context(), b, r)
				return finish(a, wire.NewRegisterReport(r), err, a.printRegister)
			})
		})
	may.bind(cmd.Flags(), registry.ReplaceNever)
	a.Bind(cmd.Flags(), settings.GroupIsolation)
	return cmd
}

func (a *app) printRegister(r *wire.RegisterReport) {
	for _, p := range r.Registered {
		a.println("%s %s  active as %s  tests %s  %s", p.Ref, p.Version, p.Generation, tested(p.Tests), p.StoragePath)
		a.printFindings(p.Validation.Findings)
		a.printChanges(p.Changes)
	}
}

func tested(t *wire.TestSummary) string {
	if t == nil {
		return "none"
	}
	text := fmt.Sprintf("%s (%d of %d)", t.Status, t.Passed, t.Total)
	if t.Reused {
		text += " before"
	}
	if remark := weaker(t.Isolation, ""); remark != "" {
		text += ", " + remark
	}
	return text
}
