package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// arrangeHelp makes the help of all commands. That of a command leaves the flags which
// every command has to a topic of their own.
func arrangeHelp(root *cobra.Command) {
	root.SetUsageFunc(func(c *cobra.Command) error {
		_, err := io.WriteString(c.OutOrStderr(), usage(c))
		return err
	})
	root.AddCommand(flagsHelp(root))
}

// usage returns the help of a command below its description.
func usage(c *cobra.Command) string {
	var b strings.Builder
	section := func(title, text string) {
		if text != "" {
			fmt.Fprintf(&b, "\n%s:\n%s\n", title, text)
		}
	}
	b.WriteString("Usage:\n  " + useLine(c) + "\n")
	if len(c.Aliases) > 0 {
		section("Aliases", "  "+strings.Join(c.Aliases, ", "))
	}
	section("Examples", c.Example)
	for _, g := range sections(c) {
		section(strings.TrimSuffix(g.Title, ":"), commandLines(c, func(sub *cobra.Command) bool {
			return sub.GroupID == g.ID && (sub.IsAvailableCommand() || sub.Name() == "help")
		}))
	}
	section("Flags", ownFlags(c))
	section("Topics", commandLines(c, (*cobra.Command).IsAdditionalHelpTopicCommand))
	b.WriteString(more(c))
	return b.String()
}

// useLine shows whether a command has commands or flags of its own.
func useLine(c *cobra.Command) string {
	switch {
	case c.HasAvailableSubCommands():
		return c.CommandPath() + " COMMAND"
	case c.HasAvailableLocalFlags():
		return c.UseLine() + " [FLAGS]"
	}
	return c.UseLine()
}

// sections returns the groups of the commands below c; one if there are none.
func sections(c *cobra.Command) []*cobra.Group {
	if len(c.Groups()) > 0 {
		return c.Groups()
	}
	return []*cobra.Group{{Title: "Commands:"}}
}

// commandLines describes those commands below c that fit, one in a line.
func commandLines(c *cobra.Command, fit func(*cobra.Command) bool) string {
	var lines []string
	for _, sub := range c.Commands() {
		if fit(sub) {
			lines = append(lines, fmt.Sprintf("  %-*s %s", sub.NamePadding(), sub.Name(), sub.Short))
		}
	}
	return strings.Join(lines, "\n")
}

// more says where there is more help.
func more(c *cobra.Command) string {
	switch {
	case !c.HasParent():
		return "\nRun \"packctl COMMAND --help\" for a command, \"packctl help TOPIC\" for a topic.\n"
	case c.HasAvailableSubCommands():
		return fmt.Sprintf("\nRun \"%s COMMAND --help\" for a command.\n", c.CommandPath())
	}
	return "\nRun \"packctl help flags\" for the flags that every command has, such as --root and --index.\n"
}

// ownFlags describes the flags that only c has.
func ownFlags(c *cobra.Command) string {
	if !c.HasParent() {
		return "  -h, --help      print help\n  -v, --version   print the version"
	}
	return flagLines(c.LocalFlags())
}

// flagLines describes flags, one in a line.
func flagLines(flags *pflag.FlagSet) string {
	var names, docs []string
	width := 0
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, doc := flagText(f)
		names, docs = append(names, name), append(docs, doc)
		width = max(width, len(name))
	})
	var b strings.Builder
	for i, name := range names {
		fmt.Fprintf(&b, "  %-*s   %s\n", width, name, docs[i])
	}
	return strings.TrimRight(b.String(), "\n")
}

// flagText returns a flag with the kind of its value, and its description.
func flagText(f *pflag.Flag) (name, doc string) {
	kind, doc := pflag.UnquoteUsage(f)
	kind = strings.TrimSuffix(strings.TrimSuffix(kind, "Array"), "s")
	if f.NoOptDefVal != "" {
		kind = ""
	}
	name = strings.TrimSuffix("    --"+f.Name+" "+strings.ToUpper(kind), " ")
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name[4:]
	}
	if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0" && f.DefValue != "0s" && !strings.Contains(doc, "(default") {
		doc += " (default " + f.DefValue + ")"
	}
	return name, doc
}

// flagsHelp is the topic of "packctl help flags".
func flagsHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "flags", Short: "The flags that every command has",
		Long: "Every command has these flags. Files and variables state them, too: see packctl settings show.\n\n" + flagLines(root.PersistentFlags()),
	}
}
