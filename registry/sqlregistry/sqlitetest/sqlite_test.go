package sqlitetest_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

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
	records, err := sqlregistry.Open(t.Context(), openDB(t, file), sqlregistry.SQLite(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestRecords(t *testing.T) {
	t.Parallel()
	registrytest.Run(t, func(t testing.TB) registry.Records {
		file := filepath.Join(t.TempDir(), "records.db")
		return damageable{openRecords(t, file), file}
	})
}

// TestShared opens files without the usual settings: no busy timeout, no log.
func TestShared(t *testing.T) {
	t.Parallel()
	registrytest.RunShared(t, func(t testing.TB) registrytest.Opener {
		file := filepath.Join(t.TempDir(), "records.db")
		return func(t testing.TB) (registry.Records, error) {
			db, err := sql.Open("sqlite", "file:"+file)
			if err != nil {
				return nil, err
			}
			t.Cleanup(func() { _ = db.Close() })
			return sqlregistry.Open(t.Context(), db, sqlregistry.SQLite(), nil)
		}
	})
}

// damageable are records that the suite can damage.
type damageable struct {
	*sqlregistry.Records

	file string
}

// Damage implements [registrytest.Damager].
func (d damageable) Damage(t testing.TB, ref pack.Ref) {
	t.Helper()
	if _, err := openDB(t, d.file).ExecContext(t.Context(), `UPDATE packtrain_packs SET manifest = '{' WHERE ref = ?`, ref.String()); err != nil {
		t.Fatal(err)
	}
}

// DamageSummary implements [registrytest.SummaryDamager].
func (d damageable) DamageSummary(t testing.TB, ref pack.Ref) {
	t.Helper()
	const damage = `UPDATE packtrain_dependencies SET document = '{' WHERE position = 1 AND pack_id = (SELECT id FROM packtrain_packs WHERE ref = ?)`
	if _, err := openDB(t, d.file).ExecContext(t.Context(), damage, ref.String()); err != nil {
		t.Fatal(err)
	}
}

// DamageGeneration implements [registrytest.GenerationDamager].
func (d damageable) DamageGeneration(t testing.TB, ref pack.Ref, name string) {
	t.Helper()
	const damage = `UPDATE packtrain_generations SET pin = '{' WHERE name = ? AND pack_id = (SELECT id FROM packtrain_packs WHERE ref = ?)`
	if _, err := openDB(t, d.file).ExecContext(t.Context(), damage, name, ref.String()); err != nil {
		t.Fatal(err)
	}
}

// TestSettings opens databases whose settings the records do not accept.
func TestSettings(t *testing.T) {
	t.Parallel()
	for settings, want := range map[string]error{
		"": nil, "?_pragma=journal_mode(DELETE)": nil, "?_pragma=synchronous(EXTRA)": nil, "?_pragma=synchronous(2)": nil,
		"?_pragma=synchronous(NORMAL)": pack.ErrInvalid, "?_pragma=synchronous(OFF)": pack.ErrInvalid, "?mode=memory": pack.ErrInvalid,
	} {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "records.db")+settings)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sqlregistry.Open(t.Context(), db, sqlregistry.SQLite(), nil); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", settings, err, want)
		}
		var mode string
		if err := db.QueryRowContext(t.Context(), `PRAGMA journal_mode`).Scan(&mode); err != nil || want == nil && mode != "wal" {
			t.Errorf("%q: the journal mode is %s, %v", settings, mode, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestOldOperationsAreForgotten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "records.db")
	records, db := openRecords(t, file), openDB(t, file)
	// Simulate many applied operations.
	const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO packtrain_operations (root_id, number, operation) SELECT 1, i, 'old-' || i FROM n`
	if _, err := db.ExecContext(t.Context(), `INSERT INTO packtrain_roots (id, root, operations) VALUES (1, '', ?)`, registry.RememberedOperations); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), fill, registry.RememberedOperations); err != nil {
		t.Fatal(err)
	}
	if _, err := activate(t.Context(), records, activation("a", 0)); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{"old-1": false, "old-2": true, "a 000000": true} {
		if got, err := records.Outcome(t.Context(), id); err != nil || got != want {
			t.Errorf("Outcome(%q): got %v, %v, want %v", id, got, err, want)
		}
	}
	const last = registry.RememberedOperations + 1
	wantFeedError(t, records, 0, last)
	if batch, err := records.Changes(t.Context(), 1); err != nil || len(batch.Changes) != 1 || batch.Next != last {
		t.Errorf("changes: got %+v, %v", batch, err)
	}
	if _, err := db.ExecContext(t.Context(), `UPDATE packtrain_operations SET change = '{' WHERE number = ?`, last); err != nil {
		t.Fatal(err)
	}
	wantFeedError(t, records, 1, last)
}

func wantFeedError(t *testing.T, records registry.Feed, since, next int64) {
	t.Helper()
	_, err := records.Changes(t.Context(), since)
	if e, ok := errors.AsType[*registry.FeedError](err); !ok || *e != (registry.FeedError{Since: since, Next: next}) {
		t.Errorf("changes after %d: got %v", since, err)
	}
}

// TestOutcomeWaits queries the outcome of an operation while it is applied.
func TestOutcomeWaits(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "records.db")
	records := openRecords(t, file)
	if _, err := activate(t.Context(), records, activation("a", 0)); err != nil {
		t.Fatal(err)
	}
	tx, err := openDB(t, file).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), `INSERT INTO packtrain_operations (root_id, number, operation) SELECT id, 2, 'slow' FROM packtrain_roots`); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	time.AfterFunc(100*time.Millisecond, func() { done <- tx.Commit() })
	applied, err := records.Outcome(t.Context(), "slow")
	if err != nil || !applied {
		t.Errorf("got %v, %v", applied, err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// twoPools writes and reads through two connection pools on one file, like two
// processes.
type twoPools struct {
	registry.Writer
	registry.PackReader
	registry.ContentReader
	registry.Binder
	registry.Feed
	configs
}

// configs sets configurations and evidence through one pool and reads them through the other.
type configs struct {
	in, out interface {
		registry.ConfigKeeper
		registry.EvidenceKeeper
	}
}

func (c configs) Configuration(ctx context.Context, ref pack.Ref) (registry.Configuration, error) {
	return c.out.Configuration(ctx, ref)
}

func (c configs) Evidence(ctx context.Context, ref pack.Ref) ([]registry.TestResult, error) {
	return c.out.Evidence(ctx, ref)
}

func (c configs) AddEvidence(ctx context.Context, result registry.TestResult) error {
	return c.in.AddEvidence(ctx, result)
}

func (c configs) SetConfiguration(ctx context.Context, ref pack.Ref, expect string, next registry.Configuration) error {
	return c.in.SetConfiguration(ctx, ref, expect, next)
}

func TestRecordsThroughTwoPools(t *testing.T) {
	t.Parallel()
	registrytest.Run(t, func(t testing.TB) registry.Records {
		file := filepath.Join(t.TempDir(), "records.db")
		in, out := openRecords(t, file), openRecords(t, file)
		return twoPools{in, out, out, out, out, configs{in, out}}
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
				_, err := activate(t.Context(), records, activation(ref, n))
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
	want, err := activate(t.Context(), openRecords(t, file), activation("a", 0))
	if err != nil {
		t.Fatal(err)
	}
	got, err := openRecords(t, file).Pack(t.Context(), "a")
	if err != nil || got.ID != want.ID || got.Active.Name != want.Active.Name {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestManyGenerations(t *testing.T) {
	t.Parallel()
	registrytest.Generations{Reading: time.Second}.Run(t, openRecords(t, filepath.Join(t.TempDir(), "records.db")))
}

// TestOutcomeWrites asks for the outcome of an operation that is not known: the answer no
// stays true only if the database has changed since.
func TestOutcomeWrites(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "records.db")
	records := openRecords(t, file)
	if err := records.Bind(t.Context(), "root"); err != nil {
		t.Fatal(err)
	}
	conn, err := openDB(t, file).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	version := func() (n int64) {
		if err := conn.QueryRowContext(t.Context(), `PRAGMA data_version`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := version()
	if applied, err := records.Outcome(t.Context(), "unknown"); err != nil || applied {
		t.Fatalf("got %v, %v", applied, err)
	}
	if version() == before {
		t.Error("asking for the outcome has written nothing")
	}
}
