package pack

import (
	"errors"
	"io/fs"
	"slices"
)

// A RuntimeNeed is the need of one runtime that has environments.
type RuntimeNeed struct {
	Runtime RuntimeName `json:"runtime"`
	// Ranges are the version ranges asked for, as written, each once. All of
	// them have to hold; none means that any version will do.
	Ranges []string `json:"ranges"`
	// Manifest is the file that lists the packages to install, relative to the
	// pack; "" for none.
	Manifest string `json:"manifest"`
	// Reasons are where the pack says that it needs the runtime: a key of
	// pack.yaml or a file of the pack, each once.
	Reasons []string `json:"reasons"`
}

// RuntimeNeeds infers which runtimes the pack p, whose files are fsys, needs, in
// the order of the table of runtimes, those that are not built in last. It goes by pack.yaml (runtime_deps, and the version
// ranges of the dependencies), the files that list packages, and the runners,
// runtime versions and first lines of actions, sensors and tests. The pack's
// meta is never looked at: in real packs it contradicts requirements.txt.
//
// A component that cannot run at all adds no needs: [Load] and [Validate] report
// it. A file that exists but cannot be read is an error with [CodeIO], which
// comes with the needs found elsewhere.
func RuntimeNeeds(fsys fs.FS, p *Pack) ([]RuntimeNeed, error) {
	n := needs{fsys: fsys, table: p.table()}
	n.addPack(p)
	return n.list(), errors.Join(n.errs...)
}

// needs collects the requirements of a pack.
type needs struct {
	fsys  fs.FS
	table runtimeTable
	told  func(name RuntimeName, versions, reason string) // of each need, if not nil
	found []RuntimeNeed
	errs  []error
}

func (n *needs) addPack(p *Pack) {
	n.addManifest(&p.Manifest)
	n.addComponents(p.Components)
	if t := p.Manifest.Testing; t != nil && t.Enabled {
		n.addSuites(t.Suites(n.fsys))
	}
	n.addFiles()
}

// add notes that a runtime is needed, in versions of the given range.
func (n *needs) add(name RuntimeName, versions, reason string) *RuntimeNeed {
	if n.told != nil {
		n.told(name, versions, reason)
	}
	i := slices.IndexFunc(n.found, func(f RuntimeNeed) bool { return f.Runtime == name })
	if i < 0 {
		i, n.found = len(n.found), append(n.found, RuntimeNeed{Runtime: name, Ranges: []string{}, Reasons: []string{}})
	}
	need := &n.found[i]
	need.Ranges = appendNew(need.Ranges, versions)
	need.Reasons = appendNew(need.Reasons, reason)
	return need
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// list returns the needs of runtimes with environments, in the order of the
// table.
func (n *needs) list() []RuntimeNeed {
	var sorted []RuntimeNeed
	for _, r := range n.table {
		for _, need := range n.found {
			if need.Runtime == r.Name && r.HasEnvironments() {
				sorted = append(sorted, need)
			}
		}
	}
	return sorted
}

func (n *needs) addManifest(m *Manifest) {
	if m.PythonVersion != "" {
		n.add(RuntimePython, m.PythonVersion, "dependencies")
	}
	if m.NodeVersion != "" {
		n.add(RuntimeNode, m.NodeVersion, "dependencies")
	}
	for _, d := range m.RuntimeDeps {
		n.add(d.Runtime, d.Range, "runtime_deps")
	}
}

func (n *needs) addComponents(components []Component) {
	for i := range components {
		switch c := &components[i]; {
		case c.Action != nil:
			n.addScript(c.Action.EntryPoint, c.Action.Runner, c.Action.RuntimeVersion, c.File)
		case c.Sensor != nil:
			n.addScript(c.Sensor.EntryPoint, c.Sensor.Runner, c.Sensor.RuntimeVersion, c.File)
		}
	}
}

func (n *needs) addSuites(suites []Suite) {
	for _, s := range suites {
		if r, ok := RuntimeOfTestRunner(s.Type); ok {
			n.add(r.Name, "", s.Entry)
		} else if s.Type == suiteScript {
			n.addScript(s.Entry, s.Runner, "", s.Entry)
		}
	}
}

// addScript notes what a script needs. One that does not exist, or that nothing
// can start, needs nothing.
func (n *needs) addScript(file, runner, versions, reason string) {
	s, err := n.table.readScript(n.fsys, file, runner)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid), errors.Is(err, ErrInvalid):
	case err != nil:
		n.errs = append(n.errs, Errorf(CodeIO, "%s: %w", reason, err))
	default:
		n.add(s.Runtime, versions, reason)
	}
}

// addFiles notes the files that list packages. A file is a need of the first runtime that
// has it, and otherwise belongs to what is needed anyway.
func (n *needs) addFiles() {
	var taken []string
	for _, r := range n.table {
		others := slices.Contains(taken, r.Manifest)
		taken = append(taken, r.Manifest)
		if r.Manifest == "" || others && !slices.ContainsFunc(n.found, func(f RuntimeNeed) bool { return f.Runtime == r.Name }) {
			continue
		}
		info, err := fs.Stat(n.fsys, r.Manifest)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			n.errs = append(n.errs, Errorf(CodeIO, "look for %s: %w", r.Manifest, err))
		case info.Mode().IsRegular():
			n.add(r.Name, "", r.Manifest).Manifest = r.Manifest
		}
	}
}
