package main

import (
	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// listReport lists the installed packs.
type listReport struct {
	Packs []wire.PackSummary `json:"packs"`
	// Links are all links, also those of packs that are not installed.
	Links []registry.Link `json:"links"`
}

func (a *app) listCommand() *cobra.Command {
	cmd := command("list", "List the installed packs", exactly(),
		func(cmd *cobra.Command, _ []string) error {
			return a.withReader(cmd, func(b reader) error {
				packs, err := b.Summaries(cmd.Context())
				if err != nil {
					return err
				}
				links := a.links(cmd.Context(), b)
				return a.report(listReport{wire.NewPackSummaries(packs), links}, func() {
					installed := map[pack.Ref]bool{}
					for _, p := range packs {
						installed[p.Ref] = true
						a.println("%s %s  %s%s", p.Ref, p.Version, p.StoragePath, marks(&p))
					}
					for i := range links {
						if l := &links[i]; !installed[l.Ref] {
							a.println("%s  not installed  %s", l.Ref, linkText(l))
						}
					}
				})
			})
		})
	cmd.Aliases = []string{"ls"}
	return cmd
}

// marks says in a list what is wrong with a pack, and whether it is disabled or linked; ""
// for nothing.
func marks(p *registry.PackSummary) (text string) {
	if p.NeedsRepair != "" {
		text = "  needs repair"
	}
	if !p.Enabled {
		text += "  disabled"
	}
	for _, d := range p.Unmet {
		text += "  lacks " + d.String()
	}
	if p.Link != nil {
		text += "  " + linkText(p.Link)
	}
	return text
}
