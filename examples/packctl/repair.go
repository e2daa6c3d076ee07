package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
)

func (a *app) repairCommand() *cobra.Command {
	return command("repair [REF...]", "Make installed packs, by default all, agree with what was recorded", refs,
		func(cmd *cobra.Command, args []string) error {
			refs := make([]pack.Ref, len(args))
			for i, arg := range args {
				refs[i] = pack.Ref(arg)
			}
			return a.withKeeper(cmd, func(b keeper) error {
				report, err := b.Repair(cmd.Context(), refs...)
				if err != nil {
					return err
				}
				if err := a.report(wire.NewRepairReport(report), func() { a.printRepaired(report) }); err != nil {
					return err
				}
				return unrepaired(report)
			})
		})
}

func (a *app) printRepaired(r *registry.RepairReport) {
	for _, d := range r.Repaired {
		a.println("%s  repaired  %s  %s", d.Ref, d.Kind, d.Message)
	}
	for _, d := range r.Left {
		a.println("%s  not repaired  %s  %s", d.Ref, d.Kind, d.Message)
	}
	if len(r.Repaired)+len(r.Left) == 0 {
		a.println("%s as recorded", counted(len(r.Checked), "pack"))
	}
}

// unrepaired returns an error if packs still differ from their records.
func unrepaired(r *registry.RepairReport) error {
	packs := map[pack.Ref]bool{}
	for _, d := range r.Left {
		packs[d.Ref] = true
	}
	if len(packs) == 0 {
		return nil
	}
	return pack.Errorf(pack.CodeStoreCorrupt, "%d of %s could not be repaired; install what is left again", len(packs), counted(len(r.Checked), "pack"))
}

// Repair implements [registry.Repairer].
func (noPacks) Repair(_ context.Context, refs ...pack.Ref) (*registry.RepairReport, error) {
	if len(refs) > 0 {
		return nil, &registry.NotInstalledError{Ref: refs[0]}
	}
	return &registry.RepairReport{Checked: []pack.Ref{}, Repaired: []registry.Difference{}, Left: []registry.Difference{}}, nil
}
