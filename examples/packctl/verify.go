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
				v := verifyReport{wire.NewVerifyReport(report), a.linksOf(cmd.Context(), b, report.Verified...)}
				if err := a.report(v, func() { a.printVerified(report, v.Links) }); err != nil {
					return err
				}
				return differ(report)
			})
		})
}

// verifyReport says which packs are as recorded. The directories of Links, those of these
// packs, are not compared.
type verifyReport struct {
	*wire.VerifyReport
	Links []registry.Link `json:"links"`
}

func (a *app) printVerified(r *registry.VerifyReport, links []registry.Link) {
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
	for i := range links {
		a.println("%s  %s, whose files are not compared", links[i].Ref, linkText(&links[i]))
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
