package house

import "slices"

// testkit holds the internal packages that serve tests alone.
const testkit = "internal/testkit"

// checkImports applies the table of rooms to every import of this module.
func (t *Tree) checkImports() []Violation {
	var vs []Violation
	leaves := t.leaves()
	for _, f := range t.files {
		r := roomOf(f.pkg)
		if r == nil {
			vs = append(vs, violation(f.name, "package %s is in no room of the house: add a row, or move it", f.pkg))
			continue
		}
		for _, imp := range f.imports {
			if to := ours(imp); to != "" && to != f.pkg {
				vs = append(vs, f.checkImport(r, to, leaves)...)
			}
		}
	}
	return vs
}

func (f *goFile) checkImport(r *room, to string, leaves []string) []Violation {
	var vs []Violation
	if !matchesAny(r.may, to) && (!f.test || !matchesAny(r.tests, to)) {
		vs = append(vs, violation(f.name, "imports %s: %s", to, r.why))
	}
	if !f.test && within(testkit, to) && !within(testkit, f.pkg) {
		vs = append(vs, violation(f.name, "imports %s: only _test files do", to))
	}
	if !f.test && to == "." && slices.Contains(leaves, f.pkg) {
		vs = append(vs, violation(f.name, "imports the root package, which imports %s: it has to be a leaf", f.pkg))
	}
	return vs
}

// leaves returns the internal packages that the root package imports.
func (t *Tree) leaves() []string {
	var pkgs []string
	for _, f := range t.files {
		if f.pkg != "." || f.test {
			continue
		}
		for _, imp := range f.imports {
			if to := ours(imp); within("internal", to) {
				pkgs = append(pkgs, to)
			}
		}
	}
	return pkgs
}
