package house

import (
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"path"
	"slices"
	"strings"
)

// A Graph holds the uses between parts of the library. Its nodes are the files of
// the root package and the folders beside them; examples, tests and packages
// that only tests use are left out.
type Graph struct {
	uses map[string]map[string]bool
}

// Graph returns the graph of the root module.
func (t *Tree) Graph() *Graph {
	g := &Graph{uses: map[string]map[string]bool{}}
	declared := t.declarations()
	t.addRoot(g, declared)
	for _, f := range t.files {
		if !f.test && f.pkg != "." && inGraph(f.pkg) {
			g.addFile(f, declared)
		}
	}
	return g
}

func inGraph(pkg string) bool {
	return !within("examples", pkg) && !within(testkit, pkg) && !within("internal/tools", pkg)
}

// Nodes returns the names of all nodes, sorted.
func (g *Graph) Nodes() []string { return slices.Sorted(maps.Keys(g.uses)) }

// Edges returns the number of edges.
func (g *Graph) Edges() int {
	n := 0
	for _, to := range g.uses {
		n += len(to)
	}
	return n
}

// String lists each node with those it uses, one node a line.
func (g *Graph) String() string {
	var b strings.Builder
	for _, from := range g.Nodes() {
		fmt.Fprintf(&b, "%s -> %s\n", from, strings.Join(slices.Sorted(maps.Keys(g.uses[from])), " "))
	}
	fmt.Fprintf(&b, "%d nodes, %d edges\n", len(g.uses), g.Edges())
	return b.String()
}

// Circle returns nodes each of which uses the next one, the last one the first;
// nil when there are none.
func (g *Graph) Circle() []string {
	done := map[string]bool{}
	for _, n := range g.Nodes() {
		if circle := g.circleFrom(n, nil, done); circle != nil {
			return circle
		}
	}
	return nil
}

func (g *Graph) circleFrom(n string, path []string, done map[string]bool) []string {
	if i := slices.Index(path, n); i >= 0 {
		return path[i:]
	}
	if done[n] {
		return nil
	}
	path = append(path, n)
	for _, to := range slices.Sorted(maps.Keys(g.uses[n])) {
		if circle := g.circleFrom(to, path, done); circle != nil {
			return circle
		}
	}
	done[n] = true
	return nil
}

func (g *Graph) add(from, to string) {
	if g.uses[from] == nil {
		g.uses[from] = map[string]bool{}
	}
	if to != "" && to != from {
		g.uses[from][to] = true
	}
}

// addFile adds the uses of a file of a folder: other folders by its imports, files
// of the root package by the names it takes from there.
func (g *Graph) addFile(f *goFile, declared map[string]string) {
	from := folder(f.pkg)
	g.add(from, "")
	for _, imp := range f.imports {
		if to := ours(imp); to != "" && to != "." && inGraph(to) {
			g.add(from, folder(to))
		}
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "pack" {
				g.add(from, declared[s.Sel.Name])
			}
		}
		return true
	})
}

func folder(pkg string) string {
	first, _, _ := strings.Cut(pkg, "/")
	return first + "/"
}

func (t *Tree) rootFiles() []*goFile {
	var files []*goFile
	for _, f := range t.files {
		if f.pkg == "." && !f.test {
			files = append(files, f)
		}
	}
	return files
}

// declarations returns, by its name, the file that declares each exported name of
// the root package.
func (t *Tree) declarations() map[string]string {
	declared := map[string]string{}
	for _, f := range t.rootFiles() {
		for _, d := range f.syntax.Decls {
			for _, name := range declaredBy(d) {
				declared[name] = path.Base(f.name)
			}
		}
	}
	return declared
}

func declaredBy(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
			case *ast.ValueSpec:
				for _, n := range spec.Names {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

// addRoot adds the uses between files of the root package, which requires type
// checking, but no imports.
func (t *Tree) addRoot(g *Graph, declared map[string]string) {
	files := t.rootFiles()
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Error: func(error) {}, Importer: nothing{}}
	var syntax []*ast.File
	for _, f := range files {
		syntax = append(syntax, f.syntax)
	}
	pkg, _ := config.Check(modulePath, t.fset, syntax, info) // imports are missing: errors are expected
	for _, f := range files {
		from := path.Base(f.name)
		g.add(from, "")
		for _, imp := range f.imports {
			if to := ours(imp); to != "" {
				g.add(from, folder(to))
			}
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if obj := info.Uses[id]; ok && obj != nil && obj.Pkg() == pkg && obj.Parent() == pkg.Scope() {
				g.add(from, declared[obj.Name()])
			}
			return true
		})
	}
}

// nothing is an importer that finds no package.
type nothing struct{}

// Import implements [types.Importer].
func (nothing) Import(string) (*types.Package, error) { return nil, fmt.Errorf("not imported") }
