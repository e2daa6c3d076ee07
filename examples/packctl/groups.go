package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// A group is a section of the list of commands.
type group struct{ id, title, commands string }

// groups returns the sections of the help, in the order in which they are printed.
func groups() []group {
	return []group{
		{"change", "Install and change packs", "install upgrade remove rollback enable disable pin unpin config plan apply"},
		{"look", "Look at installed packs", "list show history diff graph why verify run"},
		{"find", "Find packs", "search info versions indices"},
		{"equal", "Keep machines equal", "sync lock add drop outdated bundle"},
		{"write", "Write and publish packs", "init validate test link unlink pack checksum findings index"},
		{"stages", "Single stages", "download deps build register"},
		{"care", "Care for a root", "doctor repair env cache settings completion"},
	}
}

// arrange puts the commands of packctl into their groups.
func arrange(root *cobra.Command) {
	root.SetHelpCommandGroupID("care")
	for _, g := range groups() {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title + ":"})
		for name := range strings.FieldsSeq(g.commands) {
			if c := child(root, name); c != nil {
				c.GroupID = g.id
			}
		}
	}
}

// child returns the command of that name below parent, nil for none.
func child(parent *cobra.Command, name string) *cobra.Command {
	for _, c := range parent.Commands() {
		if c.Name() == name {
			return c
		}
	}
	return nil
}
