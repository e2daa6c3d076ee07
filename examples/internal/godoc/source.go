package godoc

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// A source is what the files of a package say.
type source struct {
	types  map[string]*ast.TypeSpec
	docs   map[string]string  // of types
	values map[string][]value // constants by the names of their types
	consts map[string]string  // the values of text by the names of their constants

	imports map[string]string // paths by the last parts of them
}

type value struct{ name, text, doc string }

// of returns a package; one of another module, such as "time", says nothing.
func (s *Sources) of(pkg string) (*source, error) {
	if src := s.packages[pkg]; src != nil {
		return src, nil
	}
	src := &source{types: map[string]*ast.TypeSpec{}, docs: map[string]string{}, values: map[string][]value{}, consts: map[string]string{}, imports: map[string]string{}}
	s.packages[pkg] = src
	module := ""
	for m := range s.modules {
		if (pkg == m || strings.HasPrefix(pkg, m+"/")) && len(m) > len(module) {
			module = m
		}
	}
	if module == "" {
		return src, nil
	}
	dir := filepath.Join(s.modules[module], filepath.FromSlash(strings.TrimPrefix(pkg, module)))
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		src.add(file)
	}
	return src, nil
}

func (src *source) add(file *ast.File) {
	for _, i := range file.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil {
			src.imports[path.Base(p)] = p
		}
	}
	for _, d := range file.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				src.types[spec.Name.Name] = spec
				src.docs[spec.Name.Name] = cmp.Or(spec.Doc.Text(), group.Doc.Text())
			case *ast.ValueSpec:
				src.addConstant(spec)
			}
		}
	}
}

func (src *source) addConstant(spec *ast.ValueSpec) {
	for i, name := range spec.Names {
		if i >= len(spec.Values) {
			return
		}
		literal, ok := spec.Values[i].(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			continue
		}
		src.consts[name.Name] = text
		if typ, ok := spec.Type.(*ast.Ident); ok {
			src.values[typ.Name] = append(src.values[typ.Name], value{name.Name, text, cmp.Or(spec.Doc.Text(), spec.Comment.Text())})
		}
	}
}
