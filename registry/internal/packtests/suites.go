package packtests

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

// A suiteSpec is one suite to be run.
type suiteSpec struct {
	name    string
	runner  string // script or unittest; others are not supported yet
	entry   string // a file of the pack; for unittest also a directory
	args    []string
	timeout time.Duration
}

const (
	runnerScript   = "script"
	runnerUnittest = "unittest"
)

// suites returns the suites of the pack: those that its runners name; without
// any, those that are discovered.
func (c *Config) suites() []suiteSpec {
	var specs []suiteSpec
	for _, t := range c.Testing.Runners {
		specs = append(specs, suiteSpec{name: t.Name, runner: t.Type, entry: t.EntryPoint, timeout: time.Duration(t.Timeout)})
	}
	if len(specs) > 0 {
		return specs
	}
	d := c.Testing.Discovery
	switch d.Method {
	case "", "directory":
		return discoverDirectory(os.DirFS(c.Dir), d.Path)
	case "manifest":
		return listed(d.Tests)
	case "executable":
		return []suiteSpec{commandSuite("executable", d.Command, 0)}
	}
	return []suiteSpec{{name: "discovery", runner: d.Method}}
}

// discoverDirectory returns one suite for all test*.py of a directory, and one
// for each script in it whose name says that it is a test.
func discoverDirectory(content fs.FS, dir string) []suiteSpec {
	if dir == "" {
		dir = "tests"
	}
	entries, err := fs.ReadDir(content, path.Clean(dir))
	if err != nil {
		return nil
	}
	var specs []suiteSpec
	python := false
	for _, e := range entries {
		name := e.Name()
		stem, isScript := strings.CutSuffix(name, ".sh")
		switch {
		case !e.Type().IsRegular():
		case strings.HasPrefix(name, "test") && strings.HasSuffix(name, ".py"):
			python = true
		case isScript && (strings.HasPrefix(stem, "test") || strings.HasSuffix(stem, "_test") || stem == "run_tests"):
			specs = append(specs, suiteSpec{name: stem, runner: runnerScript, entry: path.Join(dir, name)})
		}
	}
	if python {
		specs = append(specs, suiteSpec{name: "python", runner: runnerUnittest, entry: path.Clean(dir)})
	}
	return specs
}

// listed returns the suites that the manifest lists one by one. A test names
// one of the runner types, or a command.
func listed(tests []pack.TestCase) []suiteSpec {
	var specs []suiteSpec
	for _, t := range tests {
		spec := commandSuite(t.Name, t.Command, time.Duration(t.Timeout))
		if t.Runner != "" && t.Runner != "shell" {
			spec.runner = t.Runner
		}
		specs = append(specs, spec)
	}
	return specs
}

// commandSuite runs a file of the pack with arguments. No shell reads the
// command: words are separated by blanks, and that is all.
func commandSuite(name, command string, timeout time.Duration) suiteSpec {
	spec := suiteSpec{name: name, runner: runnerScript, timeout: timeout}
	if words := strings.Fields(command); len(words) > 0 {
		spec.entry, spec.args = path.Clean(words[0]), words[1:]
	}
	return spec
}
