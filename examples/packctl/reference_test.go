package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// TestReference keeps docs/packctl.md equal to the help of the commands; -update writes it.
func TestReference(t *testing.T) {
	t.Parallel()
	const name = "../../docs/packctl.md"
	root, got := rootOf(t), &strings.Builder{}
	got.WriteString("# packctl\n\nThe commands of packctl, made from its help. `packctl completion bash` (or `zsh`, `fish`) prints what\ncompletes them in a shell.\n")
	for _, g := range groups() {
		fmt.Fprintf(got, "\n## %s\n", g.title)
		for word := range strings.FieldsSeq(g.commands) {
			describe(got, child(root, word))
		}
	}
	fmt.Fprintf(got, "\n## Flags of all commands\n\n```text\n%s\n```\n", flagLines(root.PersistentFlags()))
	fmt.Fprintf(got, "\n## Specs\n\n```text\n%s\n```\n", specsHelp().Long)
	if *update {
		if err := os.WriteFile(name, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("docs/packctl.md differs; run this test with -update (-want +got)\n%s", diff)
	}
}

// describe writes the help of a command, and of those below it.
func describe(b *strings.Builder, c *cobra.Command) {
	text := c.Long
	if text == "" {
		text = c.Short
	}
	fmt.Fprintf(b, "\n### %s\n\n```text\n%s\n\n%s```\n", c.CommandPath(), strings.TrimSpace(text), strings.TrimSuffix(usage(c), more(c)))
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			describe(b, sub)
		}
	}
}
