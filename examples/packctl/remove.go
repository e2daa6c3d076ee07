package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// removalReport lists the removed packs.
type removalReport struct {
	Removed []pack.Ref `json:"removed"`
}

func (a *app) removeCommand() *cobra.Command {
	var may breaks
	var sure consent
	var purge, dryRun bool
	cmd := command("remove REF...", "Remove installed packs", someRefs,
		func(cmd *cobra.Command, args []string) error {
			if err := may.read(cmd); err != nil {
				return err
			}
			packs := parsedRefs(args)
			if dryRun {
				return a.withBackend(cmd, func(b backend) error {
					return a.plan(cmd.Context(), b, pipeline.Request{Remove: packs, AllowBreak: may.AllowBreak}, "")
				})
			}
			return a.withInstalled(cmd, packs[0], func(b backend) error {
				if err := a.confirm(cmd, sure, removalQuestion(args, purge)); err != nil {
					return err
				}
				opts := &registry.RemoveOptions{AllowBreak: may.AllowBreak, Purge: purge}
				return a.remove(cmd.Context(), b, packs, opts)
			})
		})
	cmd.Aliases, cmd.SuggestFor = []string{"rm", "uninstall"}, []string{"delete"}
	may.bind(cmd.Flags())
	sure.bind(cmd.Flags())
	cmd.Flags().BoolVar(&purge, "purge", false, "remove its configuration, too, which is kept otherwise, also that of a pack that was removed")
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "say what would change, and change nothing")
	return cmd
}

// removalQuestion asks whether to remove packs.
func removalQuestion(names []string, purge bool) string {
	what := "their generations, which rollback needs"
	if purge {
		what += ", and their configuration"
	}
	return fmt.Sprintf("Remove %s, with %s?", strings.Join(names, ", "), what)
}

// remove removes packs, those first that no other of them needs. It prints what was removed
// also if another pack fails, and then stops.
func (a *app) remove(ctx context.Context, b backend, packs []pack.Ref, opts *registry.RemoveOptions) error {
	r := removalReport{Removed: []pack.Ref{}}
	left, err := slices.Clone(packs), error(nil)
	for progress := true; progress && len(left) > 0; {
		progress, err = false, nil
		for _, ref := range slices.Clone(left) {
			if e := b.Remove(ctx, ref, opts); e != nil {
				err = errors.Join(err, e)
				continue
			}
			progress = true
			r.Removed = append(r.Removed, ref)
			left = slices.DeleteFunc(left, func(l pack.Ref) bool { return l == ref })
			a.noteLinks(ctx, b, ref)
		}
	}
	if len(r.Removed) == 0 {
		return err
	}
	a.removed = r.Removed
	return errors.Join(err, a.report(r, func() {
		for _, ref := range r.Removed {
			a.println("%s removed", ref)
		}
	}))
}
