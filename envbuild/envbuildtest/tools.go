package envbuildtest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/packtrain/pack"
)

// The versions that Tools claim to have.
const (
	PythonVersion = "3.11.7"
	PipVersion    = "23.2.1"
	NodeVersion   = "20.20.2"
	NPMVersion    = "11.19.1"
)

// Tools are a [pack.Runner] that stands in for Python, pip, Node.js and npm. It starts
// no process: it writes the files that they would write, with version 1.0.0 of every
// package that is asked for, and exits with status 0. It is safe for concurrent use.
type Tools struct {
	// OnRun, when not nil, is called first for every command. If it returns nil
	// and nil, the command is imitated.
	OnRun func(ctx context.Context, c pack.Command) (*pack.Result, error)

	dir      string
	mu       sync.Mutex
	commands []pack.Command
}

var _ pack.Runner = (*Tools)(nil)

// NewTools creates, below dir, the files of the programs that Tools imitate.
func NewTools(dir string) (*Tools, error) {
	files := map[string]string{
		"bin/python3":                         "",
		"bin/node":                            "",
		"lib/node_modules/npm/package.json":   fmt.Sprintf(`{"name": "npm", "version": %q}`, NPMVersion),
		"lib/node_modules/npm/bin/npm-cli.js": "",
	}
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			return nil, err
		}
	}
	// Interpreters are known by their paths without links.
	real, err := filepath.EvalSymlinks(dir)
	return &Tools{dir: real}, err
}

// SearchPath lists the directories of the programs, for the Config of a builder.
func (t *Tools) SearchPath() []string { return []string{filepath.Join(t.dir, "bin")} }

// Commands returns the commands run so far, in order.
func (t *Tools) Commands() []pack.Command {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.commands)
}

// Run implements [pack.Runner].
func (t *Tools) Run(ctx context.Context, c pack.Command) (pack.Result, error) {
	t.mu.Lock()
	t.commands = append(t.commands, c)
	t.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return pack.Result{ExitCode: -1}, err
	}
	if t.OnRun != nil {
		res, err := t.OnRun(ctx, c)
		if res != nil {
			return *res, err
		}
		if err != nil {
			return pack.Result{ExitCode: -1}, err
		}
	}
	return outcome(t.imitate(c)), nil
}

// outcome is how a program would end.
func outcome(out []byte, err error) pack.Result {
	if err != nil {
		return pack.Result{ExitCode: 1, Stderr: []byte(err.Error())}
	}
	return pack.Result{Stdout: out}
}

// imitate has the effects of the program, and returns its output.
func (t *Tools) imitate(c pack.Command) ([]byte, error) {
	args := strings.Join(c.Args, " ")
	inPlace := filepath.Dir(c.Path) == filepath.Join(t.dir, "bin")
	switch {
	case !inPlace: // a check of what was built
		return nil, nil
	case strings.Contains(args, "-m venv"):
		return nil, virtualenv(c.Path, c.Args[len(c.Args)-1])
	case strings.Contains(args, "-m pip"):
		return nil, pipInstall(filepath.Dir(filepath.Dir(after(c.Args, "--python"))), after(c.Args, "--requirement"))
	case strings.Contains(args, "npm-cli.js"):
		return nil, npmInstall(c.Dir)
	case filepath.Base(c.Path) == "node":
		return identity(c.Path, NodeVersion, "v"+NodeVersion, "")
	}
	return identity(c.Path, PythonVersion, "Python "+PythonVersion, PipVersion)
}

// identity is the response of an interpreter to a query of its identity.
func identity(path, version, printed, pip string) ([]byte, error) {
	return json.Marshal(map[string]string{"path": path, "version": version, "printed": printed, "build": "imitation", "pip": pip})
}

func after(args []string, option string) string {
	if i := slices.Index(args, option); i >= 0 && i+1 < len(args) {
		return args[i+1]
	}
	return ""
}

func virtualenv(python, dir string) error {
	for _, sub := range []string{"bin", sitePackages} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	return os.Symlink(python, filepath.Join(dir, "bin", "python"))
}

const sitePackages = "lib/python3.11/site-packages"

func pipInstall(env, requirements string) error {
	text, err := os.ReadFile(requirements)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if end := strings.IndexAny(name, "[<>=!~"); end >= 0 {
			name = name[:end]
		}
		if name == "" || strings.HasPrefix(name, "-") {
			continue
		}
		info := filepath.Join(env, sitePackages, name+"-1.0.0.dist-info")
		if err := os.MkdirAll(info, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(info, "RECORD"), []byte(filepath.Base(info)+"/RECORD,,\n"), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func npmInstall(dir string) error {
	var manifest struct{ Dependencies map[string]string }
	text, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err == nil {
		err = json.Unmarshal(text, &manifest)
	}
	if err != nil {
		return err
	}
	packages := map[string]any{}
	for name := range manifest.Dependencies {
		packages["node_modules/"+name] = map[string]string{"version": "1.0.0", "integrity": "sha512-AAAA"}
		place := filepath.Join(dir, "node_modules", filepath.FromSlash(name))
		if err := os.MkdirAll(place, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(place, "package.json"), []byte(`{"version": "1.0.0"}`), 0o644); err != nil {
			return err
		}
	}
	lock, err := json.Marshal(map[string]any{"lockfileVersion": 3, "packages": packages})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "node_modules", ".package-lock.json"), lock, 0o644)
}
