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
	Link        *registry.Link            `json:"link,omitempty"`
}

// testsReport lists the results of tests of a pack.
type testsReport struct {
	Tests []registry.TestResult `json:"tests"`
}

func (a *app) historyCommand() *cobra.Command {
	var tests bool
	cmd := command("history REF", "List the generations of a pack that are kept, the oldest first", oneRef,
		func(cmd *cobra.Command, args []string) error {
			return a.withReader(cmd, func(b reader) error {
				if tests {
					return a.testHistory(cmd, b, pack.Ref(args[0]))
				}
				ref := pack.Ref(args[0])
				history, err := b.History(cmd.Context(), ref)
				if err != nil {
					a.noteLinks(cmd.Context(), b, ref)
					return err
				}
				link := a.link(cmd.Context(), b, ref)
				return a.report(historyReport{history, link}, func() {
					a.printTable(a.historyTable(history), "no generations are kept")
					if link != nil {
						a.println("%s", linkDetails(link))
					}
				})
			})
		})
	cmd.Flags().BoolVar(&tests, "tests", false, "list the results of its tests that are kept instead, also of versions that were never installed")
	return cmd
}

func (a *app) testHistory(cmd *cobra.Command, r reader, ref pack.Ref) error {
	results, err := r.TestHistory(cmd.Context(), ref)
	if err != nil {
		return err
	}
	return a.report(testsReport{results}, func() {
		for i := range results {
			t := &results[i]
			a.println("%s  %s  %s  %s  isolation %s", t.Time.Format(time.RFC3339), t.Version, t.TreeDigest, totals(t.Status, t.TestTotals, t.DurationMS), t.Isolation)
		}
	})
}

// historyTable has a row for each generation.
func (a *app) historyTable(history []registry.KeptGeneration) *table {
	t := newTable("GENERATION", "VERSION", "STATE", "CREATED", "TESTS", "BY", "")
	if a.format() == formatWide {
		t = newTable("GENERATION", "VERSION", "STATE", "CREATED", "TESTS", "BY", "CONTENT", "FROM", "")
	}
	for i := range history {
		g := &history[i]
		pinned := ""
		if g.Pinned {
			pinned = "pinned"
		}
		row := []string{g.Name, g.Version.String(), string(g.State), g.Created.Local().Format(listTime), tested(wire.NewTestSummary(g.Tests.Summary())), g.Actor}
		if a.format() == formatWide {
			row = append(row, g.TreeDigest.String(), strings.TrimSpace(g.Pin.Location+" "+g.Pin.Commit))
		}
		t.add(append(row, pinned)...)
	}
	return t
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
