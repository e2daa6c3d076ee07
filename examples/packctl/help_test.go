package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// commandsOf returns all commands below c that can be run.
func commandsOf(c *cobra.Command) (all []*cobra.Command) {
	for _, sub := range c.Commands() {
		all = append(all, commandsOf(sub)...)
		if sub.Runnable() && !sub.HasSubCommands() && sub.Name() != "help" {
			all = append(all, sub)
		}
	}
	return all
}

// rootOf returns the command of a packctl without an environment.
func rootOf(t *testing.T) *cobra.Command {
	t.Helper()
	var out bytes.Buffer
	a := newApp(world{stdout: &out, stderr: &out, getenv: func(string) string { return "" }, environ: os.Environ})
	return a.rootCommand()
}

// checkLine parses a command line as packctl would, without running it.
func checkLine(t *testing.T, line string) error {
	t.Helper()
	cmd, args, err := rootOf(t).Find(shellWords(line)[1:])
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(args); err != nil {
		return err
	}
	if err := cmd.ValidateRequiredFlags(); err != nil || cmd.Args == nil {
		return err
	}
	return cmd.Args(cmd, cmd.Flags().Args())
}

// shellWords splits a line at spaces; single and double quotes keep theirs.
func shellWords(line string) []string {
	var all []string
	var quote rune
	fresh := true
	for _, r := range line {
		switch {
		case r == quote && quote != 0:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
			if fresh {
				all, fresh = append(all, ""), false
			}
		case quote == 0 && r == ' ':
			fresh = true
		default:
			if fresh {
				all, fresh = append(all, ""), false
			}
			all[len(all)-1] += string(r)
		}
	}
	return all
}

// TestExamples wants an example of each command, and each to be a command line.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, c := range commandsOf(rootOf(t)) {
		if c.Example == "" && c.Name() != "completion" {
			t.Errorf("%s has no example", c.CommandPath())
		}
		for line := range strings.Lines(c.Example) {
			line = strings.TrimSpace(line)
			if err := checkLine(t, line); err != nil || !strings.HasPrefix(line, c.CommandPath()) {
				t.Errorf("%s: example %q: %v", c.CommandPath(), line, err)
			}
		}
	}
	if err := checkLine(t, "packctl install slack --colour"); err == nil {
		t.Error("an unknown flag is accepted")
	}
}

// TestGroups wants each command in exactly one group, and no group with a command that does
// not exist.
func TestGroups(t *testing.T) {
	t.Parallel()
	root := rootOf(t)
	var named []string
	for _, g := range groups() {
		named = append(named, strings.Fields(g.commands)...)
	}
	for _, c := range root.Commands() {
		if c.Runnable() && c.GroupID == "" {
			t.Errorf("%s is in no group", c.Name())
		}
		named = slices.DeleteFunc(named, func(n string) bool { return n == c.Name() })
	}
	if len(named) > 0 {
		t.Errorf("groups name %q, which are no commands", named)
	}
}

func TestHelpOfACommand(t *testing.T) {
	t.Parallel()
	got := packctl(t, "install", "--help").stdout
	for _, want := range []string{"packctl install SPEC... [FLAGS]", "-n, --dry-run", "Examples:\n  packctl install slack\n", `"packctl help flags"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the help lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "--index") && !strings.Contains(got, "such as --root and --index") || strings.Contains(got, "--shared-root") {
		t.Errorf("the help has the flags of all commands:\n%s", got)
	}
	if flags := packctl(t, "help", "flags").stdout; !strings.Contains(flags, "--shared-root") || !strings.Contains(flags, "-q, --quiet") {
		t.Errorf("help flags: got\n%s", flags)
	}
	if got := packctl(t, "remove", "--help").stdout; !strings.Contains(got, "Aliases:\n  rm, uninstall\n") {
		t.Errorf("the help has no aliases:\n%s", got)
	}
}
