package main

import (
	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// removalReport lists the removed packs.
type removalReport struct {
	Removed []pack.Ref `json:"removed"`
}

func (a *app) removeCommand() *cobra.Command {
	var may breaks
	var purge, dryRun bool
	cmd := command("remove REF", "Remove an installed pack", oneRef,
		func(cmd *cobra.Command, args []string) error {
			if err := may.read(cmd); err != nil {
				return err
			}
			ref := pack.Ref(args[0])
			if dryRun {
				return a.withBackend(cmd, func(b backend) error {
					return a.plan(cmd.Context(), b, pipeline.Request{Remove: []pack.Ref{ref}, AllowBreak: may.AllowBreak}, "")
				})
			}
			return a.withInstalled(cmd, ref, func(b backend) error {
				if err := b.Remove(cmd.Context(), ref, &registry.RemoveOptions{AllowBreak: may.AllowBreak, Purge: purge}); err != nil {
					return err
				}
				a.noteLinks(cmd.Context(), b, ref)
				return a.report(removalReport{[]pack.Ref{ref}}, func() { a.println("%s removed", ref) })
			})
		})
	cmd.Aliases, cmd.SuggestFor = []string{"rm", "uninstall"}, []string{"delete"}
	may.bind(cmd.Flags())
	cmd.Flags().BoolVar(&purge, "purge", false, "remove its configuration, too, which is kept otherwise, also that of a pack that was removed")
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "say what would change, and change nothing")
	return cmd
}
