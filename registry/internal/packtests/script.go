package packtests

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
)

// script returns the command that starts a file of the pack.
func script(c *Config, spec *pack.Suite, _ string) ([]string, error) {
	script, err := pack.ReadScript(os.DirFS(c.Dir), spec.Entry, spec.Runner, c.Environments)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("entry point %q cannot be read", spec.Entry)
	}
	if err != nil {
		return nil, err
	}
	file := filepath.FromSlash(spec.Entry)
	argv, err := script.Argv(file, c.Environments)
	if err != nil {
		return nil, err
	}
	if len(argv) == 1 { // a program needs its absolute path, an argument does not
		argv[0] = c.file(spec.Entry)
	}
	return append(argv, spec.Args...), nil
}

// refusal returns the reason that a suite was not started, with advice.
func refusal(err error) string {
	if errors.Is(err, pack.ErrNotFound) {
		return err.Error() + ", or skip the tests"
	}
	return err.Error()
}
