package house

import (
	"go/ast"
	"strings"
)

// checkReports refuses JSON tags in the reports of the library: a service gives
// them the shape of its wire.
func (t *Tree) checkReports() []Violation {
	var vs []Violation
	for _, f := range t.files {
		if f.test || !isPublic(f.pkg) {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && isTaggedReport(spec) {
				vs = append(vs, violation(f.name, "type %s has JSON tags: reports are Go values, and the examples turn them into JSON", spec.Name.Name))
			}
			return true
		})
	}
	return vs
}

func isTaggedReport(spec *ast.TypeSpec) bool {
	structure, ok := spec.Type.(*ast.StructType)
	if !ok || !spec.Name.IsExported() || !strings.HasSuffix(spec.Name.Name, "Report") {
		return false
	}
	for _, field := range structure.Fields.List {
		if field.Tag != nil && strings.Contains(field.Tag.Value, "json:") {
			return true
		}
	}
	return false
}
