package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/installer/settings"
	"github.com/packtrain/pack/registry"
)

// An installation is what the flags of the commands say that install packs, or plan to.
type installation struct {
	req pipeline.Request
	may powers
	env runtimes
}

func (i *installation) bind(a *app, flags *pflag.FlagSet) {
	flags.StringVar(&i.req.Rev, "rev", "", "git branch, tag or commit for git specs that name none")
	i.may.bind(flags, registry.ReplaceUpgrade)
	i.env.bind(flags)
	flags.BoolVar(&i.req.SkipEnvironments, "skip-envs", false, "build no environments")
	flags.DurationVar(&i.req.BuildTimeout, "timeout", 0, "how long the build of one environment may take (default 10m0s)")
	a.Bind(flags, settings.GroupPackages, settings.GroupIsolation)
}

// bindRefresh adds the flag of the commands that install packs at once.
func (i *installation) bindRefresh(flags *pflag.FlagSet) {
	flags.BoolVar(&i.req.RefreshEnvironments, "refresh-envs", false, "build the environments of the packs again, with the packages of today, and give them to all installed packs that use them, together")
}

// read returns the request for specs.
func (i *installation) read(a *app, cmd *cobra.Command, specs []string) (pipeline.Request, error) {
	if err := a.checkSpecs(cmd, specs); err != nil {
		return i.req, err
	}
	if err := i.may.read(cmd); err != nil {
		return i.req, err
	}
	req := i.req
	req.Specs, req.OnEvent = specs, a.observer()
	req.Replace, req.AllowBreak, req.IgnoreTests = i.may.Replace, i.may.AllowBreak, i.may.IgnoreTests
	req.SkipTests, req.Retest, req.SkipValidation, req.AllOrNothing = i.may.SkipTests, i.may.Retest, i.may.SkipValidation, i.may.AllOrNothing
	req.Prefer, req.SkipRuntimes = i.env.prefer(), i.env.skip()
	return req, nil
}

func (a *app) planCommand() *cobra.Command {
	var what installation
	var remove, rollBack []string
	var out string
	cmd := command("plan [SPEC...]", "Say what an installation would change, and change nothing", cobra.ArbitraryArgs,
		func(cmd *cobra.Command, specs []string) error {
			req, err := what.read(a, cmd, specs)
			if err != nil {
				return err
			}
			if err := leavings(cmd, &req, rollBack, remove); err != nil {
				return &usageError{err, cmd.CommandPath()}
			}
			return a.withBackend(cmd, func(b backend) error { return a.plan(cmd.Context(), b, req, out) })
		})
	what.bind(a, cmd.Flags())
	cmd.Flags().StringArrayVar(&rollBack, "rollback", nil, "plan to roll an installed pack back, REF or REF@GENERATION; repeatable")
	cmd.Flags().StringArrayVar(&remove, "remove", nil, "plan to remove an installed pack; repeatable")
	cmd.Flags().StringVar(&out, "out", "", "write the plan to this file, for packctl apply")
	return cmd
}

// leavings reads which packs are to be rolled back and removed.
func leavings(cmd *cobra.Command, req *pipeline.Request, rollBack, remove []string) error {
	for _, text := range rollBack {
		ref, to, _ := strings.Cut(text, "@")
		if err := refs(cmd, []string{ref}); err != nil {
			return fmt.Errorf("--rollback: %w", err)
		}
		req.RollBack = append(req.RollBack, pipeline.RollBack{Ref: pack.Ref(ref), To: to})
	}
	if err := refs(cmd, remove); err != nil {
		return fmt.Errorf("--remove: %w", err)
	}
	for _, ref := range remove {
		req.Remove = append(req.Remove, pack.Ref(ref))
	}
	if len(req.Specs)+len(req.RollBack)+len(req.Remove) == 0 {
		return errors.New("SPEC is missing")
	}
	return nil
}

// plan makes a plan, prints it, and writes it to a file if one is named. A plan with
// conflicts is a failure.
func (a *app) plan(ctx context.Context, b backend, req pipeline.Request, out string) error {
	plan, err := b.Plan(ctx, req)
	if err != nil {
		return err
	}
	a.notePlan(ctx, b, plan)
	if out != "" {
		text, err := plan.Encode()
		if err == nil {
			err = os.WriteFile(out, text, 0o600)
		}
		if err != nil {
			return fmt.Errorf("write plan: %w", err)
		}
	}
	err = a.report(plan, func() { a.printPlan(plan) })
	if len(plan.Conflicts) > 0 {
		return errors.Join(err, &pipeline.ConflictsError{Conflicts: plan.Conflicts})
	}
	return err
}

