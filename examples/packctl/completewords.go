package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/actionrun"
)

func (a *app) installedRefs(cmd *cobra.Command, before []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var all []cobra.Completion
	_ = a.withReader(cmd, func(r reader) error {
		packs, err := r.Summaries(cmd.Context())
		for i := range packs {
			all = append(all, cobra.CompletionWithDesc(packs[i].Ref.String(), packs[i].Version.String()))
		}
		return err
	})
	return withPrefix(all, before, begun), wholeWords
}

// componentsOf returns the components of a pack that fit.
func (a *app) componentsOf(cmd *cobra.Command, ref pack.Ref, fit func(*pack.Component) bool) (all []cobra.Completion) {
	_ = a.withReader(cmd, func(r reader) error {
		p, err := r.Show(cmd.Context(), ref)
		if err != nil {
			return err
		}
		for i := range p.Components {
			if c := &p.Components[i]; fit(c) {
				all = append(all, cobra.CompletionWithDesc(c.Ref.String(), plain(c.Label, "")))
			}
		}
		return nil
	})
	return all
}

// components completes the ref of a pack, and after the dot that of a component.
func (a *app) components(cmd *cobra.Command, before []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return a.parts(cmd, before, begun, func(*pack.Component) bool { return true })
}

// actions completes the ref of a pack, and after the dot that of an action.
func (a *app) actions(cmd *cobra.Command, before []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return a.parts(cmd, before, begun, func(c *pack.Component) bool { return c.Action != nil })
}

func (a *app) parts(cmd *cobra.Command, before []string, begun string, fit func(*pack.Component) bool) ([]cobra.Completion, cobra.ShellCompDirective) {
	ref, _, hasDot := strings.Cut(begun, ".")
	if hasDot {
		return withPrefix(a.componentsOf(cmd, pack.Ref(ref), fit), before, begun), wholeWords
	}
	all, _ := a.installedRefs(cmd, before, begun)
	if len(all) == 1 {
		word, _, _ := strings.Cut(all[0], "\t")
		if parts := a.componentsOf(cmd, pack.Ref(word), fit); len(parts) > 0 {
			return parts, wholeWords
		}
	}
	return all, openWords
}

// parameters completes the names of the parameters of an action, and enumerated values.
func (a *app) parameters(cmd *cobra.Command, before []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	calls, err := actionrun.ParseCall(before[0])
	if err != nil {
		return nil, wholeWords
	}
	var all []cobra.Completion
	ref := calls[len(calls)-1].Action
	_ = a.withReader(cmd, func(r reader) error {
		p, err := r.Show(cmd.Context(), ref.Pack())
		if err != nil {
			return err
		}
		for i := range p.Components {
			if c := &p.Components[i]; c.Ref == ref && c.Action != nil {
				all = parameterWords(c.Action.Parameters)
			}
		}
		return nil
	})
	given := func(c cobra.Completion) bool {
		name, _, _ := strings.Cut(c, "=")
		return slices.ContainsFunc(before[1:], func(arg string) bool { return strings.HasPrefix(arg, name+"=") })
	}
	return withPrefix(slices.DeleteFunc(all, given), nil, begun), openWords
}

func parameterWords(parameters []pack.Parameter) (all []cobra.Completion) {
	for i := range parameters {
		p := &parameters[i]
		all = append(all, cobra.CompletionWithDesc(p.Name+"=", p.Type))
	}
	return all
}

// generations completes versions and names of the generations of the pack that the first
// argument names, the latest first.
func (a *app) generations(cmd *cobra.Command, before []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(before) == 0 {
		return nil, wholeWords
	}
	var versions, names []cobra.Completion
	_ = a.withReader(cmd, func(r reader) error {
		history, err := r.History(cmd.Context(), pack.Ref(before[0]))
		for i := range slices.Backward(history) {
			g := &history[i]
			versions = append(versions, cobra.CompletionWithDesc(g.Version.String(), g.Name))
			names = append(names, cobra.CompletionWithDesc(g.Name, g.Version.String()))
		}
		return err
	})
	if strings.HasPrefix(begun, "0") {
		versions = append(versions, names...)
	}
	return withPrefix(versions, before[1:], begun), wholeWords | cobra.ShellCompDirectiveKeepOrder
}

// specs completes the refs in the indices, and versions after "@"; files are specs, too.
func (a *app) specs(cmd *cobra.Command, before []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if a.server != "" || strings.ContainsAny(begun, "/:") || strings.HasPrefix(begun, ".") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	indices, err := a.indices(cmd)
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var all []cobra.Completion
	if ref, _, versions := strings.Cut(begun, "@"); versions {
		found, _ := indices.Candidates(cmd.Context(), pack.Want{Ref: pack.Ref(ref)})
		for i := range found {
			all = append(all, ref+"@"+found[i].Version.String())
		}
		return withPrefix(all, before, begun), wholeWords | cobra.ShellCompDirectiveKeepOrder
	}
	refs, _ := indices.Refs(cmd.Context())
	for _, ref := range refs {
		all = append(all, ref.String())
	}
	return withPrefix(all, before, begun), cobra.ShellCompDirectiveDefault
}

// findingWords completes codes of findings.
func findingWords(_ *cobra.Command, before []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var all []cobra.Completion
	for _, k := range pack.FindingCodes() {
		all = append(all, cobra.CompletionWithDesc(string(k.Code), k.Meaning))
	}
	return withPrefix(all, before, begun), wholeWords
}

// environmentKeys completes the keys of built environments.
func (a *app) environmentKeys(cmd *cobra.Command, before []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var all []cobra.Completion
	if missing, err := a.hasNoRoot(cmd); missing || err != nil {
		return nil, wholeWords
	}
	_ = a.withEnvironments(cmd, nil, func(_ *envbuild.Builder, list []environmentInfo) error {
		for i := range list {
			all = append(all, cobra.CompletionWithDesc(list[i].Key, list[i].Title()))
		}
		return nil
	})
	return withPrefix(all, before, begun), wholeWords
}
