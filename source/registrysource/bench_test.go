package registrysource_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack/source/registrysource"
)

// A smaller S11: open an index of 5,000 packs and resolve 100 of them, against
// encoding/json reading all of it.

func benchIndex(b *testing.B) []byte {
	b.Helper()
	actions := list{}
	for i := range 40 {
		actions = append(actions, m{"name": fmt.Sprintf("action_%d", i), "description": strings.Repeat("Does something. ", 5)})
	}
	var entries []any
	for i := range 5000 {
		entries = append(entries, demo("1.0.0", m{"ref": fmt.Sprintf("pack%d", i), "contents": m{"actions": actions}}))
	}
	return indexOf(b, entries...)
}

func BenchmarkOpenAndResolve(b *testing.B) {
	data := benchIndex(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	path := filepath.Join(b.TempDir(), "index.json")
	write(b, path, data)
	old := time.Now().Add(-time.Minute)
	if err := os.Chtimes(path, old, old); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s := newSource(b, registrysource.Config{Indices: one(path), Limits: registrysource.Limits{Bytes: -1}})
		for i := range 100 {
			if _, err := s.Resolve(b.Context(), locator(b, fmt.Sprintf("pack%d", i*50))); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkEncodingJSON(b *testing.B) {
	data := benchIndex(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var doc struct {
			Packs []struct {
				Ref, Version   string
				InstallSources []struct{ Type, URL, Ref, Checksum string } `json:"install_sources"`
				Contents       map[string][]struct{ Name, Description string }
			}
		}
		if err := json.Unmarshal(data, &doc); err != nil {
			b.Fatal(err)
		}
	}
}
