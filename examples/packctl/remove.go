package main

import (
	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// removalReport lists the removed packs.
type removalReport struct {
	Removed []pack.Ref `json:"removed"`
}

func (a *app) removeCommand() *cobra.Command {
	var opts registry.RemoveOptions
	cmd := command("remove REF", "Remove an installed pack", oneRef,
		func(cmd *cobra.Command, args []string) error {
			return a.withBackend(cmd, func(b backend) error {
				ref := pack.Ref(args[0])
				if err := b.Remove(cmd.Context(), ref, &opts); err != nil {
					return err
				}
				return a.report(removalReport{[]pack.Ref{ref}}, func() { a.println("%s removed", ref) })
			})
		})
	cmd.Flags().BoolVar(&opts.Force, "force", false, "also when other packs depend on it")
	return cmd
}
