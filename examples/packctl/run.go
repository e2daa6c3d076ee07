package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack/examples/actionrun"
	"github.com/packtrain/pack/examples/hostflags"
)

// runReport is the outcome of an action.
type runReport struct {
	Action string `json:"action"`
	*actionrun.Result
}

func (a *app) runCommand() *cobra.Command {
	cmd := command("run REF[@VERSION].ACTION [name=value...]", "Run an action of an installed pack", call,
		func(cmd *cobra.Command, args []string) error {
			if a.server != "" {
				return &usageError{errors.New("--server makes no sense here: actions run where the packs are installed"), cmd.CommandPath()}
			}
			calls, err := actionrun.ParseCall(args[0])
			if err != nil {
				return err
			}
			return a.withPacks(cmd, calls[0].Action.Pack(), func(h *hostflags.Host) error {
				inv, release, err := actionrun.Prepare(cmd.Context(), h.Store, args[0], args[1:], h.Environ())
				if err != nil {
					return err
				}
				defer release()
				if !a.json {
					inv.Stdout, inv.Stderr = a.stdout, a.stderr
				}
				res, err := actionrun.Run(cmd.Context(), h.Runner, *inv)
				if res == nil {
					return err
				}
				if perr := a.report(runReport{args[0], res}, func() {}); err == nil {
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
		"The files of the pack remain until the action ends, also when the pack is replaced or removed."
	return cmd
}
