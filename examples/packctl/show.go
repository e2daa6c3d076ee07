package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

func (a *app) showCommand() *cobra.Command {
	cmd := command("show REF[.ACTION]", "Show everything known about an installed pack, or about one of its components", packOrComponent,
		func(cmd *cobra.Command, args []string) error {
			if strings.Contains(args[0], ".") {
				return a.showComponent(cmd, pack.ComponentRef(args[0]))
			}
			return a.withReader(cmd, func(b reader) error {
				ref := pack.Ref(args[0])
				p, err := b.Show(cmd.Context(), ref)
				if err != nil {
					a.noteLinks(cmd.Context(), b, ref)
					return err
				}
				return a.report(wire.NewPackDetails(p), func() { a.printDetails(p) })
			})
		})
	return cmd
}

func (a *app) printDetails(p *registry.PackDetails) {
	a.println("%s %s  %s", p.Ref, p.Active.Version, p.Manifest.Label)
	a.println("path        %s", p.StoragePath)
	if p.Link != nil {
		a.println("link        %s", linkDetails(p.Link))
	}
	if !p.Enabled() {
		a.println("enabled     no")
	}
	if p.NeedsRepair != "" {
		a.println("repair      %s", p.NeedsRepair)
	}
	for _, d := range p.Unmet {
		a.println("lacks       %s", d)
	}
	a.println("content     %s", p.Active.DirectoryChecksum)
	if pin := &p.Active.Pin; pin.Location != "" {
		a.println("%s", strings.TrimRight(fmt.Sprintf("from        %s %s", pin.Location, pin.Commit), " "))
		if pin.Via.Index != "" {
			a.println("index       %s%s", pin.Via.Index, signedBy(pin.Via.VerifiedBy))
		}
	}
	for _, e := range p.Active.Environments {
		a.println("environment %s  %s", e.Title(), e.Path)
	}
	a.println("tests       %s", tested(wire.NewTestSummary(p.Active.Tests.Summary())))
	if t := p.Active.Tests; t != nil && t.Isolation != "" {
		a.println("isolation   %s", strings.TrimSuffix(fmt.Sprintf("%s (%s)", t.Isolation, t.Shortfall), " ()"))
	}
	for i := range p.Components {
		c, mark := &p.Components[i], ""
		if !p.ComponentEnabled(c) {
			mark = "  disabled"
		}
		a.println("%-11s %s  %s%s", c.Kind, c.Ref, c.Label, mark)
	}
	if c := p.Changes; c != nil {
		a.println("changes     since %s (%s)", c.From.Version, c.From.Name)
		a.printChanges(c)
	}
	for _, g := range p.Generations {
		mark := " "
		if g.Name == p.Active.Name {
			mark = "*"
		}
		a.println("generation %s%s  %s  %s", mark, g.Name, g.Version, g.Created.Format(time.RFC3339))
	}
}
