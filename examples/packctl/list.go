package main

import (
	"github.com/spf13/cobra"

	"github.com/packtrain/pack/registry"
)

// listReport lists the installed packs.
type listReport struct {
	Packs []registry.ActivePack `json:"packs"`
}

func (a *app) listCommand() *cobra.Command {
	return command("list", "List the installed packs", cobra.ExactArgs(0),
		func(cmd *cobra.Command, _ []string) error {
			return a.withBackend(cmd, func(b backend) error {
				packs, err := b.List(cmd.Context())
				if err != nil {
					return err
				}
				return a.report(listReport{packs}, func() {
					for _, p := range packs {
						a.println("%s %s  %s", p.Ref, p.Active.Version, p.StoragePath)
					}
				})
			})
		})
}
