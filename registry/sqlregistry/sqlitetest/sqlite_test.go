package sqlitetest_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/registrytest"
	"github.com/packtrain/pack/registry/sqlregistry"
)

const pragmas = "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_pragma=foreign_keys(ON)"

func openDB(t testing.TB, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+pragmas)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func openRecords(t testing.TB, file string) *sqlregistry.Records {
	t.Helper()
	records, err := sqlregistry.Open(t.Context(), openDB(t, file), sqlregistry.SQLite())
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestRecords(t *testing.T) {
	t.Parallel()
	registrytest.Run(t, func(t testing.TB) registry.Records {
		return openRecords(t, filepath.Join(t.TempDir(), "records.db"))
	})
}

// twoDoors writes and reads through two connections pools on one file, as two
// processes would.
type twoDoors struct {
	registry.Writer
	registry.PackReader
	registry.ContentReader
}

func TestRecordsThroughTwoPools(t *testing.T) {
	t.Parallel()
	registrytest.Run(t, func(t testing.TB) registry.Records {
		file := filepath.Join(t.TempDir(), "records.db")
		in, out := openRecords(t, file), openRecords(t, file)
		return twoDoors{in, out, out}
	})
}

func TestTwoPoolsWriteAtOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "records.db")
	const each = 25
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, ref := range []pack.Ref{"a", "b"} {
		records := openRecords(t, file)
		wg.Go(func() {
			for n := range each {
				_, err := records.Commit(t.Context(), activation(ref, n))
				errs[i] = errors.Join(errs[i], err)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	all, err := openRecords(t, file).Packs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if want := generationName(each - 1); r.Active.Name != want {
			t.Errorf("pack %s: active generation %q, want %q", r.Ref, r.Active.Name, want)
		}
	}
}

func TestReopenedRecordsAreAllThere(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "records.db")
	want, err := openRecords(t, file).Commit(t.Context(), activation("a", 0))
	if err != nil {
		t.Fatal(err)
	}
	got, err := openRecords(t, file).Pack(t.Context(), "a")
	if err != nil || got.ID != want.ID || got.Active.Name != want.Active.Name {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
