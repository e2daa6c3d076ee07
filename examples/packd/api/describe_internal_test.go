package api

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/internal/godoc"
	"github.com/packtrain/pack/installer/host"
)

var updateDescriptions = flag.Bool("update-descriptions", false, "write descriptions.json")

// TestDescriptionsAreThoseOfTheTypes: each type and property of the document is described,
// with the documentation that its Go type has now.
func TestDescriptionsAreThoseOfTheTypes(t *testing.T) {
	t.Parallel()
	s := openForDescription(t)
	docs := godoc.New(map[string]string{"github.com/packtrain/pack/examples": "../..", "github.com/packtrain/pack": "../../.."})
	words, want := readVocabulary(t), descriptions{}
	var missing []string
	for name, typ := range s.schemas.types {
		d, err := docs.Object(typ)
		if err != nil {
			t.Fatal(err)
		}
		want[name] = d
		for property := range s.schemas.byName[name].Properties {
			if d[property] == "" || strings.HasPrefix(d[property], "\n") { // only the values are
				d[property] = words.of(name, property) + d[property]
			}
			if d[property] == "" {
				missing = append(missing, name+"."+property)
			}
		}
		if d[""] == "" {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	if len(missing) > 0 {
		t.Errorf("without documentation:\n%s", strings.Join(missing, "\n"))
	}
	if unused := words.unused(); len(unused) > 0 {
		t.Errorf("properties.txt says more than is needed: %q", unused)
	}
	data, err := json.MarshalIndent(want, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	data = append(data, '\n')
	if *updateDescriptions {
		if err := os.WriteFile("descriptions.json", data, 0o600); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(data, descriptionsFile) {
		t.Errorf("descriptions.json is not that of the types: go test ./packd/api -run Descriptions -update-descriptions\n%s", cmp.Diff(string(descriptionsFile), string(data)))
	}
}

// TestOperationTextsAreOfOperations: operations.md says nothing of what is not there.
func TestOperationTextsAreOfOperations(t *testing.T) {
	t.Parallel()
	s := openForDescription(t)
	texts := operationTexts()
	for _, item := range s.api.OpenAPI().Paths {
		for _, op := range operationsOf(item) {
			delete(texts, op.OperationID)
		}
	}
	if len(texts) > 0 {
		t.Errorf("no operations: %q", slices.Sorted(maps.Keys(texts)))
	}
}

func openForDescription(t *testing.T) *Server {
	t.Helper()
	s, err := Open(t.Context(), Config{Host: hostflags.Config{Config: host.Config{Root: t.TempDir()}}, Tokens: []Token{{Secret: "s"}}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.WithoutCancel(t.Context())) })
	return s
}

// A vocabulary says what properties mean whose fields have no documentation of their own.
type vocabulary struct {
	texts map[string]string
	used  map[string]bool
}

func readVocabulary(t *testing.T) *vocabulary {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "properties.txt"))
	if err != nil {
		t.Fatal(err)
	}
	v := &vocabulary{texts: map[string]string{}, used: map[string]bool{}}
	for line := range strings.Lines(string(data)) {
		if name, text, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && !strings.HasPrefix(line, "#") {
			v.texts[name] = text
		}
	}
	return v
}

// of returns what a property of a type means, or of all types; "" if it is not said.
func (v *vocabulary) of(name, property string) string {
	for _, key := range []string{name + "." + property, property} {
		if text := v.texts[key]; text != "" {
			v.used[key] = true
			return text
		}
	}
	return ""
}

func (v *vocabulary) unused() []string {
	for key := range v.used {
		delete(v.texts, key)
	}
	return slices.Sorted(maps.Keys(v.texts))
}
