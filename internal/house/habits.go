package house

import (
	"go/ast"
	"path"
	"strings"
)

const maxLines = 400

// checkHabits checks the rules for single files.
func (t *Tree) checkHabits() []Violation {
	var vs []Violation
	for _, f := range t.files {
		if f.lines > maxLines {
			vs = append(vs, violation(f.name, "has %d lines, at most %d are read with pleasure", f.lines, maxLines))
		}
		if f.hasInit() {
			vs = append(vs, violation(f.name, "has an init function: importing a package must do nothing"))
		}
		for _, imp := range f.imports {
			vs = append(vs, f.checkStandardImport(imp)...)
		}
	}
	return vs
}

func (f *goFile) hasInit() bool {
	for _, d := range f.syntax.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			return true
		}
	}
	return false
}

func (f *goFile) checkStandardImport(imp string) []Violation {
	switch {
	case f.test:
		return nil
	case within("testing", imp) && !strings.HasSuffix(path.Base(f.pkg), "test") && !within(testkit, f.pkg):
		return []Violation{violation(f.name, "imports %s: only _test files and *test packages do", imp)}
	case imp == "os/exec" && !matchesAny(mayExec(), f.pkg):
		return []Violation{violation(f.name, "imports os/exec: child processes go through a pack.Runner")}
	}
	return nil
}

// mayExec lists the packages that may start programs themselves.
func mayExec() []string {
	return list("internal/...", "envbuild/...", "examples/...", "registry/sqlregistry/pgtest")
}

// checkPackageDocs requires a package comment in every package.
func (t *Tree) checkPackageDocs() []Violation {
	documented := map[string]bool{}
	for _, f := range t.files {
		if f.test {
			continue
		}
		documented[f.pkg] = documented[f.pkg] || f.syntax.Doc != nil
	}
	var vs []Violation
	for pkg, ok := range documented {
		if !ok {
			vs = append(vs, violation(pkg, "the package has no doc comment"))
		}
	}
	return vs
}
