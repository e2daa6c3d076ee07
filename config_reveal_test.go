package pack_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRevealHasFewCallers lists the functions that can return the secret values of
// configurations, with those that call them: what records configurations, what runs
// actions, and what a user asks for with --show-secrets, here and through a server.
func TestRevealHasFewCallers(t *testing.T) {
	t.Parallel()
	want := []string{
		"examples/actionrun/config.go: deliverConfig calls Reveal",
		"examples/actionrun/prepare.go: Prepare calls RevealConfig",
		"examples/packctl/config.go: showConfig calls RevealConfig",
		"examples/packctl/config.go: showConfig calls RevealConfiguration",
		"examples/packd/api/configure.go: readConfig calls RevealConfig",
		"examples/packd/api/configure.go: readConfig calls RevealConfiguration",
		"examples/packd/wire/configuration.go: RevealConfiguration calls Reveal",
		"registry/configuration.go: EncodeConfiguration calls Reveal",
		"registry/configuration.go: planConfiguration calls EncodeConfiguration",
		"registry/configuration.go: planMarks calls EncodeConfiguration",
		"registry/configure.go: Config calls RevealConfig",
		"registry/registrytest/cases_config.go: wantConfiguration calls Reveal",
		"registry/sqlregistry/configuration.go: writeConfiguration calls EncodeConfiguration",
	}
	if diff := cmp.Diff(want, revealers(t)); diff != "" {
		t.Error(diff)
	}
}

// revealers lists the uses of functions that return secret values, in all programs.
func revealers(t *testing.T) []string {
	t.Helper()
	revealing := []string{"Reveal", "RevealConfig", "RevealConfiguration", "EncodeConfiguration"}
	var found []string
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && slices.Contains(revealing, id.Name) {
					found = append(found, name+": "+fn.Name.Name+" calls "+id.Name)
				}
				return true
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return slices.Compact(found)
}
