package pgtest_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry"
)

func generationName(n int) string { return fmt.Sprintf("%06d", n) }

// activation returns the activation of generation n after generation n-1; 0 is
// the first.
func activation(ref pack.Ref, n int) registry.Activation {
	a := registry.Activation{
		Ref:        ref,
		Generation: registry.Generation{Name: generationName(n)},
		Manifest:   pack.Manifest{Ref: ref, Dependencies: []pack.Dependency{{Ref: "base"}}},
		Components: []pack.Component{{Kind: pack.KindAction, Ref: ref.Component("run"), Name: "run\x00\xff"}},
		Time:       time.Date(2024, 1, 1, 0, 0, n, 0, time.UTC),
	}
	if n > 0 {
		a.Previous = generationName(n - 1)
	}
	return a
}

func operation(ref pack.Ref, n int) registry.Operation {
	return registry.Operation{ID: fmt.Sprint(ref, " ", generationName(n)), Activate: []registry.Activation{activation(ref, n)}}
}

func apply(t testing.TB, r registry.Records, op registry.Operation) {
	t.Helper()
	if _, err := r.Apply(t.Context(), op); err != nil {
		t.Fatalf("operation %s: %v", op.ID, err)
	}
}

func execute(t testing.TB, db interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}, statement string, args ...any,
) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func openWith(t testing.TB, dsn string, wait time.Duration) (*sqlregistry.Records, error) {
	t.Helper()
	return sqlregistry.Open(t.Context(), openDB(t, dsn), sqlregistry.PostgreSQL(), &sqlregistry.Options{Wait: wait})
}

// lockRoots holds the locks of all roots until the returned function is called.
func lockRoots(t testing.TB, dsn string) (release func()) {
	t.Helper()
	tx, err := openDB(t, dsn).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, tx, `UPDATE packtrain_roots SET operations = operations`)
	t.Cleanup(func() { _ = tx.Rollback() })
	return func() { _ = tx.Rollback() }
}
