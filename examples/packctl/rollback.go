package main

import (
	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
)

func (a *app) rollbackCommand() *cobra.Command {
	return command("rollback REF", "Go back to the previously active generation", oneRef,
		func(cmd *cobra.Command, args []string) error {
			return a.withBackend(cmd, func(b backend) error {
				record, err := b.RollBack(cmd.Context(), pack.Ref(args[0]))
				if err != nil {
					return err
				}
				return a.report(record, func() {
					a.println("%s %s  active as %s", record.Ref, record.Active.Version, record.Active.Name)
				})
			})
		})
}
