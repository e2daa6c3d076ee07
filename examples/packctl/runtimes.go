package main

import (
	"github.com/spf13/pflag"

	"github.com/packtrain/pack"
)

// runtimes are the flags of the commands that build environments.
type runtimes struct {
	python, node         string
	skipPython, skipNode bool
}

func (r *runtimes) bind(flags *pflag.FlagSet) {
	flags.StringVar(&r.python, "python", "", "preferred version of Python, which has to be there (default: the first in PATH)")
	flags.StringVar(&r.node, "node", "", "preferred version of Node.js, which has to be there (default: the first in PATH)")
	flags.BoolVar(&r.skipPython, "skip-python", false, "build no Python environments")
	flags.BoolVar(&r.skipNode, "skip-node", false, "build no Node.js environments")
}

// prefer returns the preferred versions.
func (r *runtimes) prefer() map[pack.RuntimeName]string {
	return map[pack.RuntimeName]string{pack.RuntimePython: r.python, pack.RuntimeNode: r.node}
}

// skip returns the runtimes without environments.
func (r *runtimes) skip() []pack.RuntimeName {
	var skip []pack.RuntimeName
	if r.skipPython {
		skip = append(skip, pack.RuntimePython)
	}
	if r.skipNode {
		skip = append(skip, pack.RuntimeNode)
	}
	return skip
}
