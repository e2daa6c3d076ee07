package main

import (
	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func (a *app) diffCommand() *cobra.Command {
	cmd := command("diff REF [FROM [TO]]", "Show what differs between two generations of a pack", refAndUpTo(2),
		func(cmd *cobra.Command, args []string) error {
			from, to := "", ""
			if len(args) > 1 {
				from = args[1]
			}
			if len(args) > 2 {
				to = args[2]
			}
			return a.withReader(cmd, func(b reader) error {
				d, err := b.Diff(cmd.Context(), pack.Ref(args[0]), from, to)
				if err != nil {
					return err
				}
				return a.report(d, func() { a.printDiff(d) })
			})
		})
	cmd.Long = "Show what differs between two generations of a pack: files, components, environments and versions.\n\n" +
		"FROM and TO are names of generations or versions, see packctl history. Without them, the previously\n" +
		"active generation is compared with the active one."
	return cmd
}

func (a *app) printDiff(d *registry.Diff) {
	a.println("%s %s (%s) to %s (%s)", d.Ref, d.From.Version, d.From.Name, d.To.Version, d.To.Name)
	a.printComponentChanges(&d.Components)
	for _, e := range d.Environments {
		a.println("environment %s  %s to %s", e.Runtime, environment(e.From), environment(e.To))
	}
	for _, f := range d.Files.Added {
		a.println("file added    %s", f)
	}
	for _, f := range d.Files.Removed {
		a.println("file removed  %s", f)
	}
	for _, f := range d.Files.Changed {
		a.println("file changed  %s", f)
	}
}

func environment(id registry.EnvironmentID) string {
	if id == (registry.EnvironmentID{}) {
		return "none"
	}
	return id.Version + " " + id.Key
}

// printChanges says what a change of a pack means; c may be nil.
func (a *app) printChanges(c *registry.Changes) {
	if c == nil {
		return
	}
	a.printComponentChanges(&c.ComponentChanges)
	for _, problem := range c.Problems() {
		a.println("broken   %s", problem)
	}
}

func (a *app) printComponentChanges(c *registry.ComponentChanges) {
	for _, id := range c.Dropped {
		a.println("dropped  %s  %s", id.Kind, id.Ref)
	}
	for _, r := range c.Renamed {
		a.println("renamed  %s  %s to %s", r.Kind, r.From, r.To)
	}
	for _, id := range c.Added {
		a.println("added    %s  %s", id.Kind, id.Ref)
	}
	for _, id := range c.Changed {
		a.println("changed  %s  %s", id.Kind, id.Ref)
	}
}