func (a *app) printPlan(plan *pipeline.Plan) {
	for i := range plan.Steps {
		s := &plan.Steps[i]
		a.println("%s %s %s%s", s.Action, s.Ref, versions(s), becauseOf(s))
		a.printComponents("adds", s.Components.Added)
		a.printComponents("changes", s.Components.Changed)
		a.printComponents("removes", s.Components.Removed)
		for _, e := range s.Environments {
			a.println("  %s %s environment, %d packages", verbOf(e), e.Runtime, len(e.Distributions))
		}
		if s.Config != "" {
			a.println("  configuration %s", s.Config)
		}
		if !s.Fetch.Cached {
			a.println("  has to be downloaded again")
		}
	}
	for _, w := range plan.Warnings {
		a.println("warning: %s", w)
	}
	a.println("plan %s", short(plan.ID))
}

func (a *app) printComponents(verb string, cs []pipeline.PlanComponent) {
	if len(cs) == 0 {
		return
	}
	list := make([]string, len(cs))
	for i, c := range cs {
		list[i] = c.Ref.String()
	}
	a.println("  %s %s", verb, strings.Join(list, ", "))
}

func verbOf(e pipeline.PlanEnvironment) string {
	if e.Reuse {
		return "uses the"
	}
	return "builds a"
}

func versions(s *pipeline.PlanStep) string {
	switch {
	case s.To == nil:
		return s.From.Version.String()
	case s.From == nil || s.Action == pipeline.PlanKeep:
		return s.To.Version.String()
	case s.From.Version == s.To.Version:
		return fmt.Sprintf("%s, tree %s -> %s", s.To.Version, short(s.From.Tree), short(s.To.Tree))
	}
	return fmt.Sprintf("%s -> %s", s.From.Version, s.To.Version)
}

// becauseOf names the packs that need the pack of a step.
func becauseOf(s *pipeline.PlanStep) string {
	var by []string
	for _, w := range s.Why {
		if w.By != "" {
			by = append(by, w.By)
		}
	}
	if len(by) == 0 {
		return ""
	}
	return "  needed by " + strings.Join(by, ", ")
}

func (a *app) applyCommand() *cobra.Command {
	return command("apply FILE", "Do exactly what a plan says; - reads it from standard input", exactly("FILE"),
		func(cmd *cobra.Command, args []string) error {
			text, err := readPlan(cmd, args[0])
			if err != nil {
				return fmt.Errorf("read plan: %w", err)
			}
			plan, err := pipeline.ParsePlan(text)
			if err != nil {
				return err
			}
			return a.withBackend(cmd, func(b backend) error {
				r, err := b.Apply(cmd.Context(), plan, a.observer())
				a.notePlan(cmd.Context(), b, plan)
				return finish(a, wire.NewApplyReport(r), err, func(r *wire.ApplyReport) {
					a.printInstall(&r.InstallReport)
					for _, ref := range r.RolledBack {
						a.println("%s rolled back", ref)
					}
					for _, ref := range r.Removed {
						a.println("%s removed", ref)
					}
				})
			})
		})
}

func readPlan(cmd *cobra.Command, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(cmd.InOrStdin())
	}
	return os.ReadFile(name)
}

func (a *app) upgradeCommand() *cobra.Command {
	var what installation
	var dryRun bool
	cmd := command("upgrade [REF...]", "Install the newest versions of packs from an index; of all, if none is named", refs,
		func(cmd *cobra.Command, names []string) error {
			req, err := what.read(a, cmd, names)
			if err != nil {
				return err
			}
			return a.withBackend(cmd, func(b backend) error {
				if req.Specs, err = upgradable(cmd.Context(), b, names); err != nil {
					return err
				}
				if len(req.Specs) == 0 {
					return a.report(wire.NewInstallReport(&pipeline.Report{}), func() { a.println("no installed pack comes from an index") })
				}
				if dryRun {
					return a.plan(cmd.Context(), b, req, "")
				}
				r, err := b.Install(cmd.Context(), req)
				a.noteInstalled(cmd.Context(), b, r)
				return finish(a, wire.NewInstallReport(r), err, a.printInstall)
			})
		})
	cmd.Aliases = []string{"update"}
	what.bind(a, cmd.Flags())
	what.bindRefresh(cmd.Flags())
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "say what would change, and change nothing")
	return cmd
}

// upgradable returns the refs of installed packs: those that are named, or all that come
// from an index.
func upgradable(ctx context.Context, b backend, names []string) (specs []string, err error) {
	installed, err := b.List(ctx)
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, p := range installed {
		found[p.Ref.String()] = true
		if len(names) == 0 && p.Active.Pin.Via.Index != "" {
			specs = append(specs, p.Ref.String())
		}
	}
	for _, name := range names {
		if !found[name] {
			return nil, pack.Errorf(pack.CodeNotFound, "pack %s is not installed", name)
		}
		specs = append(specs, name)
	}
	return specs, nil
}
