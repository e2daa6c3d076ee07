package main

import (
	"github.com/spf13/pflag"
)

// globals are the flags that every command takes.
type globals struct {
	server, tokenFile string

	root, index, db string
	provide         []string
	allowHTTP       bool
	allowPrivate    []string
	allowHost       []string
	credentials     string
	caFile, proxy   string
	json, quiet     bool

	// Where packages come from; flags of the commands that build.
	pythonIndex, nodeRegistry string
	findLinks                 []string
}

func (g *globals) bind(flags *pflag.FlagSet) {
	flags.StringVar(&g.server, "server", "", "URL of a packd that does it; paths are then those of the server")
	flags.StringVar(&g.tokenFile, "token-file", "", "file with the token for the server")
	flags.StringVar(&g.root, "root", "", "directory of the installed packs (default: a per-user data directory)")
	flags.StringVar(&g.index, "index", "", "registry index, a URL or a file")
	flags.StringVar(&g.db, "db", "", "database of the records, a path or a \"file:\" DSN of SQLite (default: a file inside the root)")
	flags.StringArrayVar(&g.provide, "provide", nil, "a pack that exists outside, REF[@VERSION]; repeatable")
	flags.BoolVar(&g.allowHTTP, "allow-http", false, "allow plain http")
	flags.StringArrayVar(&g.allowPrivate, "allow-private", nil, "allow a host or address range that is not public; repeatable")
	flags.StringArrayVar(&g.allowHost, "allow-host", nil, "contact this host, and no other that is not named so; repeatable")
	flags.StringVar(&g.credentials, "credentials", "", "file with ORIGIN bearer TOKEN, ORIGIN basic USER PASSWORD or ORIGIN header NAME VALUE a line")
	flags.StringVar(&g.caFile, "ca-file", "", "file with certificates of authorities to trust beside the system's; those of the server, too")
	flags.StringVar(&g.proxy, "proxy", "", "URL of a proxy; wants --allow-host for what is contacted through it")
	flags.BoolVar(&g.json, "json", false, "print the report as JSON on standard output, and nothing else there")
	flags.BoolVar(&g.quiet, "quiet", false, "print no progress")
}

// bindPackages adds the flags that say where packages come from.
func (g *globals) bindPackages(flags *pflag.FlagSet) {
	flags.StringVar(&g.pythonIndex, "python-index", "", "index of Python packages (default: the tool's own)")
	flags.StringArrayVar(&g.findLinks, "find-links", nil, "directory with Python wheels; repeatable")
	flags.StringVar(&g.nodeRegistry, "node-registry", "", "registry of Node.js packages (default: npm's own)")
}
