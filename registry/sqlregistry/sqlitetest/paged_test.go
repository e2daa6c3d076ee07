package sqlitetest_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry"
)

func recordsIn(root string) string { return filepath.Join(root, "packtrain.db") }

// pagedRoot returns a root with packs whose records fill some pages, and directories with
// later versions of them.
func pagedRoot(t *testing.T) (dir string, later []string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "root")
	s, done := openOwn(t, dir, false)
	var first []string
	for n := range pagedPacks {
		first = append(first, pagedPack(t, pagedRef(n), "1.0.0", 500))
	}
	for n := range upgradedPacks {
		later = append(later, pagedPack(t, pagedRef(n), "2.0.0", 500))
	}
	if _, err := s.Register(t.Context(), registry.Request{Paths: first}); err != nil {
		t.Fatal(err)
	}
	done() // the log is written back
	return dir, later
}

func pagedPack(t *testing.T, ref pack.Ref, version string, size int) string {
	t.Helper()
	dir := t.TempDir()
	content := map[string]string{
		"pack.yaml": "ref: " + ref.String() + "\nversion: " + version + "\nlabel: L\ndescription: " + strings.Repeat("D", size) + "\n",
		"run.sh":    "#!/bin/sh\n",
	}
	for _, name := range []string{"one", "two", "three"} {
		content[name+".yaml"] = "ref: " + ref.String() + "." + name + "\nlabel: L\nrunner_type: shell\nentry_point: run.sh\n"
	}
	for name, text := range content {
		if err := os.MkdirAll(filepath.Join(dir, "actions"), 0o755); err != nil {
			t.Fatal(err)
		}
		if name != "pack.yaml" {
			name = "actions/" + name
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// openOwn opens a root with records in it, until done is called.
func openOwn(t *testing.T, dir string, adopt bool) (s *registry.Store, done func()) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	db := openDB(t, recordsIn(dir))
	s, err := openIn(t.Context(), dir, db, adopt)
	if err != nil {
		t.Fatal(err)
	}
	return s, func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func openIn(ctx context.Context, dir string, db *sql.DB, adopt bool) (*registry.Store, error) {
	records, err := sqlregistry.Open(ctx, db, sqlregistry.SQLite(), nil)
	if err != nil {
		return nil, err
	}
	return registry.Open(ctx, registry.Config{Root: dir, Records: records, Adopt: adopt})
}
