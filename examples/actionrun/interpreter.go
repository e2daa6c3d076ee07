package actionrun

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/runner"
)

// interpret returns the command that runs the action's entry point, with an
// interpreter of the pack's environments or the one that the script names.
func interpret(inv Invocation) (pack.Command, error) {
	a := inv.Action.Action
	script, err := pack.ReadScript(os.DirFS(inv.Dir), a.EntryPoint, a.Runner, inv.Environments)
	if err != nil {
		return pack.Command{}, fmt.Errorf("action %s: %w", inv.Action.Ref, err)
	}
	argv, err := script.Argv(filepath.Join(inv.Dir, filepath.FromSlash(a.EntryPoint)), inv.Environments)
	if err != nil {
		return pack.Command{}, fmt.Errorf("action %s: %w", inv.Action.Ref, err)
	}
	env := environment(inv)
	return pack.Command{Path: argv[0], Args: argv[1:], Env: env, Access: access(inv, env)}, nil
}

// access is what an action reaches: the pack, its environments, also by the links beside the
// pack, the programs in the search path, and the network.
func access(inv Invocation, env []string) pack.Access {
	read := []string{inv.Dir}
	dir, err := filepath.EvalSymlinks(inv.Dir)
	if err != nil {
		dir = inv.Dir // starting the action says so
	}
	for _, e := range inv.Environments {
		if e.Path != "" {
			read = append(read, e.Path)
		}
		if dir := bytecode(e); dir != "" {
			read = append(read, dir)
		}
		if link := e.Link(); link != "" {
			read = append(read, filepath.Join(filepath.Dir(dir), link))
		}
		read = append(read, runner.Installation(e.Interpreter)...)
	}
	for _, v := range env {
		path, ok := strings.CutPrefix(v, "PATH=")
		for _, entry := range filepath.SplitList(path) {
			if ok && filepath.IsAbs(entry) {
				read = append(read, entry)
			}
		}
	}
	return pack.Access{Read: read, Network: true}
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
	env = append(env, "PATH="+pack.SearchPath(inv.Environments, search), "PYTHONDONTWRITEBYTECODE=1")
	for _, e := range inv.Environments {
		if dir := bytecode(e); dir != "" {
			env = append(env, "PYTHONPYCACHEPREFIX="+dir)
		}
	}
	return pack.Environ(env, inv.Dir, inv.Environments)
}

// bytecode returns the directory with the bytecode of an environment, "" if there is none.
func bytecode(e pack.Environment) string {
	dir := e.BytecodeDir()
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	return dir
}
