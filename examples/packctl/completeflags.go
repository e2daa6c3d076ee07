package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack/examples/hostflags"
)

// flagWords says what completes the values of flags; files do for all others that take one.
func (a *app) flagWords() map[string]words {
	return map[string]words{
		"isolation":         oneOf(hostflags.Levels()...),
		"require-isolation": oneOf(hostflags.Levels()...),
		"replace":           oneOf("never", "upgrade", "any"),
		"compat":            oneOf("stackstorm"),
		"runtime":           oneOf("shell", "python"),
		"to":                a.generations,
		"from":              a.generations,
		"allow-break":       a.installedRefs,
		"update":            a.installedRefs,
		"claim":             a.indexNames("="),
		"trust":             a.indexNames("="),
		"trust-report-only": a.indexNames(""),
	}
}

// oneOf completes one of some words.
func oneOf(all ...string) words {
	return func(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return withPrefix(slices.Clone(all), nil, begun), wholeWords
	}
}

// indexNames completes the names of configured indices, with an end.
func (a *app) indexNames(end string) words {
	return func(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var all []cobra.Completion
		for _, ix := range a.Indices {
			all = append(all, cobra.CompletionWithDesc(ix.Name+end, ix.Location))
		}
		return withPrefix(all, nil, begun), openWords
	}
}
