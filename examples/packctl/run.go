package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/actionrun"
	"github.com/packtrain/pack/examples/hostflags"
)

// runReport is the outcome of an action.
type runReport struct {
	Action string `json:"action"`
	*actionrun.Result
}

func (a *app) runCommand() *cobra.Command {
	return command("run REF.ACTION [name=value...]", "Run an action of an installed pack", call,
		func(cmd *cobra.Command, args []string) error {
			if a.server != "" {
				return &usageError{errors.New("--server makes no sense here: actions run where the packs are installed"), cmd.CommandPath()}
			}
			return a.withPacks(cmd, pack.ComponentRef(args[0]).Pack(), func(h *hostflags.Host) error {
				inv, err := actionrun.Prepare(cmd.Context(), h.Store, args[0], args[1:], h.Environ())
				if err != nil {
					return err
				}
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
}
