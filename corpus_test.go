package pack_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
)

// corpusDir returns the directory of real packs that PACK_CORPUS names.
func corpusDir(tb testing.TB) string {
	tb.Helper()
	dir := os.Getenv("PACK_CORPUS")
	if dir == "" {
		tb.Skip("PACK_CORPUS does not name the corpus of real packs")
	}
	return dir
}

func readCorpusJSON(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(corpusDir(t), name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

// A corpusPack is an entry of the corpus's MANIFEST.json.
type corpusPack struct {
	Dir            string
	SubsetChecksum string `json:"subset_checksum"`
	EffectiveRef   string `json:"effective_ref"`
	Version        string
	Components     map[pack.Kind]int
}

func corpusPacks(t *testing.T) []corpusPack {
	t.Helper()
	var manifest struct{ Packs []corpusPack }
	readCorpusJSON(t, "MANIFEST.json", &manifest)
	if len(manifest.Packs) == 0 {
		t.Fatal("the corpus lists no packs")
	}
	return manifest.Packs
}
