package main

import (
	"slices"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/packtrain/pack/installer/settings"
)

// notSettings are the flags that no settings file states, by the reason.
func notSettings() map[string][]string {
	return map[string][]string{
		"it names the settings":                      {"settings"},
		"it changes a root once":                     {"adopt", "new-root"},
		"it is how one command prints":               {"json", "quiet", "output", "show-secrets", "origin", "yes"},
		"it is what one command works on":            {"file", "dest", "out", "platform", "wheels", "from", "to", "rev", "all", "set", "unset", "key", "name", "url", "format", "tests", "runtime", "listen"},
		"it is what one command does":                {"check", "dry-run", "fetch", "force", "idle", "max-age", "max-bytes", "prune", "purge", "rebuild", "refresh-envs", "remove", "replace", "replace-published", "rollback", "undo", "update", "locked", "installed", "reason", "all-or-nothing"},
		"it leaves a check out, each time knowingly": {"allow-break", "ignore-tests", "retest", "skip-tests", "skip-validation", "unverified"},
		"it is about the builds of one command":      {"node", "python", "skip-envs", "skip-node", "skip-python", "timeout"},
	}
}

// TestEveryFlagIsASetting, or is listed with the reason why it is none.
func TestEveryFlagIsASetting(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, s := range settings.Table() {
		known[s.Flag] = known[s.Flag] || s.Group != settings.GroupPackd
	}
	listed := map[string]bool{}
	for _, names := range notSettings() {
		for _, name := range names {
			listed[name] = true
		}
	}
	var visit func(cmd *cobra.Command)
	found := map[string]bool{}
	visit = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) { found[f.Name] = true })
		cmd.PersistentFlags().VisitAll(func(f *pflag.Flag) { found[f.Name] = true })
		for _, c := range cmd.Commands() {
			visit(c)
		}
	}
	visit(newApp(world{}).rootCommand())
	var missing []string
	for name := range found {
		if !known[name] && !listed[name] {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	if len(missing) > 0 {
		t.Errorf("no row of the table of settings, and no reason why not: %q", missing)
	}
	for name := range listed {
		if !found[name] || known[name] {
			t.Errorf("--%s is listed as a flag without a setting: it does not exist, or has one", name)
		}
	}
	for name, ours := range known {
		if ours && !found[name] && name != "" {
			t.Errorf("no command has --%s", name)
		}
	}
}
