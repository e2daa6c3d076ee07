package pgtest_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/registrytest"
	"github.com/packtrain/pack/registry/sqlregistry"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

// openShared opens records that several hosts share.
func openShared(t testing.TB, dsn string, lease time.Duration) *sqlregistry.Records {
	t.Helper()
	records, err := sqlregistry.Open(t.Context(), openDB(t, dsn), sqlregistry.PostgreSQL(), &sqlregistry.Options{Lease: lease})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// acquire acquires locks, exclusive ones unless their names end with "*".
func acquire(t testing.TB, r *sqlregistry.Records, wait time.Duration, names ...string) (registry.Lock, error) {
	t.Helper()
	var exclusive, shared []string
	for _, name := range names {
		if of, ok := strings.CutSuffix(name, "*"); ok {
			shared = append(shared, of)
		} else {
			exclusive = append(exclusive, name)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	lock, err := r.Locks().Acquire(ctx, exclusive, shared)
	if err == nil {
		t.Cleanup(lock.Release)
	}
	return lock, err
}

func mustAcquire(t testing.TB, r *sqlregistry.Records, names ...string) registry.Lock {
	t.Helper()
	lock, err := acquire(t, r, 10*time.Second, names...)
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

func TestLocks(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	for name, test := range map[string]func(t *testing.T, dsn string){
		"exclude":       locksExclude,
		"fences":        fencesGrow,
		"fenced":        changesAreFenced,
		"clock":         clockSetBack,
		"mixed":         rootsAreSharedOrNot,
		"roots":         locksOfOtherRoots,
		"no database":   noDatabase,
		"uncommitted":   stoppedTransaction,
		"being changed": commitBesideAdoption,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, server.Database(t))
		})
	}
}

func locksExclude(t *testing.T, dsn string) {
	one, two := openShared(t, dsn, time.Minute), openShared(t, dsn, time.Minute)
	held := mustAcquire(t, one, "a", "b*", ".staging")
	for _, names := range [][]string{{"a"}, {"a*"}, {"b"}, {"x", "a"}, {"x*", "b"}, {".staging"}} {
		if _, err := acquire(t, two, time.Second, names...); !errors.Is(err, pack.ErrBusy) || !strings.Contains(err.Error(), "is held by process") {
			t.Errorf("%v: got %v", names, err)
		}
	}
	mustAcquire(t, two, "b*", "c").Release()
	for name, want := range map[string]bool{"a": true, "b": false, "c": false} {
		if got, err := two.Locks().Held(t.Context(), name); got != want || err != nil {
			t.Errorf("%s is held: %v, %v", name, got, err)
		}
	}
	if _, ok, err := two.Locks().Try(t.Context(), "c", "a"); ok || err != nil {
		t.Errorf("try: %v, %v", ok, err)
	}
	held.Release()
	held.Release()
	if err := held.Check(t.Context()); !errors.Is(err, pack.ErrBusy) {
		t.Errorf("released: %v", err)
	}
	if lock, ok, err := two.Locks().Try(t.Context(), "c", "a"); !ok || err != nil {
		t.Errorf("try: %v, %v", ok, err)
	} else {
		lock.Release()
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := two.Locks().Acquire(cancelled, []string{"a"}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// fencesGrow also after the database was replaced by an older copy of itself.
func fencesGrow(t *testing.T, dsn string) {
	r := openShared(t, dsn, time.Minute)
	var last int64
	for range 50 {
		lock := mustAcquire(t, r, "a")
		if lock.Fence() <= last {
			t.Fatalf("fence %d after %d", lock.Fence(), last)
		}
		last = lock.Fence()
		lock.Release()
	}
	execute(t, openDB(t, dsn), `UPDATE packtrain_fences SET fence = 0`)
	if got := mustAcquire(t, r, "a").Fence(); got <= last {
		t.Errorf("fence %d after %d and a loss", got, last)
	}
}

// expire ends all leases, as if their holders were stopped for too long.
func expire(t testing.TB, dsn string) {
	t.Helper()
	execute(t, openDB(t, dsn), `UPDATE packtrain_leases SET expires = clock_timestamp() - INTERVAL '1 millisecond'`)
}

func fenced(op registry.Operation, lock registry.Lock) registry.Operation {
	op.Fence = lock.Fence()
	return op
}

func changesAreFenced(t *testing.T, dsn string) {
	r, other := openShared(t, dsn, time.Minute), openShared(t, dsn, time.Minute)
	wantRefused := func(what string, op registry.Operation) {
		t.Helper()
		if _, err := r.Apply(t.Context(), op); !errors.Is(err, pack.ErrBusy) || !strings.Contains(err.Error(), "lease of this host") {
			t.Errorf("%s: got %v", what, err)
		}
		if applied, err := r.Outcome(t.Context(), op.ID); applied || err != nil {
			t.Errorf("%s: applied: %v, %v", what, applied, err)
		}
	}
	wantRefused("without locks", operation("a", 0))
	lock := mustAcquire(t, r, "a", "b*")
	wantRefused("another pack", fenced(operation("c", 0), lock))
	wantRefused("a shared lock", fenced(operation("b", 0), lock))
	apply(t, r, fenced(operation("a", 0), lock))
	expire(t, dsn)
	wantRefused("expired", fenced(operation("a", 1), lock))
	apply(t, r, fenced(operation("a", 0), lock)) // again: it was applied before
	if err := lock.Check(t.Context()); !errors.Is(err, pack.ErrBusy) {
		t.Errorf("expired: %v", err)
	}
	next := mustAcquire(t, other, "a")
	wantRefused("adopted", fenced(operation("a", 1), lock))
	lock.Release()
	apply(t, other, fenced(operation("a", 1), next))
}

// clockSetBack: a lease does not hold for long after the clock of the server was set back.
func clockSetBack(t *testing.T, dsn string) {
	r := openShared(t, dsn, time.Minute)
	lock := mustAcquire(t, r, "a")
	execute(t, openDB(t, dsn), `UPDATE packtrain_leases SET expires = expires + INTERVAL '10 years'`)
	if err := lock.Check(t.Context()); !errors.Is(err, pack.ErrBusy) {
		t.Errorf("got %v", err)
	}
	mustAcquire(t, r, "a")
}

func rootsAreSharedOrNot(t *testing.T, dsn string) {
	ctx := t.Context()
	shared, single := openShared(t, dsn, time.Minute), openRecords(t, dsn)
	if err := errors.Join(shared.Bind(ctx, "root-shared"), single.Bind(ctx, "root-single")); err != nil {
		t.Fatal(err)
	}
	if _, err := openRecords(t, dsn).Root(ctx, "root-shared"); pack.CodeOf(err) != pack.CodeInvalidRequest || !strings.Contains(err.Error(), "several hosts share the root") {
		t.Errorf("got %v", err)
	}
	if _, err := openShared(t, dsn, time.Minute).Root(ctx, "root-single"); pack.CodeOf(err) != pack.CodeInvalidRequest || !strings.Contains(err.Error(), "a single host") {
		t.Errorf("got %v", err)
	}
	execute(t, openDB(t, dsn), `UPDATE packtrain_roots SET shared = 1`)
	if _, err := single.Apply(ctx, operation("a", 0)); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("a host that did not notice: %v", err)
	}
}

func locksOfOtherRoots(t *testing.T, dsn string) {
	one, two := openShared(t, dsn, time.Minute), openShared(t, dsn, time.Minute)
	if err := errors.Join(one.Bind(t.Context(), "one"), two.Bind(t.Context(), "two")); err != nil {
		t.Fatal(err)
	}
	first, second := mustAcquire(t, one, "a"), mustAcquire(t, two, "a")
	if _, err := one.Apply(t.Context(), fenced(operation("a", 0), second)); !errors.Is(err, pack.ErrBusy) {
		t.Errorf("fence of another root: %v", err)
	}
	apply(t, one, fenced(operation("a", 0), first))
}

// hostOf returns the address in the URL of a database.
func hostOf(t testing.TB, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

func noDatabase(t *testing.T, dsn string) {
	p := startProxy(t, hostOf(t, dsn), func() time.Duration { return 0 })
	r := openShared(t, pgtest.At(dsn, p.addr), 300*time.Millisecond)
	lock := mustAcquire(t, r, "a")
	time.Sleep(500 * time.Millisecond) // it is renewed
	if err := lock.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.interfere(func([]byte) fate { return undelivered })
	time.Sleep(500 * time.Millisecond)
	p.interfere(nil)
	if err := lock.Check(t.Context()); !errors.Is(err, pack.ErrBusy) {
		t.Errorf("got %v", err)
	}
	mustAcquire(t, r, "a")
}

// stoppedTransaction: a host that is stopped within a transaction does not stop the others.
func stoppedTransaction(t *testing.T, dsn string) {
	p := startProxy(t, hostOf(t, dsn), func() time.Duration { return 5 * time.Second })
	const lease = 300 * time.Millisecond
	stopped, other := openShared(t, pgtest.At(dsn, p.addr), lease), openShared(t, dsn, lease)
	lock := mustAcquire(t, stopped, "a")
	p.interfere(commitFate(cutFromClient)) // the server waits for the commit
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := stopped.Apply(ctx, fenced(operation("a", 0), lock))
	if err == nil {
		t.Error("no error")
	}
	p.interfere(func([]byte) fate { return undelivered })
	next := mustAcquire(t, other, "a")
	apply(t, other, fenced(operation("a", 0), next))
}

// commitBesideAdoption: locks are not taken away while their holder commits a change.
func commitBesideAdoption(t *testing.T, dsn string) {
	r, other := openShared(t, dsn, time.Minute), openShared(t, dsn, time.Minute)
	lock := mustAcquire(t, r, "a")
	release := lockRoots(t, dsn)
	tx, err := openDB(t, dsn).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, tx, `SELECT 1 FROM packtrain_leases WHERE fence = $1 FOR KEY SHARE`, lock.Fence())
	expire(t, dsn)
	if _, err := acquire(t, other, 50*time.Millisecond, "a"); !errors.Is(err, pack.ErrBusy) {
		t.Errorf("got %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	release()
	mustAcquire(t, other, "a")
}

// TestSharedRoot runs the suites of a registrar over a root that hosts share.
func TestSharedRoot(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	subject := func(t testing.TB, w registrytest.World) registrytest.Subject {
		t.Helper()
		dir := t.TempDir()
		path := func(name string) string { return filepath.Join(dir, name) }
		for name, files := range w.Packs {
			if err := os.CopyFS(path(name), files); err != nil {
				t.Fatal(err)
			}
		}
		s, err := registry.Open(t.Context(), registry.Config{
			Root: path(".root"), Records: openShared(t, server.Database(t), time.Minute),
			Provided: w.Provided, PlatformVersion: w.PlatformVersion,
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return registrytest.Subject{Registrar: s, Catalog: s, Path: path}
	}
	t.Run("registrar", func(t *testing.T) { t.Parallel(); registrytest.RunRegistrar(t, subject) })
	t.Run("catalog", func(t *testing.T) { t.Parallel(); registrytest.RunCatalog(t, subject) })
}
