package main

import (
	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

func (a *app) rollbackCommand() *cobra.Command {
	var may breaks
	var opts registry.RollBackOptions
	var dryRun bool
	cmd := command("rollback REF", "Go back to the previously active generation, or to any other that is kept", oneRef,
		func(cmd *cobra.Command, args []string) error {
			if err := may.read(cmd); err != nil {
				return err
			}
			opts.AllowBreak = may.AllowBreak
			ref := pack.Ref(args[0])
			if dryRun {
				return a.withBackend(cmd, func(b backend) error {
					return a.plan(cmd.Context(), b, pipeline.Request{RollBack: []pipeline.RollBack{{Ref: ref, To: opts.To}}, AllowBreak: may.AllowBreak}, "")
				})
			}
			return a.withInstalled(cmd, ref, func(b backend) error {
				report, err := b.RollBack(cmd.Context(), ref, &opts)
				if err != nil {
					return err
				}
				a.noteLinks(cmd.Context(), b, ref)
				return a.report(wire.NewRollBackReport(&report), func() {
					was := ""
					if report.From.Name == report.Active.Name {
						was = "  unchanged"
					}
					a.println("%s %s  active as %s%s", report.Ref, report.Active.Version, report.Active.Name, was)
					for _, d := range report.Unmet {
						a.println("lacks %s", d)
					}
					a.printChanges(report.Changes)
				})
			})
		})
	flags := cmd.Flags()
	flags.StringVar(&opts.To, "to", "", "generation to activate, or its version, see packctl history; it may be a later one")
	flags.StringVar(&opts.From, "from", "", "fail unless this generation is active, so that repeating the command does not go back twice")
	flags.BoolVarP(&dryRun, "dry-run", "n", false, "say what would change, and change nothing")
	may.bind(flags)
	return cmd
}
