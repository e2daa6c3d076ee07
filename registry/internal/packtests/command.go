package packtests

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

// defaultTimeout is the timeout of a suite that does not set one.
const defaultTimeout = 5 * time.Minute

// command returns the command of a suite.
func (c *Config) command(spec *pack.Suite) (cmd pack.Command, err error) {
	if err := spec.Err(); err != nil {
		return cmd, err
	}
	var argv []string
	switch {
	case spec.Entry == "":
		err = errors.New("the suite has no entry point")
	case !filepath.IsLocal(filepath.FromSlash(spec.Entry)):
		err = fmt.Errorf("entry point %q is outside of the pack", spec.Entry)
	case spec.Type == pack.SuiteUnittest:
		argv, err = c.unittest(spec)
	default:
		argv, err = c.script(spec)
	}
	if err != nil {
		return cmd, err
	}
	timeout := spec.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	return pack.Command{
		Path: argv[0], Args: argv[1:], Dir: c.Dir, Env: c.environ(),
		Timeout: min(timeout, c.Timeout), Access: c.access(),
	}, nil
}

// access is what suites may reach: the pack, its environments and a directory for
// what they write. They are not granted a network.
func (c *Config) access() pack.Access {
	a := pack.Access{Read: []string{c.Dir}, Write: []string{c.Scratch}}
	for _, e := range c.Environments {
		if e.Path != "" {
			a.Read = append(a.Read, e.Path)
		}
	}
	return a
}

// unittest discovers the tests in the file or directory of the entry point, so
// that its name does not have to be that of a package, and a package of the
// environment cannot shadow it.
func (c *Config) unittest(spec *pack.Suite) ([]string, error) {
	r, _ := pack.RuntimeOfTestRunner(spec.Type)
	python, err := pack.Script{File: spec.Entry, Runtime: r.Name}.Interpreter(c.Environments)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(c.file(spec.Entry))
	if err != nil {
		return nil, fmt.Errorf("entry point %q is missing", spec.Entry)
	}
	dir, pattern := path.Split(spec.Entry)
	if info.IsDir() {
		dir, pattern = spec.Entry, "test*.py"
	}
	dir = path.Clean(dir)
	argv := []string{python, "-m", "unittest", "discover", "-s", dir, "-p", pattern}
	if _, err := os.Stat(c.file(path.Join(dir, "__init__.py"))); err == nil {
		argv = append(argv, "-t", ".") // a package: relative imports work only from its parent
	}
	return argv, nil
}

// file returns the path of a file of the pack.
func (c *Config) file(name string) string { return filepath.Join(c.Dir, filepath.FromSlash(name)) }

// environ returns the whole environment of a suite.
func (c *Config) environ() []string {
	search := c.SearchPath
	var others []string
	for _, v := range c.Env {
		if path, ok := strings.CutPrefix(v, "PATH="); ok {
			search = path
			continue
		}
		others = append(others, v)
	}
	return append([]string{
		"PATH=" + pack.SearchPath(c.Environments, search), "HOME=" + c.Scratch, "TMPDIR=" + c.Scratch, "LANG=C.UTF-8",
		// Python must not write into the pack's tree.
		"PYTHONDONTWRITEBYTECODE=1", "PYTHONNOUSERSITE=1",
	}, others...)
}
