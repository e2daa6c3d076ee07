package packtests

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// A runner is a type of suites.
type runner struct {
	// argv returns the command line. results is where the runner writes its results,
	// "" if it prints them.
	argv func(c *Config, spec *pack.Suite, results string) ([]string, error)
	// format is that of the runner's own results; "" for a script, which writes them in
	// the format that the pack declares.
	format string
	// file is the name of the file that the runner writes them to, "" if it prints them.
	file string
}

// unittestFormat is the summary that unittest prints, which a pack cannot declare.
const unittestFormat = "unittest"

// runnerOf returns the runner of a supported type.
func runnerOf(typ string) runner {
	switch typ {
	case "unittest":
		return runner{argv: unittest, format: unittestFormat}
	case "pytest":
		return runner{argv: pytest, format: "junit-xml", file: "pytest.xml"}
	case "jest":
		return runner{argv: jest, format: "json", file: "jest.json"}
	case "node-test":
		return runner{argv: nodeTest, format: "tap"}
	}
	return runner{argv: script}
}

// own reports whether the runner's own results count: those of runners that know what
// they ran, unless the pack declares a format that it must write itself.
func (r *runner) own(declared string) bool {
	return r.format != "" && (declared == "" || declared == "simple" || declared == r.format)
}

// operand returns a file of the pack as an argument that is not taken for an option.
func operand(file string) string {
	if strings.HasPrefix(file, "-") {
		return "./" + file
	}
	return file
}

// interpreter returns the program that runs suites of a type.
func (c *Config) interpreter(spec *pack.Suite) (string, error) {
	r, _ := pack.RuntimeOfTestRunner(spec.Type)
	return pack.Script{File: spec.Entry, Runtime: r.Name}.Interpreter(c.Environments)
}

// isDir reports whether the entry point is a directory.
func (c *Config) isDir(spec *pack.Suite) (bool, error) {
	info, err := os.Stat(c.file(spec.Entry))
	if err != nil {
		return false, fmt.Errorf("entry point %q is missing", spec.Entry)
	}
	return info.IsDir(), nil
}

// unittest discovers tests from one file or in a directory.
func unittest(c *Config, spec *pack.Suite, _ string) ([]string, error) {
	python, err := c.interpreter(spec)
	if err != nil {
		return nil, err
	}
	isDir, err := c.isDir(spec)
	if err != nil {
		return nil, err
	}
	dir, pattern := path.Split(spec.Entry)
	if isDir {
		dir, pattern = spec.Entry, "test*.py"
	}
	dir = path.Clean(dir)
	argv := []string{python, "-m", "unittest", "discover", "--start-directory=" + operand(dir), "--pattern=" + pattern}
	if _, err := os.Stat(c.file(path.Join(dir, "__init__.py"))); err == nil {
		argv = append(argv, "--top-level-directory=.") // a package: relative imports work only from its parent
	}
	return argv, nil
}

// pytest runs the tests of a file or a directory.
func pytest(c *Config, spec *pack.Suite, results string) ([]string, error) {
	python, err := c.interpreter(spec)
	if err != nil {
		return nil, err
	}
	if _, err := c.isDir(spec); err != nil {
		return nil, err
	}
	return []string{python, "-m", "pytest", "-p", "no:cacheprovider", "--junit-xml=" + results, operand(spec.Entry)}, nil
}

// jest runs the tests of a file, or those whose path has the directory in it.
func jest(c *Config, spec *pack.Suite, results string) ([]string, error) {
	node, err := c.interpreter(spec)
	if err != nil {
		return nil, err
	}
	isDir, err := c.isDir(spec)
	if err != nil {
		return nil, err
	}
	program, err := c.nodeProgram("jest", "bin/jest.js")
	if err != nil {
		return nil, err
	}
	argv := []string{
		node, program, "--ci", "--json", "--outputFile=" + results, "--watchman=false",
		"--cacheDirectory=" + filepath.Join(c.Scratch, "jest"),
	}
	switch {
	case !isDir:
		return append(argv, "--runTestsByPath", operand(spec.Entry)), nil
	case path.Clean(spec.Entry) != ".":
		argv = append(argv, "/"+regexp.QuoteMeta(path.Clean(spec.Entry))+"/")
	}
	return argv, nil
}

// nodeProgram returns a file of a package in the pack's Node.js environment.
func (c *Config) nodeProgram(name, file string) (string, error) {
	for _, e := range c.Environments {
		if e.Runtime != pack.RuntimeNode || e.Path == "" {
			continue
		}
		program := filepath.Join(e.Path, name, filepath.FromSlash(file))
		if _, err := os.Stat(program); err == nil {
			return program, nil
		}
	}
	return "", fmt.Errorf("%s is not installed in the pack's environment; add it to the dependencies in package.json", name)
}

// nodeTest runs one file, or the test files of a directory, with the test runner of
// Node.js.
func nodeTest(c *Config, spec *pack.Suite, _ string) ([]string, error) {
	node, err := c.interpreter(spec)
	if err != nil {
		return nil, err
	}
	isDir, err := c.isDir(spec)
	if err != nil {
		return nil, err
	}
	files := []string{spec.Entry}
	if isDir {
		if files, err = c.nodeTests(spec.Entry); err != nil {
			return nil, err
		}
	}
	argv := []string{node, "--test", "--test-reporter=tap"}
	for _, f := range files {
		argv = append(argv, operand(f))
	}
	return argv, nil
}

// nodeTestName is what Node.js takes for a test by its name alone.
var nodeTestName = regexp.MustCompile(`(?:^test|^test-.*|.*[._-]test)\.[cm]?js$`)

// nodeTests returns the test files below a directory: those whose names say so, or all
// scripts if none does.
func (c *Config) nodeTests(dir string) ([]string, error) {
	var named, all []string
	err := fs.WalkDir(os.DirFS(c.Dir), path.Clean(dir), func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "node_modules":
			return fs.SkipDir
		case !d.Type().IsRegular() || !slices.Contains([]string{".js", ".cjs", ".mjs"}, path.Ext(name)):
			return nil
		}
		all = append(all, name)
		if nodeTestName.MatchString(d.Name()) {
			named = append(named, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("entry point %q cannot be read", dir)
	}
	if len(named) > 0 {
		all = named
	}
	if len(all) == 0 {
		return nil, errors.New("entry point " + dir + " has no test files")
	}
	return all, nil
}
