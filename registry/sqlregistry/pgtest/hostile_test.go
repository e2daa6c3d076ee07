package pgtest_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/sqlregistry"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

func TestHostile(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	for name, test := range map[string]func(t *testing.T, server *pgtest.Server){
		"M14/newer schema":                newerSchema,
		"M14/migration that was cut off":  migrationCutOff,
		"M14/table that is not ours":      foreignTable,
		"M14/no right to create tables":   noRights,
		"M15/connection cut":              connectionCut,
		"M15/backends terminated":         backendsTerminated,
		"M15/lock held too long":          lockHeldTooLong,
		"M15/immediate shutdown":          immediateShutdown,
		"M15/read-only":                   readOnly,
		"M16/commit held":                 commitHeld,
		"N15/commit held for too long":    commitHeldTooLong,
		"M17/pooler, prepared statements": preparedStatements,
		"M17/statement timeout":           statementTimeout,
		"M17/idle connections are closed": idleConnectionsClosed,
		"M17/too many connections":        tooManyConnections,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, server)
		})
	}
}

func newerSchema(t *testing.T, server *pgtest.Server) {
	dsn := server.Database(t)
	openRecords(t, dsn)
	execute(t, openDB(t, dsn), `UPDATE packtrain_schema SET version = 1000`)
	_, err := openWith(t, dsn, 0)
	schema, ok := errors.AsType[*sqlregistry.SchemaError](err)
	if !ok || schema.Found != 1000 || schema.Known < 1 || !errors.Is(err, pack.ErrStore) {
		t.Errorf("got %v", err)
	}
}

func migrationCutOff(t *testing.T, server *pgtest.Server) {
	dsn := server.Database(t)
	execute(t, openDB(t, dsn), `CREATE TABLE packtrain_schema (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL)`)
	apply(t, openRecords(t, dsn), operation("a", 0))
}

func foreignTable(t *testing.T, server *pgtest.Server) {
	dsn := server.Database(t)
	execute(t, openDB(t, dsn), `CREATE TABLE packtrain_components (mine TEXT)`)
	if _, err := openWith(t, dsn, 0); pack.CodeOf(err) != pack.CodeIO {
		t.Fatalf("got %v", err)
	}
	// The migration was rolled back completely, so it succeeds later.
	execute(t, openDB(t, dsn), `DROP TABLE packtrain_components`)
	openRecords(t, dsn)
}

// as returns the URL of a database for a new user without rights.
func as(t *testing.T, dsn, user string) string {
	t.Helper()
	execute(t, openDB(t, dsn), `CREATE ROLE `+user+` LOGIN`)
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(user)
	return u.String()
}

func noRights(t *testing.T, server *pgtest.Server) {
	dsn := server.Database(t)
	execute(t, openDB(t, dsn), `REVOKE CREATE ON SCHEMA public FROM PUBLIC`)
	_, err := openWith(t, as(t, dsn, "stranger"), 0)
	if pack.CodeOf(err) != pack.CodeIO || !strings.Contains(err.Error(), "needs the right to create") {
		t.Errorf("got %v", err)
	}
}

func lockHeldTooLong(t *testing.T, server *pgtest.Server) {
	dsn := server.Database(t)
	apply(t, openRecords(t, dsn), operation("a", 0))
	impatient, err := openWith(t, dsn, 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	release := lockRoots(t, dsn)
	if _, err := impatient.Apply(t.Context(), operation("b", 0)); !errors.Is(err, pack.ErrBusy) || !pack.Retryable(err) {
		t.Errorf("got %v", err)
	}
	if _, err := impatient.Outcome(t.Context(), "a 000000"); !errors.Is(err, pack.ErrBusy) {
		t.Errorf("Outcome: got %v", err)
	}
	if _, err := impatient.Packs(t.Context()); err != nil {
		t.Errorf("a reader waits for a writer: %v", err)
	}
	release()
	apply(t, impatient, operation("b", 0))
}

func readOnly(t *testing.T, server *pgtest.Server) {
	dsn := server.Database(t)
	apply(t, openRecords(t, dsn), operation("a", 0))
	records, err := openWith(t, pgtest.With(dsn, "default_transaction_read_only", "on"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := records.Pack(t.Context(), "a"); err != nil {
		t.Error(err)
	}
	_, err = records.Apply(t.Context(), operation("a", 1))
	if pack.CodeOf(err) != pack.CodeIO || !strings.Contains(err.Error(), "the database is read-only") {
		t.Errorf("got %v", err)
	}
}

// preparedStatements are used through a pooler that gives each transaction another
// connection.
func preparedStatements(t *testing.T, server *pgtest.Server) {
	dsn := pgtest.At(server.Database(t), server.Bouncer(t))
	failed := 0
	for range 20 {
		records, err := openWith(t, dsn, 0)
		if err == nil {
			_, err = records.Packs(t.Context())
		}
		if err == nil {
			continue
		}
		failed++
		if !strings.Contains(err.Error(), "default_query_exec_mode=exec") {
			t.Errorf("got %v", err)
		}
	}
	if failed == 0 {
		t.Skip("the pooler supports prepared statements")
	}
}

func statementTimeout(t *testing.T, server *pgtest.Server) {
	dsn := server.Database(t)
	apply(t, openRecords(t, dsn), operation("a", 0))
	records, err := openWith(t, pgtest.With(dsn, "statement_timeout", "200"), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer lockRoots(t, dsn)()
	if _, err := records.Apply(t.Context(), operation("a", 1)); pack.CodeOf(err) != pack.CodeIO || !strings.Contains(err.Error(), "statement_timeout") {
		t.Errorf("got %v", err)
	}
}

// terminate ends all other connections to the database.
const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`

func idleConnectionsClosed(t *testing.T, server *pgtest.Server) {
	dsn := server.Database(t)
	records, db := openRecords(t, dsn), openDB(t, dsn)
	for n := range 5 {
		apply(t, records, operation("a", n))
		execute(t, db, terminate)
		if got, err := records.Active(t.Context(), "a"); err != nil || got != generationName(n) {
			t.Errorf("got %q, %v", got, err)
		}
		execute(t, db, terminate)
	}
}

func tooManyConnections(t *testing.T, server *pgtest.Server) {
	dsn := server.Database(t)
	limited := as(t, dsn, "limited")
	execute(t, openDB(t, dsn), `GRANT ALL ON SCHEMA public TO limited`)
	records, err := openWith(t, limited, 100*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, openDB(t, dsn), `ALTER ROLE limited CONNECTION LIMIT 1`)
	held, err := openDB(t, limited).Conn(t.Context())
	for err != nil { // until the connections of the pool are closed
		execute(t, openDB(t, dsn), terminate)
		held, err = openDB(t, limited).Conn(t.Context())
	}
	if _, err := records.Packs(t.Context()); !errors.Is(err, pack.ErrBusy) || !strings.Contains(err.Error(), "too many connections") {
		t.Errorf("got %v", err)
	}
	if err := held.Close(); err != nil {
		t.Error(err)
	}
}
