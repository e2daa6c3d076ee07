package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

func (a *app) registerCommand() *cobra.Command {
	var req registry.Request
	var replace string
	var force bool
	cmd := command("register PATH...", "Validate, test, register and activate packs", cobra.MinimumNArgs(1),
		func(cmd *cobra.Command, paths []string) (err error) {
			if req.Paths, err = a.paths(cmd, paths...); err != nil {
				return err
			}
			if req.Replace, err = parseReplace(replace); err != nil {
				return &usageError{err, cmd.CommandPath()}
			}
			if force {
				req.Replace, req.IgnoreTestFailures = registry.ReplaceAny, true
			}
			req.OnEvent = a.observer()
			return a.withBackend(cmd, func(b backend) error {
				r, err := b.Register(cmd.Context(), req)
				return finish(a, wire.NewRegisterReport(r), err, a.printRegister)
			})
		})
	flags := cmd.Flags()
	flags.BoolVar(&force, "force", false, "replace any installed version, and go on when tests fail")
	flags.StringVar(&replace, "replace", string(registry.ReplaceNever), "what may be replaced: never, upgrade or any")
	flags.BoolVar(&req.SkipTests, "skip-tests", false, "run no tests")
	flags.BoolVar(&req.SkipValidation, "skip-validation", false, "register packs with errors, as far as they can be loaded")
	return cmd
}

func parseReplace(s string) (registry.Replace, error) {
	all := []registry.Replace{registry.ReplaceNever, registry.ReplaceUpgrade, registry.ReplaceAny}
	if r := registry.Replace(s); slices.Contains(all, r) {
		return r, nil
	}
	return "", fmt.Errorf("--replace %q: want one of %q", s, all)
}

func (a *app) printRegister(r *wire.RegisterReport) {
	for _, p := range r.Registered {
		a.println("%s %s  active as %s  tests %s  %s", p.Ref, p.Version, p.Generation, tested(p.Tests), p.StoragePath)
	}
}

func tested(t *wire.TestSummary) string {
	if t == nil {
		return "none"
	}
	return fmt.Sprintf("%s (%d of %d)", t.Status, t.Passed, t.Total)
}
