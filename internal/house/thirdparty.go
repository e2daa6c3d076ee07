package house

import "slices"

// toolsModule holds the programs that check this repository. Nothing of ours
// imports it and no host ever sees it, so its requirements need no reasons.
const toolsModule = "internal/tools"

// checkModules compares what each go.mod requires with the rows that admit it.
func (t *Tree) checkModules() []Violation {
	var vs []Violation
	for _, m := range t.modules {
		if m.dir == toolsModule {
			continue
		}
		for _, r := range m.requirements {
			if ours(r.path) == "" && m.admits(r.path) == nil {
				vs = append(vs, violation(m.file(), "requires %s, which no row admits: say why it is worth its weight, or do without", r.path))
			}
		}
		if m.blocks["tool"] {
			vs = append(vs, violation(m.file(), "has a tool line: hosts would inherit what only we need"))
		}
		if m.dir == "." && m.blocks["replace"] {
			vs = append(vs, violation(m.file(), "has a replace line: hosts would not see it and build something else"))
		}
	}
	return vs
}

// Unused returns a violation for each row that admits a module which no go.mod
// requires.
func (t *Tree) Unused() []Violation {
	var vs []Violation
	for _, m := range t.modules {
		for _, a := range allowedIn(m.dir) {
			if !m.requires(a.path) {
				vs = append(vs, violation(m.file(), "does not require %s, which a row admits: remove the row", a.path))
			}
		}
	}
	for _, a := range allowedEverywhere() {
		if !slices.ContainsFunc(t.modules, func(m *module) bool { return m.dir != toolsModule && m.requires(a.path) }) {
			vs = append(vs, violation("internal/house/allowed.go", "admits %s, which no module requires: remove the row", a.path))
		}
	}
	return vs
}

func (m *module) requires(path string) bool {
	return slices.ContainsFunc(m.requirements, func(r requirement) bool { return r.path == path })
}

// admits returns the row that admits a module, or a package of one, in m.
func (m *module) admits(path string) *allowed {
	for _, a := range append(allowedIn(m.dir), allowedEverywhere()...) {
		if within(a.path, path) {
			return &a
		}
	}
	return nil
}

// checkForeignImports checks who imports third-party packages. The rows give a
// plug-in at most one module, beside those of golang.org/x.
func (t *Tree) checkForeignImports() []Violation {
	var vs []Violation
	for _, f := range t.files {
		for _, imp := range f.imports {
			if !standard(imp) && ours(imp) == "" {
				vs = append(vs, f.checkForeignImport(imp)...)
				vs = append(vs, f.checkGit(imp)...)
			}
		}
	}
	return vs
}

func (f *goFile) checkForeignImport(imp string) []Violation {
	row := f.mod.admits(imp)
	switch {
	case row == nil:
		return []Violation{violation(f.name, "imports %s, whose module no row admits", imp)}
	case !f.test && !matchesAny(row.in, f.pkg):
		return []Violation{violation(f.name, "imports %s, which is for %q: %s", imp, row.in, row.why)}
	}
	return nil
}

// checkGit admits go-git as a reader of the protocol and of objects only. Its
// porcelain and most transports start the git program, touch a work tree, or
// register themselves in a table of the whole process.
func (f *goFile) checkGit(imp string) []Violation {
	const (
		git       = "github.com/go-git/go-git/v5"
		transport = git + "/plumbing/transport"
	)
	switch {
	case f.test || !within(git, imp):
		return nil
	case within(transport+"/http", imp) || imp == transport:
		return nil
	case within(git+"/plumbing", imp) && !within(transport, imp):
		return nil
	case within(git+"/storage/memory", imp), within(git+"/storage/filesystem", imp):
		return nil
	}
	return []Violation{violation(f.name, "imports %s: go-git is used as a reader of the protocol and of objects only", imp)}
}
