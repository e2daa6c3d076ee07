package registrysource_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource"
)

// documented returns the index in the package documentation.
func documented(t *testing.T) string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(f.Doc.Text(), "one JSON document:\n\n")
	text, _, found := strings.Cut(text, "\n\n")
	if !found {
		t.Fatal("there is no index in doc.go")
	}
	return strings.ReplaceAll("\n"+text, "\n\t", "\n")[1:]
}

// TestDocumentedIndex reads the index in the documentation: all of it can be used, and
// the pins have the digests of the kinds that the text says.
func TestDocumentedIndex(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "index.json")
	if err := os.WriteFile(path, []byte(documented(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := registrysource.New(registrysource.Config{Indices: one(path)})
	if err != nil {
		t.Fatal(err)
	}
	if problems, err := problemsOf(t, s); err != nil || len(problems) > 0 {
		t.Errorf("got %v, %v", problems, err)
	}
	pins, err := s.Resolve(t.Context(), locator(t, "slack@^1"))
	if err != nil || len(pins) != 2 {
		t.Fatalf("got %+v, %v", pins, err)
	}
	archive, repository := pins[0], pins[1]
	if archive.Location != "https://files.example.com/slack-1.2.0.tar.gz" || archive.ArchiveDigest == "" || archive.DirectoryChecksum != "" {
		t.Errorf("got %+v", archive)
	}
	if repository.Scheme != "git" || repository.Commit == "" || repository.DirectoryChecksum == "" || repository.ArchiveDigest != "" {
		t.Errorf("got %+v", repository)
	}
	known, err := s.Candidates(t.Context(), pack.Want{Ref: "slack"})
	if err != nil || len(known) != 1 || !known[0].DependenciesKnown || known[0].Dependencies[0].String() != "http@^2" || known[0].Platform.String() != ">=1.0" {
		t.Errorf("got %+v, %v", known, err)
	}
}

// TestReadmeHasTheDocumentedIndex compares both texts.
func TestReadmeHasTheDocumentedIndex(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(readme), "```json\n")
	text, _, _ = strings.Cut(text, "\n```")
	if diff := cmp.Diff(documented(t), text); diff != "" {
		t.Errorf("-doc.go +README\n%s", diff)
	}
}
