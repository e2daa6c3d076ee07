package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/packtrain/pack/examples/packd/api"
)

const newTokenUsage = `packd token new NAME [--scope read+install+configure]

Prints a line for --token-file: the name, a random secret and the scopes, which are
read, install, configure and admin. install@infra-* and configure@infra-* are limited
to the packs whose refs match, install@internal/* to packs of the index internal.
`

// newToken is the command "packd token new".
func newToken(args []string, w world) int {
	set := pflag.NewFlagSet("packd token new", pflag.ContinueOnError)
	set.SetOutput(w.stdout)
	set.Usage = func() { fmt.Fprint(w.stdout, newTokenUsage) }
	scope := set.String("scope", string(api.ScopeRead), "scopes, joined by +")
	err := set.Parse(args)
	if errors.Is(err, pflag.ErrHelp) {
		return exitOK
	}
	if err == nil && (set.NArg() != 2 || set.Arg(0) != "new") {
		err = errors.New("want packd token new NAME")
	}
	var t api.Token
	if err == nil {
		t, err = api.NewToken(set.Arg(1), scopes(*scope))
	}
	if err != nil {
		fmt.Fprintf(w.stderr, "packd: %v\nrun \"packd token --help\" for help\n", err)
		return exitUsage
	}
	fmt.Fprintln(w.stdout, t.Line())
	return exitOK
}

func scopes(text string) (all []api.Scope) {
	for name := range strings.SplitSeq(text, "+") {
		all = append(all, api.Scope(name))
	}
	return all
}
