package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/installer/settings"
	"github.com/packtrain/pack/registry"
)

const linkOnServer = "--server makes no sense here: a link is for the author who runs actions on this machine"

// linkReport is a link that was made or removed.
type linkReport struct {
	Link  registry.Link     `json:"link"`
	Build *wire.BuildReport `json:"build,omitempty"`
}

func (a *app) linkCommand() *cobra.Command {
	cmd := command("link DIR", "Let packctl run use the working directory of a pack in place of the installed pack", exactly("DIR"),
		func(cmd *cobra.Command, args []string) error {
			if a.server != "" {
				return &usageError{errors.New(linkOnServer), cmd.CommandPath()}
			}
			paths, err := a.paths(cmd, args...)
			if err != nil {
				return err
			}
			return a.withHost(cmd, func(h *hostflags.Host) error {
				l, err := h.Store.Link(cmd.Context(), paths[0])
				if err != nil {
					return err
				}
				built, err := h.Builder.Build(cmd.Context(), envbuild.Request{Paths: []string{l.Dir}, OnEvent: a.observer()})
				r := &linkReport{*l, wire.NewBuildReport(built)}
				return finish(a, r, err, func(r *linkReport) { a.println("%s  %s", r.Link.Ref, linkText(&r.Link)) })
			})
		})
	cmd.Long = "Let packctl run use the working directory of a pack in place of the installed pack.\n\n" +
		"Actions run with the files as they are at that time, the environments of their requirements, and the\n" +
		"configuration of the pack. Nothing is installed: all others who use the root get the installed pack, if\n" +
		"there is one. packctl unlink ends it."
	a.Bind(cmd.Flags(), settings.GroupPackages, settings.GroupIsolation)
	return cmd
}

func (a *app) unlinkCommand() *cobra.Command {
	return command("unlink REF", "Let packctl run use the installed pack again", oneRef,
		func(cmd *cobra.Command, args []string) error {
			if a.server != "" {
				return &usageError{errors.New(linkOnServer), cmd.CommandPath()}
			}
			ref := pack.Ref(args[0])
			missing, err := a.rootIsMissing(cmd)
			switch {
			case err != nil:
				return err
			case missing:
				return pack.Errorf(pack.CodeNotFound, "pack %s is not linked to a directory", ref)
			}
			return a.withHost(cmd, func(h *hostflags.Host) error {
				l, err := h.Store.Unlink(cmd.Context(), ref)
				if err != nil {
					return err
				}
				return a.report(linkReport{Link: *l}, func() { a.println("%s  no longer %s", l.Ref, linkText(l)) })
			})
		})
}

// linkText says in a few words what a pack is linked to.
func linkText(l *registry.Link) string {
	if l.Problem != "" {
		return "link damaged: " + l.Problem
	}
	return "linked to " + l.Dir
}

// linkDetails also says by whom and when.
func linkDetails(l *registry.Link) string {
	text := linkText(l)
	if l.Actor != "" {
		text += "  by " + l.Actor
	}
	if !l.Created.IsZero() {
		text += "  " + l.Created.Format(time.RFC3339)
	}
	return text
}

// links returns all links. That they cannot be read fails no command.
func (a *app) links(ctx context.Context, r linkReader) []registry.Link {
	links, err := r.Links(ctx)
	if err != nil {
		a.warn("packs that are linked to working directories are not marked: %v", err)
	}
	return append([]registry.Link{}, links...)
}

// linksOf returns the links of the packs.
func (a *app) linksOf(ctx context.Context, r linkReader, refs ...pack.Ref) []registry.Link {
	return slices.DeleteFunc(a.links(ctx, r), func(l registry.Link) bool { return !slices.Contains(refs, l.Ref) })
}

// link returns the link of a pack, nil for none.
func (a *app) link(ctx context.Context, r linkReader, ref pack.Ref) *registry.Link {
	if links := a.linksOf(ctx, r, ref); len(links) > 0 {
		return &links[0]
	}
	return nil
}

// noteLinks warns of the links of packs that a command deals with.
func (a *app) noteLinks(ctx context.Context, r linkReader, refs ...pack.Ref) {
	if a.server != "" {
		return // its links are for authors on that machine
	}
	links := a.linksOf(ctx, r, refs...)
	for i := range links {
		a.warn("pack %s is %s: packctl run uses that directory, and nothing else does; packctl unlink %s ends it", links[i].Ref, linkText(&links[i]), links[i].Ref)
	}
}

// noteInstalled is noteLinks for an installation.
func (a *app) noteInstalled(ctx context.Context, r linkReader, rep *pipeline.Report) {
	if rep != nil {
		a.noteLinks(ctx, r, refsOf(rep.Outcomes, func(o *pipeline.Outcome) pack.Ref { return o.Ref })...)
	}
}

// noteRegistered is noteLinks for a registration.
func (a *app) noteRegistered(ctx context.Context, r linkReader, rep *registry.Report) {
	if rep != nil {
		a.noteLinks(ctx, r, refsOf(rep.Registered, func(p *registry.RegisteredPack) pack.Ref { return p.Ref })...)
	}
}

// notePlan is noteLinks for a plan.
func (a *app) notePlan(ctx context.Context, r linkReader, plan *pipeline.Plan) {
	a.noteLinks(ctx, r, refsOf(plan.Steps, func(s *pipeline.PlanStep) pack.Ref { return s.Ref })...)
}

func refsOf[T any](all []T, ref func(*T) pack.Ref) []pack.Ref {
	refs := make([]pack.Ref, len(all))
	for i := range all {
		refs[i] = ref(&all[i])
	}
	return refs
}

// warn prints a warning.
func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.stderr, "packctl: warning: %s\n", plain(fmt.Sprintf(format, args...), ""))
}
