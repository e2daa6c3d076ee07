package main

import (
	"strings"

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
					a.printTable(a.listTable(packs, links), "no packs are installed")
				})
			})
		})
	cmd.Aliases = []string{"ls"}
	return cmd
}

// listTable has a row for each pack, and for each link without one.
func (a *app) listTable(packs []registry.PackSummary, links []registry.Link) *table {
	t := newTable("PACK", "VERSION", "UPDATED", "STATE")
	if a.format() == formatWide {
		t = newTable("PACK", "VERSION", "UPDATED", "GENERATION", "CONTENT", "PATH", "STATE")
	}
	installed := map[pack.Ref]bool{}
	for i := range packs {
		p := &packs[i]
		installed[p.Ref] = true
		row := []string{p.Ref.String(), p.Version.String(), p.Updated.Local().Format(listTime)}
		if a.format() == formatWide {
			row = append(row, p.Generation, short(p.TreeDigest), p.StoragePath)
		}
		t.add(append(row, strings.TrimSpace(marks(p)))...)
	}
	for i := range links {
		if l := &links[i]; !installed[l.Ref] {
			t.add(l.Ref.String(), "-", "not installed", linkText(l))
		}
	}
	return t
}

// listTime is how lists show times.
const listTime = "2006-01-02 15:04"

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
