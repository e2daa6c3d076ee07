package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// completionTime limits how long a shell waits for words.
const completionTime = 5 * time.Second

// words returns what may stand at a place of a command line. before are the arguments to
// the left of it, and begun is its beginning.
type words func(cmd *cobra.Command, before []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective)

const (
	wholeWords = cobra.ShellCompDirectiveNoFileComp
	openWords  = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
)

// complete gives all commands below c, and their flags, what completes their words.
func (a *app) complete(c *cobra.Command) {
	for _, sub := range c.Commands() {
		a.complete(sub)
	}
	if c.Runnable() && !c.HasSubCommands() && len(c.ValidArgs) == 0 {
		c.ValidArgsFunction = a.limited(a.arguments(c))
	}
	for name, complete := range a.flagWords() {
		if c.LocalNonPersistentFlags().Lookup(name) != nil || c.PersistentFlags().Lookup(name) != nil {
			_ = c.RegisterFlagCompletionFunc(name, a.limited(complete)) // fails only where there is one
		}
	}
}

// limited reads the settings first, and gives up after some time.
func (a *app) limited(f words) words {
	return func(cmd *cobra.Command, before []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if a.load(cmd, before) != nil {
			return nil, wholeWords
		}
		ctx := cmd.Context()
		if ctx == nil {
			ctx = context.Background()
		}
		ctx, cancel := context.WithTimeout(ctx, completionTime)
		defer cancel()
		cmd.SetContext(ctx)
		return f(cmd, before, begun)
	}
}

// arguments completes the arguments of a command by the words of its usage line.
func (a *app) arguments(c *cobra.Command) words {
	_, line, _ := strings.Cut(c.Use, " ")
	places := placesOf(line)
	return func(cmd *cobra.Command, before []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		at := len(before)
		if at >= len(places) {
			if len(places) == 0 || !strings.Contains(line, "...") {
				return nil, wholeWords
			}
			at = len(places) - 1
		}
		f := a.placeWords()[places[at]]
		if f == nil {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return f(cmd, before, begun)
	}
}

// placesOf returns the arguments in a usage line, without brackets and dots.
func placesOf(line string) []string {
	line, _, _ = strings.Cut(line, " -")
	return strings.Fields(strings.NewReplacer("[", "", "]", "", "...", "").Replace(line))
}

// placeWords says what completes the words of usage lines; files do where there is nothing.
func (a *app) placeWords() map[string]words {
	return map[string]words{
		"REF":                a.installedRefs,
		"REF.COMPONENT":      a.components,
		"REF.ACTION":         a.components,
		"REF@VERSION.ACTION": a.actions,
		"name=value":         a.parameters,
		"GENERATION|VERSION": a.generations,
		"FROM":               a.generations,
		"TO":                 a.generations,
		"SPEC":               a.specs,
		"WORD":               a.specs,
		"CODE":               findingWords,
		"KEY":                a.environmentKeys,
	}
}

// withPrefix returns those words that begin so and are not among before.
func withPrefix(all []cobra.Completion, before []string, begun string) []cobra.Completion {
	return slices.DeleteFunc(all, func(c cobra.Completion) bool {
		word, _, _ := strings.Cut(c, "\t")
		return !strings.HasPrefix(word, begun) || slices.Contains(before, word)
	})
}
