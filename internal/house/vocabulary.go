package house

import (
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strconv"
)

// maxWords is how many names the root package may export. Methods do not count, nor
// do the constants of the types in openLists.
const maxWords = 150

// openLists are the types whose constants are a list that only grows, and that hosts
// compare with what they get.
func openLists() []string { return list("Code", "Stage", "EventKind") }

// A rootName is a name that the root package exports.
type rootName struct {
	file string
	kind token.Token
	// says holds the names in the exported part of its declaration, methods
	// included: those are reached through it.
	says map[string]bool
}

// checkVocabulary bounds the vocabulary of the root package, and requires a user of
// each word: code outside that names it or, for a type, a word with a user whose
// exported declaration mentions it. A word without a user is a promise that is never
// tried.
func (t *Tree) checkVocabulary() []Violation {
	words := t.words()
	used := t.wordsNamedOutside()
	var reach func(name string)
	seen := map[string]bool{}
	reach = func(name string) {
		w := words[name]
		if w == nil || seen[name] {
			return
		}
		seen[name] = true
		for other := range w.says {
			if o := words[other]; o != nil && o.kind == token.TYPE {
				reach(other)
			}
		}
	}
	for name := range used {
		reach(name)
	}
	var vs []Violation
	for _, name := range slices.Sorted(maps.Keys(words)) {
		if !seen[name] {
			vs = append(vs, violation(words[name].file, "%s has no user outside the root package: remove it, or do not export it", name))
		}
	}
	if n := len(words); n > maxWords {
		vs = append(vs, violation(".", "exports %d names, at most %d make a vocabulary: move those that one room uses there", n, maxWords))
	}
	return vs
}

// words returns the names that the root package exports.
func (t *Tree) words() map[string]*rootName {
	words := map[string]*rootName{}
	for _, f := range t.files {
		if f.pkg != "." || f.test {
			continue
		}
		for _, d := range f.syntax.Decls {
			switch d := d.(type) {
			case *ast.GenDecl:
				f.addWords(words, d)
			case *ast.FuncDecl:
				if d.Recv == nil {
					words[d.Name.Name] = &rootName{file: f.name, kind: token.FUNC, says: saidBy(d.Type)}
				}
			}
		}
	}
	t.addMethods(words)
	maps.DeleteFunc(words, func(name string, _ *rootName) bool { return !ast.IsExported(name) })
	return words
}

func (f *goFile) addWords(words map[string]*rootName, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			words[s.Name.Name] = &rootName{file: f.name, kind: d.Tok, says: saidBy(s.Type)}
		case *ast.ValueSpec:
			if typ, ok := s.Type.(*ast.Ident); ok && d.Tok == token.CONST && slices.Contains(openLists(), typ.Name) {
				continue
			}
			for _, name := range s.Names {
				words[name.Name] = &rootName{file: f.name, kind: d.Tok, says: saidBy(s.Type)}
			}
		}
	}
}

// addMethods adds what the signatures of exported methods say to their types.
func (t *Tree) addMethods(words map[string]*rootName) {
	for _, f := range t.files {
		if f.pkg != "." || f.test {
			continue
		}
		for _, d := range f.syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || !fn.Name.IsExported() {
				continue
			}
			for receiver := range saidBy(fn.Recv.List[0].Type) {
				if w := words[receiver]; w != nil {
					maps.Copy(w.says, saidBy(fn.Type))
				}
			}
		}
	}
}

// saidBy returns the names in a type expression, without those of fields that are
// not exported.
func saidBy(typ ast.Node) map[string]bool {
	names := map[string]bool{}
	if typ == nil {
		return names
	}
	ast.Inspect(typ, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			names[n.Name] = true
		case *ast.StructType:
			for _, field := range n.Fields.List {
				if len(field.Names) == 0 || slices.ContainsFunc(field.Names, (*ast.Ident).IsExported) {
					maps.Copy(names, saidBy(field.Type))
				}
			}
			return false
		}
		return true
	})
	return names
}

// wordsNamedOutside returns what code outside of the root package, and no test,
// names of it.
func (t *Tree) wordsNamedOutside() map[string]bool {
	used := map[string]bool{}
	for _, f := range t.files {
		root := f.nameOfRoot()
		if f.test || f.pkg == "." || root == "" {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == root {
					used[s.Sel.Name] = true
				}
			}
			return true
		})
	}
	return used
}

// nameOfRoot returns the name under which f imports the root package, "" when it
// does not.
func (f *goFile) nameOfRoot() string {
	for _, spec := range f.syntax.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err != nil || p != modulePath {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return "pack"
	}
	return ""
}
