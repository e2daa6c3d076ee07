package actionrun

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// interpret returns the command that runs the action's entry point: with the
// interpreter of the environment for Python and Node.js, else with the one that
// the file's first line names.
func interpret(inv Invocation) (pack.Command, error) {
	script := filepath.Join(inv.Dir, filepath.FromSlash(inv.Action.Action.EntryPoint))
	if runtime := runtimeOf(inv.Action.Action.Runner); runtime != "" {
		return inEnvironment(inv, runtime, script)
	}
	args, err := shebang(script)
	if err != nil {
		return pack.Command{}, err
	}
	args = append(args, script)
	return pack.Command{Path: args[0], Args: args[1:], Env: slices.Clone(inv.Env)}, nil
}

func runtimeOf(runner string) string {
	switch runner {
	case "python", "python3", "python-script":
		return pack.RuntimePython
	case "nodejs", "node", "node.js", "javascript":
		return pack.RuntimeNode
	}
	return ""
}

func inEnvironment(inv Invocation, runtime, script string) (pack.Command, error) {
	i := slices.IndexFunc(inv.Environments, func(e pack.Environment) bool { return e.Runtime == runtime })
	if i < 0 {
		return pack.Command{}, pack.Errorf(pack.CodeNotFound, "action %s needs a %s environment: build one for its pack and register it again", inv.Action.Ref, runtime)
	}
	e := inv.Environments[i]
	return pack.Command{
		Path: e.Interpreter, Args: []string{script},
		// A pack's tree is never written to, not even by the bytecode compiler.
		Env: append(slices.Clone(inv.Env), "PYTHONDONTWRITEBYTECODE=1"),
	}, nil
}

// shebang returns the words of the file's "#!" line, /bin/sh when it has none.
func shebang(script string) ([]string, error) {
	f, err := os.Open(script)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	line, _, err := bufio.NewReaderSize(f, 256).ReadLine()
	if err != nil && len(line) == 0 {
		return nil, pack.Errorf(pack.CodeInvalidManifest, "read %s: the script is empty", script)
	}
	rest, ok := bytes.CutPrefix(line, []byte("#!"))
	if !ok {
		return []string{"/bin/sh"}, nil
	}
	// As the kernel does: the program and at most one argument.
	program, arg, _ := strings.Cut(strings.TrimSpace(string(rest)), " ")
	if arg = strings.TrimSpace(arg); arg != "" {
		return []string{program, arg}, nil
	}
	return []string{program}, nil
}
