package main

import (
	"github.com/spf13/cobra"

	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// listReport lists the installed packs.
type listReport struct {
	Packs []wire.ActivePack `json:"packs"`
}

func (a *app) listCommand() *cobra.Command {
	cmd := command("list", "List the installed packs", exactly(),
		func(cmd *cobra.Command, _ []string) error {
			return a.withReader(cmd, func(b reader) error {
				packs, err := b.List(cmd.Context())
				if err != nil {
					return err
				}
				return a.report(listReport{wire.NewActivePacks(packs)}, func() {
					for _, p := range packs {
						a.println("%s %s  %s%s", p.Ref, p.Active.Version, p.StoragePath, marks(&p))
					}
				})
			})
		})
	cmd.SuggestFor = []string{"ls"}
	return cmd
}

// marks says in a list what is wrong with a pack, and whether it is disabled; "" for
// nothing.
func marks(p *registry.ActivePack) (text string) {
	if p.NeedsRepair != "" {
		text = "  needs repair"
	}
	if !p.Enabled() {
		text += "  disabled"
	}
	for _, d := range p.Unmet {
		text += "  lacks " + d.String()
	}
	return text
}
