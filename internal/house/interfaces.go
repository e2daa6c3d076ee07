package house

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// checkInterfaces requires a user of each exported interface of a public
// package: code, other than its declaration and tests, that names it. An unused
// interface is a promise that no code keeps true.
func (t *Tree) checkInterfaces() []Violation {
	named := t.names()
	var vs []Violation
	for _, f := range t.files {
		if f.test || !isPublic(f.pkg) {
			continue
		}
		for _, name := range f.interfaces() {
			if named[name] < 2 { // one is its declaration
				vs = append(vs, violation(f.name, "interface %s is named nowhere else: it has no user", name))
			}
		}
	}
	return vs
}

// isPublic reports whether hosts may import pkg.
func isPublic(pkg string) bool {
	return pkg == "." || !slices.Contains(strings.Split(pkg, "/"), "internal") && !within("examples", pkg)
}

// interfaces returns the exported interfaces that f declares.
func (f *goFile) interfaces() []string {
	var names []string
	for _, d := range f.syntax.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.TYPE {
			continue
		}
		for _, spec := range decl.Specs {
			s, _ := spec.(*ast.TypeSpec)
			if _, ok := s.Type.(*ast.InterfaceType); ok && s.Name.IsExported() {
				names = append(names, s.Name.Name)
			}
		}
	}
	return names
}

// names counts how often code, and no test, has each exported name.
func (t *Tree) names() map[string]int {
	count := map[string]int{}
	for _, f := range t.files {
		if f.test {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.IsExported() {
				count[id.Name]++
			}
			return true
		})
	}
	return count
}
