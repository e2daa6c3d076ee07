// Package interp finds interpreters of Python, of Node.js and of described runtimes, and
// the tools that install packages for them, and queries the identity of each.
//
// Finding starts no process: it lists the directories of the search path, and the versions
// of the version managers whose shims are there (pyenv, nodenv, asdf, mise). Asking starts
// a program once: its answer is recorded on disk as long as its file stays the same. The
// answer of a program that stands for another one, such as an unknown shim, is not
// recorded, because it may stand for a third one at any time.
package interp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/packtrain/pack"
)

// A Program is an interpreter or a tool with its identity.
type Program struct {
	// Path is the absolute path of the program itself, not of a link or shim.
	Path string `json:"path"`
	// Version is the bare version, such as "3.11.7"; Printed is how the
	// program prints it, such as "Python 3.11.7".
	Version string `json:"version"`
	Printed string `json:"printed"`
	// Build distinguishes builds of one version.
	Build string `json:"build"`
	// Pip is the version of an interpreter's own pip, "" when it has none.
	Pip string `json:"pip,omitempty"`
}

// A Finder looks for programs. Its fields are not changed once it is in use;
// then it is safe for concurrent use.
type Finder struct {
	// Runner starts the programs that are asked.
	Runner pack.Runner
	// Search lists directories, and paths of single programs, in order of
	// preference.
	Search []string
	// Cache is the directory where answers are remembered. It is made when
	// needed; answers that cannot be written there are not remembered.
	Cache string
	// OnSilence, if not nil, is called for each program that did not say what it is, at
	// any time during a search, concurrently.
	OnSilence func(path, why string)
	// ReadOnly uses cached answers but does not add to the cache.
	ReadOnly bool
}

// A kind is a kind of program, and how to ask one.
type kind struct {
	names *regexp.Regexp
	args  []string
	parse func(path string, out []byte) (Program, error)
	// exit is the status with which the answer comes, and question distinguishes the answers
	// of programs that are asked in several ways; "" for one way.
	exit     int
	question string
}

var (
	pythonNames = regexp.MustCompile(`^python(?:3(?:\.[0-9]+)?)?(?:\.exe)?$`)
	nodeNames   = regexp.MustCompile(`^node(?:js)?(?:\.exe)?$`)
	uvNames     = regexp.MustCompile(`^uv(?:\.exe)?$`)
)

const (
	pythonQuestion = `import json, os, platform, sys, sysconfig
try:
    import pip
    pip = pip.__version__
except Exception:
    pip = ""
version = platform.python_version()
print(json.dumps({
    "path": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "version": version, "printed": "Python " + version, "pip": pip,
    "build": " ".join([sys.version, sys.implementation.name, sysconfig.get_platform()]),
}))`
	nodeQuestion = `const p = process
console.log(JSON.stringify({
    path: require("fs").realpathSync(p.execPath),
    version: p.version.slice(1), printed: p.version,
    build: [p.version, p.platform, p.arch, p.versions.modules, p.versions.v8].join(" "),
}))`
)

// Pythons returns the Python 3 interpreters, each once, in order of preference.
func (f *Finder) Pythons(ctx context.Context) ([]Program, error) {
	return f.find(ctx, kind{names: pythonNames, args: []string{"-I", "-B", "-c", pythonQuestion}, parse: parseAnswer})
}

// Nodes returns the Node.js interpreters, each once, in order of preference.
func (f *Finder) Nodes(ctx context.Context) ([]Program, error) {
	return f.find(ctx, kind{names: nodeNames, args: []string{"-e", nodeQuestion}, parse: parseAnswer})
}

// UV returns the uv tools, each once, in order of preference.
func (f *Finder) UV(ctx context.Context) ([]Program, error) {
	return f.find(ctx, kind{names: uvNames, args: []string{"--version"}, parse: parseUV})
}

func parseAnswer(_ string, out []byte) (Program, error) {
	var p Program
	if err := json.Unmarshal(out, &p); err != nil {
		return Program{}, fmt.Errorf("answer %.100q: %w", out, err)
	}
	if !filepath.IsAbs(p.Path) || p.Version == "" {
		return Program{}, fmt.Errorf("answer %.100q: no path or no version", out)
	}
	return p, nil
}

func parseUV(path string, out []byte) (Program, error) {
	printed := strings.TrimSpace(string(out))
	fields := strings.Fields(printed)
	if len(fields) < 2 || fields[0] != "uv" {
		return Program{}, fmt.Errorf("answer %.100q: want %q and a version", out, "uv")
	}
	return Program{Path: path, Version: fields[1], Printed: printed, Build: printed}, nil
}

// find asks the candidates, some at a time. Those that do not answer are passed
// over; only the end of ctx is an error.
func (f *Finder) find(ctx context.Context, k kind) ([]Program, error) {
	candidates := f.candidates(k.names)
	found := make([]Program, len(candidates))
	var group errgroup.Group
	group.SetLimit(4)
	for i, path := range candidates {
		group.Go(func() error {
			found[i] = f.ask(ctx, k, path)
			return nil
		})
	}
	if err := errors.Join(group.Wait(), ctx.Err()); err != nil {
		return nil, fmt.Errorf("look for programs: %w", err)
	}
	return unique(found), nil
}

// unique returns the programs without duplicates, by path.
func unique(found []Program) []Program {
	var programs []Program
	for _, p := range found {
		known := slices.ContainsFunc(programs, func(q Program) bool { return q.Path == p.Path })
		if p.Path != "" && !known {
			programs = append(programs, p)
		}
	}
	return programs
}

// candidates returns the files that could be such programs, each once, however
// many links lead to it.
func (f *Finder) candidates(names *regexp.Regexp) []string {
	var paths []string
	for _, entry := range f.Search {
		for _, path := range programs(entry, names) {
			for _, path := range real(path, names) {
				if isProgram(path) && !slices.Contains(paths, path) {
					paths = append(paths, path)
				}
			}
		}
	}
	return paths
}

// real returns the programs that a path stands for, without links.
func real(path string, names *regexp.Regexp) []string {
	m, ok := managerOf(path)
	if !ok {
		return []string{resolve(path, names)}
	}
	var paths []string
	for _, p := range m.programs(filepath.Base(path)) {
		paths = append(paths, resolve(p, names))
	}
	return paths
}

// resolve follows links, unless they lead to a program of another kind: some
// version managers link every name to themselves and go by the name they were
// started with.
func resolve(path string, names *regexp.Regexp) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil || !names.MatchString(filepath.Base(real)) {
		return path
	}
	return real
}

// programs returns the paths that entry, a directory or a program, stands for.
func programs(entry string, names *regexp.Regexp) []string {
	if names.MatchString(filepath.Base(entry)) && isProgram(entry) {
		return []string{entry}
	}
	files, err := os.ReadDir(entry)
	if err != nil {
		return nil // search paths name what is not there
	}
	var paths []string
	for _, file := range files {
		if names.MatchString(file.Name()) {
			paths = append(paths, filepath.Join(entry, file.Name()))
		}
	}
	// Short names first: they are what the user means by default.
	slices.SortStableFunc(paths, func(a, b string) int { return len(a) - len(b) })
	return paths
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (info.Mode()&0o111 != 0 || filepath.Ext(path) == ".exe")
}
