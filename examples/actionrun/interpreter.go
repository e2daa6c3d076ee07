package actionrun

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
)

// interpret returns the command that runs the action's entry point, with an
// interpreter of the pack's environments or the one that the script names.
func interpret(inv Invocation) (pack.Command, error) {
	a := inv.Action.Action
	script, err := pack.ReadScript(os.DirFS(inv.Dir), a.EntryPoint, a.Runner)
	if err != nil {
		return pack.Command{}, fmt.Errorf("action %s: %w", inv.Action.Ref, err)
	}
	argv, err := script.Argv(filepath.Join(inv.Dir, filepath.FromSlash(a.EntryPoint)), inv.Environments)
	if err != nil {
		return pack.Command{}, fmt.Errorf("action %s: %w", inv.Action.Ref, err)
	}
	access := pack.Access{Read: []string{inv.Dir, inv.Scratch}, Network: true}
	for _, e := range inv.Environments {
		if e.Path != "" {
			access.Read = append(access.Read, e.Path)
		}
	}
	return pack.Command{Path: argv[0], Args: argv[1:], Env: environment(inv), Access: access}, nil
}

// environment returns the environment of the action, without its parameters. Programs
// of its environments come first in PATH.
func environment(inv Invocation) []string {
	if len(inv.Environments) == 0 {
		return append([]string(nil), inv.Env...)
	}
	search := ""
	var env []string
	for _, v := range inv.Env {
		if path, ok := strings.CutPrefix(v, "PATH="); ok {
			search = path
			continue
		}
		env = append(env, v)
	}
	// A pack's tree is never written to, not even by the bytecode compiler.
	return append(env, "PATH="+pack.SearchPath(inv.Environments, search), "PYTHONDONTWRITEBYTECODE=1")
}
