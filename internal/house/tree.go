package house

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// modulePath is the path of the root module; those of nested modules continue it.
const modulePath = "github.com/packtrain/pack"

// A Tree is the source tree of all modules.
type Tree struct {
	modules []*module
	files   []*goFile
	texts   []text
	fset    *token.FileSet
}

// A Violation is a rule broken at a place.
type Violation struct {
	Place   string // a file, with its line where there is one
	Message string // what is wrong and why the rule exists
}

// String returns "place: message".
func (v Violation) String() string { return v.Place + ": " + v.Message }

func violation(place, format string, args ...any) Violation {
	return Violation{Place: place, Message: fmt.Sprintf(format, args...)}
}

// goFile is one parsed Go file.
type goFile struct {
	name    string // relative to the tree
	mod     *module
	pkg     string // directory relative to the tree, "." for the root
	test    bool   // a _test.go file
	lines   int
	imports []string
	syntax  *ast.File
}

// text is a file with text for readers.
type text struct {
	name    string
	content []byte
}

// Load reads all modules below the root of fsys: Go files outside of testdata
// directories are parsed, other files are kept as text. Hidden directories but
// .ci and .github, and bin and node_modules, are left out.
func Load(fsys fs.FS) (*Tree, error) {
	t := &Tree{fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipped(name):
			return fs.SkipDir
		case !d.Type().IsRegular() || d.Name() == ".git": // a file in worktrees
			return nil
		}
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		return t.add(name, content)
	})
	if err != nil {
		return nil, fmt.Errorf("load source tree: %w", err)
	}
	t.assign()
	return t, nil
}

func skipped(dir string) bool {
	base := path.Base(dir)
	switch base {
	case ".", ".ci", ".github":
		return false
	case "bin", "node_modules":
		return true
	}
	return strings.HasPrefix(base, ".")
}

func (t *Tree) add(name string, content []byte) error {
	if bytes.IndexByte(content, 0) < 0 {
		t.texts = append(t.texts, text{name, content})
	}
	switch {
	case path.Base(name) == "go.mod":
		m, err := parseModule(path.Dir(name), string(content))
		if err != nil {
			return err
		}
		t.modules = append(t.modules, m)
	case path.Ext(name) == ".go" && !slices.Contains(strings.Split(name, "/"), "testdata"):
		f, err := parseFile(t.fset, name, content)
		if err != nil {
			return err
		}
		t.files = append(t.files, f)
	}
	return nil
}

func parseFile(fset *token.FileSet, name string, content []byte) (*goFile, error) {
	syntax, err := parser.ParseFile(fset, name, content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	f := &goFile{
		name: name, pkg: path.Dir(name), syntax: syntax,
		test:  strings.HasSuffix(name, "_test.go"),
		lines: bytes.Count(content, []byte("\n")),
	}
	for _, spec := range syntax.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: import %s: %w", name, spec.Path.Value, err)
		}
		f.imports = append(f.imports, p)
	}
	return f, nil
}

// assign finds the module of each file: the one of the deepest directory.
func (t *Tree) assign() {
	for _, f := range t.files {
		for _, m := range t.modules {
			if within(m.dir, f.pkg) && (f.mod == nil || len(m.dir) > len(f.mod.dir) || f.mod.dir == ".") {
				f.mod = m
			}
		}
	}
}

// within reports whether dir is parent or lies below it.
func within(parent, dir string) bool {
	return parent == "." || dir == parent || strings.HasPrefix(dir, parent+"/")
}

// ours returns the package of ours that an import path names, as a directory
// of the tree; "" for a third-party package.
func ours(importPath string) string {
	if importPath == modulePath {
		return "."
	}
	dir, ok := strings.CutPrefix(importPath, modulePath+"/")
	if !ok {
		return ""
	}
	return dir
}

// standard reports whether an import path is one of the standard library.
func standard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

// Check returns all violations of all rules by place, none when the tree is
// clean.
func (t *Tree) Check() []Violation {
	vs := slices.Concat(
		t.checkImports(), t.checkForeignImports(), t.checkModules(), t.checkFloors(),
		t.checkHabits(), t.checkPackageDocs(), t.checkTexts(), t.checkEnglish(), t.checkMessages(), t.checkInterfaces(), t.checkReports(), t.checkVocabulary(),
	)
	slices.SortStableFunc(vs, func(a, b Violation) int { return strings.Compare(a.Place, b.Place) })
	return vs
}
