package hostflags

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/host"
)

func TestRecordsInsideTheRoot(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "a b%20?#c") // none of it may be parsed as part of a URL
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		db, records, err := openRecords(t.Context(), Config{Config: host.Config{Root: root}, DSN: filepath.Join(root, "packtrain.db")})
		if err != nil {
			t.Fatal(err)
		}
		if packs, err := records.Packs(t.Context()); err != nil || len(packs) > 0 {
			t.Errorf("got %v, %v", packs, err)
		}
		if mode := openToOthers(t, root); mode != "" { // configurations may contain secrets
			t.Errorf("other users may access %s", mode)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "packtrain.db")); err != nil {
		t.Error(err)
	}
}

// openToOthers returns the files in a directory that users other than their owner may access.
func openToOthers(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var open []string
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
			open = append(open, info.Mode().String()+" "+e.Name())
		}
	}
	return strings.Join(open, ", ")
}

func TestRecordsElsewhere(t *testing.T) {
	t.Parallel()
	want := filepath.Join(t.TempDir(), "x.db")
	for _, dsn := range []string{want, "file:" + want + "?_pragma=busy_timeout(10000)"} {
		db, _, err := openRecords(t.Context(), Config{Config: host.Config{Root: t.TempDir()}, DSN: dsn})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err := os.Remove(want); err != nil {
			t.Error(err)
		}
	}
}

func TestRecordsOfOtherDatabasesAreRefused(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{
		"mysql://user:s3cret@db.example/packs", "postgres://user:s3cret@db.example:port/packs", "postgres://user:s3cret@db.example/packs?sslmode=none",
		"postgres://user:s3cret@db.example/packs?default_query_exec_mode=fast",
	} {
		_, _, err := openRecords(t.Context(), Config{Config: host.Config{Root: t.TempDir()}, DSN: dsn})
		if pack.CodeOf(err) != pack.CodeInvalidRequest || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("got %v", err)
		}
	}
}

func TestUnreachableDatabaseKeepsItsPassword(t *testing.T) {
	t.Parallel()
	_, _, err := openRecords(t.Context(), Config{Config: host.Config{Root: t.TempDir()}, DSN: "postgres://user:s3cret@127.0.0.1:1/packs"})
	if pack.CodeOf(err) != pack.CodeIO || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}
