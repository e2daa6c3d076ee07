package main

import (
	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

func (a *app) verifyCommand() *cobra.Command {
	return command("verify [REF...]", "Compare installed packs, by default all, with what was recorded", refs,
		func(cmd *cobra.Command, args []string) error {
			refs := make([]pack.Ref, len(args))
			for i, arg := range args {
				refs[i] = pack.Ref(arg)
			}
			return a.withReader(cmd, func(b reader) error {
				report, err := b.Verify(cmd.Context(), refs...)
				if err != nil {
					return err
				}
				if err := a.report(wire.NewVerifyReport(report), func() { a.printVerified(report) }); err != nil {
					return err
				}
				return differ(report)
			})
		})
}

func (a *app) printVerified(r *registry.VerifyReport) {
	found := map[pack.Ref][]registry.Difference{}
	for _, d := range r.Differences {
		found[d.Ref] = append(found[d.Ref], d)
	}
	for _, ref := range r.Verified {
		if len(found[ref]) == 0 {
			a.println("%s  as recorded", ref)
		}
		for _, d := range found[ref] {
			a.println("%s  %s  %s  %s", ref, d.Generation, d.Kind, d.Message)
		}
	}
}

// differ returns an error if packs differ from their records.
func differ(r *registry.VerifyReport) error {
	packs := map[pack.Ref]bool{}
	for _, d := range r.Differences {
		packs[d.Ref] = true
	}
	if len(packs) == 0 {
		return nil
	}
	return pack.Errorf(pack.CodeStoreCorrupt, "found differences in %d of %s; run packctl repair, or install what differs again", len(packs), counted(len(r.Verified), "pack"))
}
