package main

import (
	"github.com/spf13/pflag"

	"github.com/packtrain/pack/examples/hostflags"
)

// globals are the flags that every command takes, and those of the commands that
// build.
type globals struct {
	server, tokenFile string
	hostflags.Flags
	json, quiet bool
	file        string           // a packs.yaml
	wants       *hostflags.Wants // that the command works on, or file
	unverified  bool             // of the command download alone
}

func (g *globals) bind(flags *pflag.FlagSet) {
	flags.StringVar(&g.server, "server", "", "URL of a packd server that does the work; paths are then those of the server")
	flags.StringVar(&g.tokenFile, "token-file", "", "file with the token for the server")
	flags.StringVar(&g.file, "file", "", "a packs.yaml whose settings count where flags state none, and that sync, lock, add, drop and outdated work on, and why and graph with the lock beside it (default for sync to outdated: ./packs.yaml)")
	g.Bind(flags)
	flags.BoolVar(&g.json, "json", false, "print the report as JSON on standard output, and nothing else there")
	flags.BoolVar(&g.quiet, "quiet", false, "print no progress")
}
