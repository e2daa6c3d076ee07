package registry_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestCorpus registers real packs, whose scripts are not in the corpus: without
// validation and tests.
func TestCorpus(t *testing.T) {
	t.Parallel()
	corpus := os.Getenv("PACK_CORPUS")
	if corpus == "" {
		t.Skip("PACK_CORPUS does not name the corpus")
	}
	c := newRoot(t).config()
	c.Provided = []pack.Provided{{Ref: "core"}}
	s := (&root{}).openWith(t, c)
	want := corpusCounts(t, corpus)
	var paths []string
	for path := range want {
		paths = append(paths, path)
	}
	req := registry.Request{Paths: paths, SkipValidation: true, SkipTests: true}
	report, err := s.Register(t.Context(), req)
	if err != nil || len(report.Registered) != 9 {
		t.Fatalf("%d of %d packs: %v", len(report.Registered), len(paths), err)
	}
	for _, p := range report.Registered {
		if diff := cmp.Diff(want[p.Path], p.Components); diff != "" {
			t.Errorf("%s (-want +got)\n%s", p.Path, diff)
		}
	}
	again, err := s.Register(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range again.Registered {
		if !p.Unchanged {
			t.Errorf("%s: registered again", p.Path)
		}
	}
}

// corpusCounts returns the components of the packs of native shape, by path.
func corpusCounts(t *testing.T, corpus string) map[string]registry.ComponentCounts {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(corpus, "MANIFEST.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Packs []struct {
			Dir        string
			Components registry.ComponentCounts
		}
	}
	if err := json.Unmarshal(data, &manifest); err != nil {
		t.Fatal(err)
	}
	counts := map[string]registry.ComponentCounts{}
	for _, p := range manifest.Packs {
		if strings.HasPrefix(p.Dir, "attune/") {
			counts[filepath.Join(corpus, filepath.FromSlash(p.Dir))] = p.Components
		}
	}
	return counts
}
