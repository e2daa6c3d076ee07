package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/settings"
)

// globals are the flags that every command takes, and those of the commands that
// build.
type globals struct {
	*hostflags.Flags
	server, tokenFile string // those of the settings
	json, quiet       bool
	output            string           // a format
	file              string           // a packs.yaml
	wants             *hostflags.Wants // that the command works on, or file
	unverified        bool             // of the command download alone
}

func (g *globals) bind(flags *pflag.FlagSet) {
	flags.StringVarP(&g.file, "file", "f", "", "a packs.yaml whose settings count where flags state none, and that sync, lock, add, drop and outdated work on, and why and graph with the lock beside it (default for sync to outdated: ./packs.yaml)")
	g.Bind(flags, settings.GroupHost, settings.GroupPackctl)
	flags.BoolVar(&g.json, "json", false, "same as --output json: print the report on standard output, and nothing else there")
	flags.StringVarP(&g.output, "output", "o", "", "print the report on standard output as json or yaml, or, for lists, as name (names alone) or wide (more columns)")
	flags.BoolVarP(&g.quiet, "quiet", "q", false, "print no progress")
}

// load reads the settings of files and the environment.
func (a *app) load(cmd *cobra.Command, _ []string) error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	if err := a.Load(a.getenv, dir); err != nil {
		return &usageError{err, cmd.CommandPath()}
	}
	a.server, a.tokenFile = a.Packctl.Server, a.Packctl.TokenFile
	return a.readFormat(cmd)
}
