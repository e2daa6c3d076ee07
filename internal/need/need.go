// Package need infers which runtimes a pack needs, from what its own files say.
package need

import (
	"errors"
	"io/fs"
	"slices"

	"github.com/packtrain/pack"
)

// Runtimes are the runtimes a pack needs; nil where it needs none.
type Runtimes struct {
	Python, Node *Runtime
}

// A Runtime is the need of one runtime.
type Runtime struct {
	// Ranges are the version ranges asked for, as written, each once. All of
	// them have to hold; none means that any version will do.
	Ranges []string
	// File lists the packages to install, relative to the pack; "" for none.
	File string
}

// The files that list a pack's packages.
const (
	RequirementsFile = "requirements.txt"
	PackageFile      = "package.json"
)

// Of infers the needs of p, whose files are fsys. What it goes by: the manifest
// (its runtime_deps and the version ranges of its dependencies), the files that
// list packages, and the components' runners and runtime versions. The pack's
// meta is never looked at: in real packs it contradicts requirements.txt.
func Of(p *pack.Pack, fsys fs.FS) (Runtimes, error) {
	var n collector
	n.manifest(&p.Manifest)
	n.components(p.Components)
	err := errors.Join(
		n.file(fsys, pack.RuntimePython, RequirementsFile),
		n.file(fsys, pack.RuntimeNode, PackageFile),
	)
	return Runtimes(n), err
}

type collector Runtimes

// add notes that runtime is needed, in a version of the given range. Runtimes
// that need no environment are passed over.
func (n *collector) add(runtime, versions string) *Runtime {
	var r **Runtime
	switch runtime {
	case pack.RuntimePython:
		r = &n.Python
	case pack.RuntimeNode:
		r = &n.Node
	default:
		return nil
	}
	if *r == nil {
		*r = new(Runtime)
	}
	if versions != "" && !slices.Contains((*r).Ranges, versions) {
		(*r).Ranges = append((*r).Ranges, versions)
	}
	return *r
}

func (n *collector) manifest(m *pack.Manifest) {
	if m.PythonVersion != "" {
		n.add(pack.RuntimePython, m.PythonVersion)
	}
	if m.NodeVersion != "" {
		n.add(pack.RuntimeNode, m.NodeVersion)
	}
	for _, d := range m.RuntimeDeps {
		n.add(d.Runtime, d.Range)
	}
}

func (n *collector) components(components []pack.Component) {
	for _, c := range components {
		switch {
		case c.Action != nil:
			n.add(runtimeOf(c.Action.Runner), c.Action.RuntimeVersion)
		case c.Sensor != nil:
			n.add(runtimeOf(c.Sensor.Runner), c.Sensor.RuntimeVersion)
		}
	}
}

// runtimeOf returns the runtime that a runner_type stands for, "" for those
// that need no environment.
func runtimeOf(runner string) string {
	switch runner {
	case "python", "python3", "python-script", "run-python":
		return pack.RuntimePython
	case "nodejs", "node", "node.js":
		return pack.RuntimeNode
	}
	return ""
}

func (n *collector) file(fsys fs.FS, runtime, name string) error {
	info, err := fs.Stat(fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return pack.Errorf(pack.CodeIO, "look for %s: %w", name, err)
	case info.Mode().IsRegular():
		n.add(runtime, "").File = name
	}
	return nil
}
