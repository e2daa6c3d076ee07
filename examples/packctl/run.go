package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/runner"
	"github.com/packtrain/pack/examples/actionrun"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/settings"
)

// runReport is the outcome of an action.
type runReport struct {
	Action string `json:"action"`
	// Linked is the working directory that it ran in, if the pack is linked.
	Linked string `json:"linked,omitempty"`
	*actionrun.Result
}

func (a *app) runCommand() *cobra.Command {
	var isolation string
	var installed bool
	cmd := command("run REF[@VERSION].ACTION [name=value...]", "Run an action of an installed pack", call,
		func(cmd *cobra.Command, args []string) error {
			if a.server != "" {
				return &usageError{errors.New("--server makes no sense here: actions run where the packs are installed"), cmd.CommandPath()}
			}
			calls, err := actionrun.ParseCall(args[0])
			if err != nil {
				return err
			}
			level, err := hostflags.ParseLevel("isolation", isolation)
			if err != nil {
				return &usageError{err, cmd.CommandPath()}
			}
			return a.withPacks(cmd, calls[0].Action.Pack(), func(h *hostflags.Host) error {
				var packs actionrun.Packs = h.Store
				var linked *linkedPack
				if !installed && calls[0].Kept == "" {
					if linked, err = a.linkedPack(cmd, h, calls[0].Action.Pack()); err != nil {
						return err
					}
				}
				if linked != nil {
					packs = linked
				}
				params, err := a.parametersOf(cmd, calls[len(calls)-1].Action, h, args[1:])
				if err != nil {
					return err
				}
				inv, release, err := actionrun.Prepare(cmd.Context(), packs, args[0], params, h.Environ())
				if err != nil {
					return err
				}
				defer release()
				if linked != nil {
					inv.Env = append(inv.Env, linked.variables()...)
				}
				if !a.json {
					inv.Stdout, inv.Stderr = a.stdout, a.stderr
				}
				res, err := actionrun.Run(cmd.Context(), actionRunner(level), *inv)
				if res == nil {
					return err
				}
				if perr := a.report(runReport{args[0], linked.dir(), res}, func() {}); err == nil {
					err = perr
				}
				if err == nil && res.ExitCode != 0 {
					err = fmt.Errorf("action %s ended with exit status %d", args[0], res.ExitCode)
				}
				return err
			})
		})
	cmd.Long = "Run an action of an installed pack.\n\n" +
		"REF@VERSION.ACTION runs it in an earlier version that is kept for rollback, with the environments of\n" +
		"that version; instead of the version, the name of a generation is accepted (see packctl show).\n" +
		"A value of a secret parameter may be in a file, or come on standard input: password=@FILE, password=@-.\n" +
		"With the action before it, --help describes the parameters of the action.\n\n" +
		"The files of the pack remain until the action ends, also when the pack is replaced or removed.\n\n" +
		"If packctl link has linked the pack to a working directory, the action runs there, with the files as they\n" +
		"are now; --installed and REF@VERSION.ACTION run the installed pack."
	cmd.Flags().BoolVar(&installed, "installed", false, "run the installed pack, also if it is linked to a working directory")
	help := cmd.HelpFunc()
	cmd.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if !a.actionHelp(cmd, cmd.Flags().Args()) {
			help(cmd, args)
		}
	})
	a.Bind(cmd.Flags(), settings.GroupPackages)
	cmd.Flags().StringVar(&isolation, "isolation", string(pack.IsolationNone), "how the action is kept from the machine: "+strings.Join(hostflags.Levels(), ", "))
	return cmd
}

// parametersOf reads the values of secret parameters that are in files.
func (a *app) parametersOf(cmd *cobra.Command, ref pack.ComponentRef, h *hostflags.Host, args []string) ([]string, error) {
	if !slices.ContainsFunc(args, func(arg string) bool { return strings.Contains(arg, "=@") }) {
		return args, nil
	}
	p, err := h.Store.Show(cmd.Context(), ref.Pack())
	if err != nil {
		return nil, err
	}
	for i := range p.Components {
		if c := &p.Components[i]; c.Ref == ref && c.Action != nil {
			return fromFiles(c.Action.Parameters, args, cmd.InOrStdin())
		}
	}
	return args, nil
}

// actionRunner returns the Runner of an action, which has no limits but those of its user.
func actionRunner(level pack.Isolation) pack.Runner {
	return runner.New(&runner.Options{Level: level, Limits: pack.CommandLimits{MemoryBytes: -1, Processes: -1, FileBytes: -1, DiskBytes: -1}})
}
