package packtests

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// script runs a file by its first line.
func (c *Config) script(spec *suiteSpec) ([]string, error) {
	head, err := readHead(c.file(spec.entry))
	if err != nil {
		return nil, fmt.Errorf("entry point %q cannot be read", spec.entry)
	}
	shebang, ok := ParseShebang(head)
	if !ok {
		shebang = defaultShebang(spec.entry)
	}
	if !path.IsAbs(shebang.Path) {
		return nil, fmt.Errorf("interpreter %q of %q is no absolute path", shebang.Path, spec.entry)
	}
	argv := []string{shebang.Path}
	if runtime := shebang.Runtime(); runtime != "" {
		interpreter, err := c.interpreter(runtime, spec.name)
		if err != nil {
			return nil, err
		}
		if !shebang.Env() {
			argv[0] = interpreter
		}
	}
	if shebang.Arg != "" {
		argv = append(argv, shebang.Arg)
	}
	return append(append(argv, filepath.FromSlash(spec.entry)), spec.args...), nil
}

// defaultShebang stands in for a first line that names no interpreter.
func defaultShebang(entry string) Shebang {
	switch path.Ext(entry) {
	case ".py":
		return Shebang{Path: "/usr/bin/env", Arg: "python"}
	case ".js", ".cjs", ".mjs":
		return Shebang{Path: "/usr/bin/env", Arg: "node"}
	}
	return Shebang{Path: "/bin/sh"}
}

// interpreter returns that of the attached environment of runtime.
func (c *Config) interpreter(runtime, suite string) (string, error) {
	for _, e := range c.Environments {
		if e.Runtime == runtime && e.Interpreter != "" {
			return e.Interpreter, nil
		}
	}
	return "", fmt.Errorf("test runner %q needs %s and no such environment is attached to the pack's content: "+
		"build its environments first (runtime_deps names the runtimes it needs), or skip the tests", suite, runtime)
}

func readHead(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // it is shorter than that
	}
	return head[:n], err
}
