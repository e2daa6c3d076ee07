package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/hostflags"
)

// An environmentInfo is an environment as --json prints it.
type environmentInfo struct {
	envbuild.Instance
	// PinnedBy are the generations of installed packs that use it, REF@VERSION.
	PinnedBy []string
}

func (a *app) envCommand() *cobra.Command {
	env := command("env", "List, explain, verify and remove built environments", cobra.ArbitraryArgs,
		func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{errors.New("no command is given"), cmd.CommandPath()}
			}
			return &usageError{unknownCommand(cmd, args[0]), cmd.CommandPath()}
		})
	env.AddCommand(a.envListCommand(), a.envShowCommand(), a.envVerifyCommand(), a.envWarmCommand(), a.envRebuildCommand(), a.envPruneCommand())
	return env
}

// withEnvironments runs f on the environments of the root, those whose Keys begin with
// one of prefixes; without prefixes, all of them.
func (a *app) withEnvironments(cmd *cobra.Command, prefixes []string, f func(*envbuild.Builder, []environmentInfo) error) error {
	return a.withHostEnvironments(cmd, prefixes, func(_ *hostflags.Host, b *envbuild.Builder, list []environmentInfo) error { return f(b, list) })
}

// withHostEnvironments is the same with the host.
func (a *app) withHostEnvironments(cmd *cobra.Command, prefixes []string, f func(*hostflags.Host, *envbuild.Builder, []environmentInfo) error) error {
	if a.server != "" {
		return &usageError{errors.New("environments of a server are managed there: --server has no effect"), cmd.CommandPath()}
	}
	return a.withHost(cmd, func(h *hostflags.Host) error {
		builder, ok := h.Builder.(*envbuild.Builder)
		if !ok {
			return errors.New("the environments of this host are built elsewhere")
		}
		list, err := environments(cmd.Context(), h, builder)
		if err != nil {
			return err
		}
		if len(prefixes) > 0 {
			if list, err = named(list, prefixes); err != nil {
				return err
			}
		}
		return f(h, builder, list)
	})
}

// environments returns all environments with the packs that pin them.
func environments(ctx context.Context, h *hostflags.Host, b *envbuild.Builder) ([]environmentInfo, error) {
	instances, err := b.Instances(ctx)
	if err != nil {
		return nil, err
	}
	installed, err := h.Store.List(ctx)
	if err != nil {
		return nil, err
	}
	pins := map[string][]string{} // by Instance
	for _, p := range installed {
		details, err := h.Store.Show(ctx, p.Ref)
		if err != nil {
			return nil, err
		}
		for _, g := range details.Generations {
			for _, e := range g.Environments {
				pins[e.Instance] = append(pins[e.Instance], fmt.Sprintf("%s@%s", p.Ref, g.Version))
			}
		}
	}
	list := make([]environmentInfo, len(instances))
	for i, in := range instances {
		list[i] = environmentInfo{in, append([]string{}, pins[in.Environment.Instance]...)}
	}
	return list, nil
}

// named returns the environments whose Keys begin with one of prefixes.
func named(list []environmentInfo, prefixes []string) ([]environmentInfo, error) {
	var found []environmentInfo
	for _, prefix := range prefixes {
		n := len(found)
		for _, e := range list {
			if strings.HasPrefix(e.Key+"-"+e.Environment.Instance, prefix) {
				found = append(found, e)
			}
		}
		if len(found) == n {
			return nil, pack.Errorf(pack.CodeNotFound, "no environment has a key that begins with %q: see packctl env list", prefix)
		}
	}
	return found, nil
}

func (a *app) envListCommand() *cobra.Command {
	return command("list", "List built environments with their size, age and packs", cobra.NoArgs,
		func(cmd *cobra.Command, _ []string) error {
			return a.withEnvironments(cmd, nil, func(_ *envbuild.Builder, list []environmentInfo) error {
				return a.report(list, func() {
					for _, e := range list {
						a.println("%s  %s  %s  %s  %s  %s", e.Key+"-"+e.Environment.Instance, e.Title(), counted(len(e.Distributions), "package"), megabytes(e.Size),
							e.Built.Local().Format(time.DateTime), e.state())
					}
				})
			})
		})
}

