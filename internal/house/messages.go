package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// checkMessages checks that no error names a field, a type or a function of ours as
// Go spells it: errors reach people who do not write Go. Suites talk to those who
// do.
func (t *Tree) checkMessages() []Violation {
	exported, makers := t.exportedNames(), t.errorMakers()
	var vs []Violation
	for _, f := range t.files {
		if f.test || strings.HasSuffix(path.Base(f.pkg), "test") || within(testkit, f.pkg) {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && makers[calledName(call)] {
				vs = append(vs, t.checkMessage(f, call, exported)...)
			}
			return true
		})
	}
	return vs
}

func (t *Tree) checkMessage(f *goFile, call *ast.CallExpr, exported map[string]bool) []Violation {
	var vs []Violation
	for _, arg := range call.Args {
		lit, ok := arg.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			continue
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil {
			continue
		}
		for _, word := range goWord.FindAllString(text, -1) {
			if exported[word] {
				line := t.fset.Position(lit.Pos()).Line
				vs = append(vs, violation(fmt.Sprintf("%s:%d", f.name, line), "an error says %s: say what it means, its readers do not write Go", word))
			}
		}
	}
	return vs
}

// goWord matches words that only Go spells like that.
var goWord = regexp.MustCompile(`\b[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*\b`)

func calledName(call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		if x, ok := fun.X.(*ast.Ident); ok && x.Name == "errors" {
			return "errors." + fun.Sel.Name
		}
		return fun.Sel.Name
	}
	return ""
}

// errorMakers returns the names of functions that make errors of a format.
func (t *Tree) errorMakers() map[string]bool {
	makers := map[string]bool{"Errorf": true, "errors.New": true}
	for _, f := range t.files {
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && takesFormat(fn.Type) {
				makers[fn.Name.Name] = true
			}
		}
	}
	return makers
}

// takesFormat reports whether a function ends with "format string, args ...any",
// and returns an error.
func takesFormat(fn *ast.FuncType) bool {
	if fn.Results == nil || len(fn.Results.List) != 1 || len(fn.Params.List) == 0 {
		return false
	}
	result, isName := fn.Results.List[0].Type.(*ast.Ident)
	_, isVariadic := fn.Params.List[len(fn.Params.List)-1].Type.(*ast.Ellipsis)
	return isVariadic && isName && result.Name == "error"
}

// exportedNames returns the exported names of all packages, fields included.
func (t *Tree) exportedNames() map[string]bool {
	names := map[string]bool{}
	for _, f := range t.files {
		if f.test {
			continue
		}
		for _, d := range f.syntax.Decls {
			for _, name := range declaredBy(d) {
				names[name] = ast.IsExported(name)
			}
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.StructType); ok {
				for _, field := range s.Fields.List {
					for _, name := range field.Names {
						names[name.Name] = name.IsExported()
					}
				}
			}
			return true
		})
	}
	return names
}
