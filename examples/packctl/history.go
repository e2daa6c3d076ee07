package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

// historyReport lists the generations of a pack.
type historyReport struct {
	Generations []registry.KeptGeneration `json:"generations"`
}

func (a *app) historyCommand() *cobra.Command {
	return command("history REF", "List the generations of a pack that are kept, the oldest first", oneRef,
		func(cmd *cobra.Command, args []string) error {
			return a.withReader(cmd, func(b reader) error {
				history, err := b.History(cmd.Context(), pack.Ref(args[0]))
				if err != nil {
					return err
				}
				return a.report(historyReport{history}, func() {
					for i := range history {
						a.printGeneration(&history[i])
					}
				})
			})
		})
}

func (a *app) printGeneration(g *registry.KeptGeneration) {
	line := []string{g.Name, g.Version.String(), string(g.State), g.TreeDigest.String(), g.Created.Format(time.RFC3339)}
	line = append(line, "tests "+tested(wire.NewTestSummary(g.Tests.Summary())))
	if g.Pinned {
		line = append(line, "pinned")
	}
	if g.Actor != "" {
		line = append(line, "by "+g.Actor)
	}
	a.println("%s", strings.Join(line, "  "))
}

// pinReport names a generation that was pinned or unpinned.
type pinReport struct {
	Ref        pack.Ref `json:"pack_ref"`
	Generation string   `json:"generation"`
	Pinned     bool     `json:"pinned"`
}

func (a *app) pinCommand() *cobra.Command {
	return command("pin REF GENERATION|VERSION", "Keep a generation regardless of the retention", refAnd("GENERATION"),
		func(cmd *cobra.Command, args []string) error { return a.pin(cmd, args, true) })
}

func (a *app) unpinCommand() *cobra.Command {
	return command("unpin REF GENERATION|VERSION", "Let a generation be collected as the retention says", refAnd("GENERATION"),
		func(cmd *cobra.Command, args []string) error { return a.pin(cmd, args, false) })
}

func (a *app) pin(cmd *cobra.Command, args []string, pinned bool) error {
	ref := pack.Ref(args[0])
	return a.withInstalled(cmd, ref, func(b backend) error {
		pin, text := b.UnpinGeneration, "unpinned"
		if pinned {
			pin, text = b.PinGeneration, "pinned"
		}
		name, err := pin(cmd.Context(), ref, args[1])
		if err != nil {
			return err
		}
		return a.report(pinReport{ref, name, pinned}, func() { a.println("%s  %s %s", ref, name, text) })
	})
}
