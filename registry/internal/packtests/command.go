package packtests

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/prefix"
)

// defaultTimeout is the timeout of a suite that does not set one.
const defaultTimeout = 5 * time.Minute

// command returns the command of a suite.
func (c *Config) command(s *source) (cmd pack.Command, err error) {
	spec := s.spec
	if err := spec.Err(); err != nil {
		return cmd, err
	}
	switch {
	case spec.Entry == "":
		return cmd, errors.New("the suite has no entry point")
	case !filepath.IsLocal(filepath.FromSlash(spec.Entry)):
		return cmd, fmt.Errorf("entry point %q is outside of the pack", spec.Entry)
	}
	if s.runner.file != "" {
		dir, err := os.MkdirTemp(c.Scratch, "results-")
		if err != nil {
			return cmd, err
		}
		s.file = filepath.Join(dir, s.runner.file)
	}
	argv, err := s.argv(c, spec, s.file)
	if err != nil {
		return cmd, err
	}
	timeout := spec.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	cmd = pack.Command{
		Path: argv[0], Args: argv[1:], Dir: c.Dir, Env: c.environ(),
		Timeout: min(timeout, c.Timeout), Access: c.access(),
	}
	if s.prints() {
		cmd.Stdout = &s.out
	}
	return cmd, nil
}

// access is what suites may reach: the pack, its environments, also by the links beside
// the pack, the programs in the search path, and a directory for what they write. They
// are not granted a network.
func (c *Config) access() pack.Access {
	a := pack.Access{Write: []string{c.Dir, c.Scratch}}
	for _, e := range c.Environments {
		if e.Path != "" {
			a.Read = append(a.Read, e.Path)
		}
		if dir := bytecode(e); dir != "" {
			a.Read = append(a.Read, dir)
		}
		if link := e.Link(); link != "" {
			a.Read = append(a.Read, filepath.Join(filepath.Dir(c.Dir), link))
		}
		a.Read = append(a.Read, prefix.Of(e.Interpreter)...)
	}
	for _, dir := range filepath.SplitList(c.search()) {
		if filepath.IsAbs(dir) {
			a.Read = append(a.Read, dir)
		}
	}
	return a
}

// search returns the PATH after the programs of the environments.
func (c *Config) search() string {
	for _, v := range c.Env {
		if path, ok := strings.CutPrefix(v, "PATH="); ok {
			return path
		}
	}
	return c.SearchPath
}

// file returns the path of a file of the pack.
func (c *Config) file(name string) string { return filepath.Join(c.Dir, filepath.FromSlash(name)) }

// environ returns the whole environment of a suite.
func (c *Config) environ() []string {
	others := slices.DeleteFunc(slices.Clone(c.Env), func(v string) bool { return strings.HasPrefix(v, "PATH=") })
	env := []string{
		"PATH=" + pack.SearchPath(c.Environments, c.search()), "HOME=" + c.Scratch, "TMPDIR=" + c.Scratch, "LANG=C.UTF-8",
		"PYTHONDONTWRITEBYTECODE=1", "PYTHONNOUSERSITE=1",
	}
	for _, e := range c.Environments {
		if dir := bytecode(e); dir != "" {
			env = append(env, "PYTHONPYCACHEPREFIX="+dir)
		}
	}
	return pack.Environ(append(env, others...), c.Dir, c.Environments)
}

// bytecode returns the directory with the bytecode of an environment, "" if there is none.
func bytecode(e pack.Environment) string {
	dir := e.BytecodeDir()
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	return dir
}
