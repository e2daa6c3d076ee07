package pack_test

import (
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

var update = flag.Bool("update", false, "rewrite docs/findings.md")

const findingsHead = `# Findings

What loading and validation of a pack can find. The codes are stable. An error makes the pack invalid, a warning does not.

| code | severity | meaning |
|---|---|---|
`

func TestFindingsAreDocumented(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(findingsHead)
	for _, row := range pack.FindingCodes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", row.Code, row.Severity, row.Meaning)
	}
	if *update {
		if err := os.WriteFile("docs/findings.md", []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	doc, err := os.ReadFile("docs/findings.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.String(), string(doc)); diff != "" {
		t.Errorf("docs/findings.md is out of date; run go test -run TestFindingsAreDocumented -update . (-want +got):\n%s", diff)
	}
}

// TestFindingTableIsComplete compares the table with the constants.
func TestFindingTableIsComplete(t *testing.T) {
	t.Parallel()
	var table []string
	for _, row := range pack.FindingCodes() {
		table = append(table, string(row.Code))
	}
	f, err := parser.ParseFile(token.NewFileSet(), "finding_codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var constants []string
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "FindingCode" {
			code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Error(err)
			}
			constants = append(constants, code)
		}
		return true
	})
	if diff := cmp.Diff(constants, table); diff != "" {
		t.Errorf("constants and table differ (-constants +table):\n%s", diff)
	}
	if slices.Sort(table); len(slices.Compact(slices.Clone(table))) != len(table) {
		t.Error("a code is in the table twice")
	}
}

func TestFindingsErr(t *testing.T) {
	t.Parallel()
	limit := &pack.LimitError{Limit: "size", Max: 1, Value: 2}
	warning := pack.Finding{Code: "a.b", Severity: pack.SeverityWarning, File: "f", Message: "odd"}
	broken := pack.Finding{Code: "c.d", Severity: pack.SeverityError, File: "f", Line: 3, Message: "bad"}
	passed := pack.Finding{Code: "e.f", Severity: pack.SeverityError, File: "f", Message: "much", Err: limit}

	if err := (pack.Findings{warning}).Err(); err != nil {
		t.Errorf("warnings make an error: %v", err)
	}
	err := pack.Findings{warning, broken, passed}.Err()
	if len(pack.InvalidFindings(err)) != 2 {
		t.Fatalf("got %v", err)
	}
	if want := "f:3: bad (c.d), and 1 more"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if !errors.Is(err, pack.ErrInvalid) || !errors.Is(err, pack.ErrLimit) {
		t.Errorf("%v does not match what it holds", err)
	}
	if got := pack.CodeOf(err); got != pack.CodeInvalidManifest {
		t.Errorf("got code %s", got)
	}
	odd := pack.Finding{Code: "a.b", File: "a\x1b[31m", Message: "m"}
	if got, want := odd.String(), `"a\x1b[31m": m (a.b)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	err = pack.Findings{passed}.Err()
	if pack.CodeOf(err) != pack.CodeLimitExceeded || err.Error() != "f: much (e.f)" {
		t.Errorf("got %v with code %s", err, pack.CodeOf(err))
	}
}
