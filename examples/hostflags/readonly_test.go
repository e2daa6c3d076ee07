package hostflags

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
)

// TestReadOnlyRecords reads a database, also while a writer has it open, without
// creating or changing a file.
func TestReadOnlyRecords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "packtrain.db")
	db, records, err := openRecords(t.Context(), Config{Config: host.Config{Root: dir}, DSN: file})
	if err != nil {
		t.Fatal(err)
	}
	op := registry.Operation{ID: "one", Activate: []registry.Activation{{
		Ref: "demo", Generation: registry.Generation{Name: "000001"}, Manifest: pack.Manifest{Ref: "demo"},
	}}}
	if _, err := records.Apply(t.Context(), op); err != nil {
		t.Fatal(err)
	}
	readDemo(t, file)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before := filesIn(t, dir)
	readDemo(t, file)
	if diff := cmp.Diff(before, filesIn(t, dir)); diff != "" {
		t.Errorf("reading changed files: -before +after:\n%s", diff)
	}
}

func readDemo(t *testing.T, file string) {
	t.Helper()
	db, records, err := readRecords(t.Context(), Config{DSN: file})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := records.ActiveGenerations(t.Context()); err != nil || got["demo"] != "000001" {
		t.Errorf("got %v, %v", got, err)
	}
	if err := records.SetConfiguration(t.Context(), "demo", "", registry.Configuration{Revision: "r"}); err == nil {
		t.Error("the database was opened for writing")
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(data)
	}
	return files
}

// TestReadOnlyWithoutRecords reads a database that does not exist, and one that is empty,
// and creates nothing.
func TestReadOnlyWithoutRecords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{empty, filepath.Join(dir, "missing.db")} {
		_, records, err := readRecords(t.Context(), Config{DSN: file})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := records.Packs(t.Context()); err != nil || len(got) > 0 {
			t.Errorf("got %v, %v", got, err)
		}
	}
	if diff := cmp.Diff(map[string]string{"empty.db": ""}, filesIn(t, dir)); diff != "" {
		t.Error(diff)
	}
}