// state says who uses an environment.
func (e *environmentInfo) state() string {
	switch {
	case len(e.PinnedBy) > 0:
		return "used by " + strings.Join(slices.Compact(slices.Sorted(slices.Values(e.PinnedBy))), ", ")
	case e.Current:
		return "not used"
	}
	return "replaced, not used"
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

func (a *app) envShowCommand() *cobra.Command {
	cmd := command("show KEY...", "Show what environments were made from, and what is in them", cobra.MinimumNArgs(1),
		func(cmd *cobra.Command, keys []string) error {
			return a.withEnvironments(cmd, keys, func(_ *envbuild.Builder, list []environmentInfo) error {
				return a.report(list, func() {
					for _, e := range list {
						a.printEnvironment(&e)
					}
				})
			})
		})
	cmd.Aliases = []string{"why"}
	return cmd
}

func (a *app) printEnvironment(e *environmentInfo) {
	a.println("key          %s", e.Key)
	a.println("instance     %s", e.Environment.Instance)
	a.println("path         %s", e.Root)
	a.println("runtime      %s", e.Title())
	a.println("state        %s", e.state())
	a.println("built        %s by %s", e.Built.Local().Format(time.DateTime), e.Tool)
	a.println("files        %d, %s, %s", e.Files, megabytes(e.Size), e.Fingerprint)
	a.println("made from    %s", e.Ingredients)
	for _, d := range e.Distributions {
		a.println("package      %s %s  %s", d.Name, d.Version, d.Source)
	}
	for _, name := range e.PathFiles {
		a.println("at start     %s", name)
	}
	for _, name := range e.FromSource {
		a.println("from source  %s", name)
	}
	for _, name := range e.SkippedScripts {
		a.println("not run      install script of %s", name)
	}
}

func (a *app) envVerifyCommand() *cobra.Command {
	return command("verify [KEY...]", "Compare environments, by default all, with what was built", cobra.ArbitraryArgs,
		func(cmd *cobra.Command, keys []string) error {
			return a.withEnvironments(cmd, keys, func(b *envbuild.Builder, list []environmentInfo) error {
				differences := map[string][]string{}
				for _, e := range list {
					lines, err := b.VerifyInstance(cmd.Context(), e.Environment)
					if err != nil {
						lines = append(lines, err.Error())
					}
					if len(lines) > 0 {
						differences[e.Key+"-"+e.Environment.Instance] = lines
					}
				}
				err := a.report(differences, func() { a.printDifferences(list, differences) })
				if len(differences) > 0 {
					err = errors.Join(err, fmt.Errorf("%d of %d environments were changed since they were built: build their packs again, then install them", len(differences), len(list)))
				}
				return err
			})
		})
}

func (a *app) printDifferences(list []environmentInfo, differences map[string][]string) {
	for _, e := range list {
		name := e.Key + "-" + e.Environment.Instance
		if len(differences[name]) == 0 {
			a.println("%s  as built", name)
		}
		for _, line := range differences[name] {
			a.println("%s  %s", name, line)
		}
	}
}

func (a *app) envPruneCommand() *cobra.Command {
	var req envbuild.PruneRequest
	cmd := command("prune", "Remove environments that no installed pack uses", cobra.NoArgs,
		func(cmd *cobra.Command, _ []string) error {
			return a.withEnvironments(cmd, nil, func(b *envbuild.Builder, list []environmentInfo) error {
				req.Live = func(e pack.Environment) bool {
					return slices.ContainsFunc(list, func(i environmentInfo) bool { return i.Environment.Instance == e.Instance && len(i.PinnedBy) > 0 })
				}
				removed, err := b.Prune(cmd.Context(), req)
				return errors.Join(err, a.report(removed, func() {
					for _, e := range removed {
						a.println("%s  %s  %s", e.Key+"-"+e.Environment.Instance, e.Title(), megabytes(e.Size))
					}
				}))
			})
		})
	cmd.Flags().DurationVar(&req.Idle, "idle", 0, "remove environments that were not used for this time (default 24h0m0s)")
	cmd.Flags().Int64Var(&req.MaxBytes, "max-bytes", 0, "size that the environments which are not used may have together; those that were not used for the longest time are removed first (default no limit)")
	cmd.Flags().BoolVarP(&req.DryRun, "dry-run", "n", false, "only print what would be removed")
	return cmd
}
