package sqlitetest_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry"
)

func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("M14/newer schema", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "records.db")
		openRecords(t, file)
		db := openDB(t, file)
		if _, err := db.ExecContext(t.Context(), `UPDATE packtrain_schema SET version = 1000`); err != nil {
			t.Fatal(err)
		}
		_, err := sqlregistry.Open(t.Context(), db, sqlregistry.SQLite(), nil)
		schema, ok := errors.AsType[*sqlregistry.SchemaError](err)
		if !ok || schema.Found != 1000 || schema.Known < 1 || !errors.Is(err, pack.ErrStore) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("N16/two roots in one database", twoRoots)
	t.Run("M14/several processes migrate", func(t *testing.T) {
		t.Parallel()
		migrateAtOnce(t, 6)
	})
	t.Run("M15/locked while it is opened", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "records.db")
		tx, err := openDB(t, file).BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(t.Context(), `CREATE TABLE mine (id INTEGER)`); err != nil {
			t.Fatal(err)
		}
		// SQLite returns busy to the second of two processes that switch a new
		// file to a write-ahead log, regardless of the busy timeout.
		impatient, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(0)")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = impatient.Close() })
		release := time.AfterFunc(100*time.Millisecond, func() { _ = tx.Rollback() })
		defer release.Stop()
		if _, err := sqlregistry.Open(t.Context(), impatient, sqlregistry.SQLite(), nil); err != nil {
			t.Error(err)
		}
	})
	t.Run("M14/migration that was cut off", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "records.db")
		db := openDB(t, file)
		for _, s := range []string{
			`CREATE TABLE packtrain_schema (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL)`,
			`INSERT INTO packtrain_schema VALUES (1, 0)`,
		} {
			if _, err := db.ExecContext(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := activate(t.Context(), openRecords(t, file), activation("a", 0)); err != nil {
			t.Error(err)
		}
	})
	t.Run("M14/table that is not ours", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "records.db")
		db := openDB(t, file)
		if _, err := db.ExecContext(t.Context(), `CREATE TABLE packtrain_components (mine TEXT)`); err != nil {
			t.Fatal(err)
		}
		if _, err := sqlregistry.Open(t.Context(), db, sqlregistry.SQLite(), nil); pack.CodeOf(err) != pack.CodeIO {
			t.Fatalf("got %v", err)
		}
		// The migration was rolled back completely, so it succeeds later.
		if _, err := db.ExecContext(t.Context(), `DROP TABLE packtrain_components`); err != nil {
			t.Fatal(err)
		}
		openRecords(t, file)
	})
	t.Run("M13/zeroed pages", zeroedPages)
	t.Run("M13/record that is not JSON", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "records.db")
		records := openRecords(t, file)
		if _, err := activate(t.Context(), records, activation("a", 0)); err != nil {
			t.Fatal(err)
		}
		if _, err := openDB(t, file).ExecContext(t.Context(), `UPDATE packtrain_packs SET manifest = '{'`); err != nil {
			t.Fatal(err)
		}
		if _, err := records.Pack(t.Context(), "a"); pack.CodeOf(err) != pack.CodeStoreCorrupt {
			t.Errorf("got %v", err)
		}
	})
	t.Run("M15/database is full", fullDatabase)
	t.Run("M15/lock held too long", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "records.db")
		openRecords(t, file)
		tx, err := openDB(t, file).BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		if _, err := tx.ExecContext(t.Context(), `UPDATE packtrain_schema SET version = version`); err != nil {
			t.Fatal(err)
		}
		impatient := openDB(t, file)
		impatient.SetMaxOpenConns(1)
		if _, err := impatient.ExecContext(t.Context(), `PRAGMA busy_timeout = 0`); err != nil {
			t.Fatal(err)
		}
		records, err := sqlregistry.Open(t.Context(), impatient, sqlregistry.SQLite(), &sqlregistry.Options{Wait: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		_, err = activate(t.Context(), records, activation("a", 0))
		if !errors.Is(err, pack.ErrBusy) || !pack.Retryable(err) {
			t.Errorf("got %v", err)
		}
	})
}

// TestDamagedDependency reads dependents, one of them damaged.
func TestDamagedDependency(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "records.db")
	records := openRecords(t, file)
	for ref, dependencies := range map[pack.Ref][]pack.Dependency{"app": {{Ref: "log"}, {Ref: "base"}}, "web": {{Ref: "base"}}, "base": nil} {
		a := activation(ref, 0)
		a.Manifest.Dependencies = dependencies
		if _, err := activate(t.Context(), records, a); err != nil {
			t.Fatal(err)
		}
	}
	got, err := records.Dependents(t.Context(), "base")
	if err != nil || len(got) != 2 || got[0].Ref != "app" || got[1].Ref != "web" {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := openDB(t, file).ExecContext(t.Context(), `UPDATE packtrain_dependencies SET document = '{' WHERE position = 1`); err != nil {
		t.Fatal(err)
	}
	got, err = records.Dependents(t.Context(), "base")
	if damaged, ok := errors.AsType[*registry.RecordError](err); !ok || damaged.Ref != "app" || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestOpenRequiresADialect(t *testing.T) {
	t.Parallel()
	db := openDB(t, filepath.Join(t.TempDir(), "records.db"))
	if _, err := sqlregistry.Open(t.Context(), db, sqlregistry.Dialect{}, nil); !errors.Is(err, pack.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sqlregistry.Open(ctx, db, sqlregistry.SQLite(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// migrateAtOnce opens a new database through several pools.
func migrateAtOnce(t *testing.T, pools int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "records.db")
	var wg sync.WaitGroup
	errs := make([]error, pools)
	for i := range errs {
		db := openDB(t, file)
		wg.Go(func() { _, errs[i] = sqlregistry.Open(t.Context(), db, sqlregistry.SQLite(), nil) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}
