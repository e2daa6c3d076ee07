package main

import (
	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func (a *app) rollbackCommand() *cobra.Command {
	var may breaks
	cmd := command("rollback REF", "Go back to the previously active generation", oneRef,
		func(cmd *cobra.Command, args []string) error {
			if err := may.read(cmd); err != nil {
				return err
			}
			ref := pack.Ref(args[0])
			return a.withInstalled(cmd, ref, func(b backend) error {
				record, err := b.RollBack(cmd.Context(), ref, &registry.RollBackOptions{AllowBreak: may.AllowBreak})
				if err != nil {
					return err
				}
				return a.report(record, func() {
					a.println("%s %s  active as %s", record.Ref, record.Active.Version, record.Active.Name)
				})
			})
		})
	may.bind(cmd.Flags())
	return cmd
}
