package pgtest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/sqlregistry"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

// TestHostileHosts are the rows about several hosts on one root.
func TestHostileHosts(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	for name, test := range map[string]func(t *testing.T, server *pgtest.Server){
		"M18/stopped at statements":            stoppedAtStatements,
		"M18/living owner":                     livingOwner,
		"M18/commit held past the lease":       commitHeldPastLease,
		"M19/one host without database":        hostWithoutDatabase,
		"M19/no host has a database":           hostsWithoutDatabase,
		"M20/clock of the database goes ahead": clockAhead,
		"M21/readers on other hosts":           readersOfOtherHosts,
		"M15/failover to a stale replica":      staleReplica,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, server)
		})
	}
}

// hostWithoutDatabase cuts one host off from the database for longer than its lease, at a
// moment of its change.
func hostWithoutDatabase(t *testing.T, server *pgtest.Server) {
	dsn, through, p := proxied(t, server, func() time.Duration { return 0 })
	dir := t.TempDir()
	other, cut := newLeased(t, dir, dsn), newLeased(t, dir, through)
	if err := other.settle(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for n := 1; n < 60; n += 7 {
		statements := 0
		p.interfere(func(message []byte) fate {
			if message[0] == 'Q' || message[0] == 'S' {
				statements++
			}
			if statements >= n {
				return undelivered
			}
			return delivered
		})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		err := cut.register(ctx, 2)
		cancel()
		if err != nil && pack.CodeOf(err) == "" {
			t.Errorf("cut off at statement %d: %v has no code", n, err)
		}
		if err := other.settle(t.Context(), 3); err != nil {
			t.Errorf("cut off at statement %d: another host: %v", n, err)
		}
		if got := other.check(t, recordsOf(t, other)); got != "3.0.0" {
			t.Errorf("cut off at statement %d: version %s", n, got)
		}
		p.interfere(nil)
		if err := cut.settle(t.Context(), 1); err != nil {
			t.Errorf("connected again: %v", err)
		}
		if got := other.check(t, recordsOf(t, other)); got != "1.0.0" {
			t.Errorf("connected again: version %s", got)
		}
		other.wantNoIntents(t)
	}
}

// hostsWithoutDatabase cuts all hosts off.
func hostsWithoutDatabase(t *testing.T, server *pgtest.Server) {
	dsn, through, p := proxied(t, server, func() time.Duration { return 0 })
	dir := t.TempDir()
	hosts := []*host{newLeased(t, dir, through), newLeased(t, dir, through)}
	if err := hosts[0].register(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	p.interfere(func([]byte) fate { return undelivered })
	for i, h := range hosts {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		if err := h.register(ctx, 2); err == nil || pack.CodeOf(err) == "" {
			t.Errorf("host %d: %v", i, err)
		}
		cancel()
	}
	p.interfere(nil)
	for i, h := range hosts {
		if err := h.settle(t.Context(), 2+i); err != nil {
			t.Errorf("host %d is connected again: %v", i, err)
		}
	}
	check := newLeased(t, dir, dsn)
	if got := check.check(t, recordsOf(t, check)); got != "3.0.0" {
		t.Errorf("version %s", got)
	}
	check.wantNoIntents(t)
}

// clockAhead: when the clock of the database goes ahead, leases end, and their holders
// commit nothing.
func clockAhead(t *testing.T, server *pgtest.Server) {
	dsn := server.Database(t)
	dir := t.TempDir()
	h := newLeased(t, dir, dsn)
	if err := h.settle(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{"- INTERVAL '10 years'", "+ INTERVAL '10 years'"} { // of leases, as the clock does the opposite
		end := make(chan struct{})
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				select {
				case <-end:
					return
				default:
					_, _ = h.db.ExecContext(context.WithoutCancel(t.Context()), `UPDATE packtrain_leases SET expires = expires `+change)
				}
			}
		}()
		if err := h.register(t.Context(), 2); !errors.Is(err, pack.ErrBusy) {
			t.Errorf("%s: got %v", change, err)
		}
		close(end)
		<-done
		if got := h.check(t, recordsOf(t, h)); got != "1.0.0" {
			t.Errorf("%s: version %s", change, got)
		}
	}
	if err := h.settle(t.Context(), 2); err != nil || h.check(t, recordsOf(t, h)) != "2.0.0" {
		t.Error(err)
	}
}

// readersOfOtherHosts: files of a removed pack are kept for a day by the clock of the
// database.
func readersOfOtherHosts(t *testing.T, server *pgtest.Server) {
	dsn, dir := server.Database(t), t.TempDir()
	h, reader := newLeased(t, dir, dsn), newLeased(t, dir, dsn)
	if err := h.settle(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	snap, err := reader.store.Snapshot(t.Context())
	if err != nil || len(snap.Packs) != 2 || snap.Packs[0].Leased {
		t.Fatalf("got %+v, %v", snap, err)
	}
	snap.Release() // other hosts never saw it
	if err := acts()["remove"].do(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	files := func() int {
		found, err := filepath.Glob(filepath.Join(h.root, "packs", "*", "*", "pack", "pack.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if err := h.store.Reap(t.Context()); err != nil || files() != 2 {
		t.Errorf("got %d packs, %v", files(), err)
	}
	marks, err := filepath.Glob(filepath.Join(h.root, "packs", "*", "*", "removed"))
	if err != nil || len(marks) != 2 {
		t.Fatalf("got %v, %v", marks, err)
	}
	for i, age := range []time.Duration{25 * time.Hour, 23 * time.Hour} {
		if err := os.WriteFile(marks[i], []byte(time.Now().Add(-age).UTC().Format(time.RFC3339)), 0o600); err != nil {
			t.Fatal(err)
		}
		old := time.Now().AddDate(-10, 0, 0) // by the clock of a host
		if err := os.Chtimes(marks[i], old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.store.Reap(t.Context()); err != nil || files() != 1 {
		t.Errorf("after a day: got %d packs, %v", files(), err)
	}
}

// staleReplica replaces the server by a copy of it that lacks the latest changes, as a
// failover without synchronous replication does.
func staleReplica(t *testing.T, _ *pgtest.Server) {
	server := pgtest.Start(t)
	dsn, dir := server.Database(t), t.TempDir()
	h := newLeased(t, dir, dsn)
	if err := h.settle(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	server.Save(t)
	ahead := newLeased(t, dir, dsn)
	lock := mustAcquire(t, recordsOf(t, ahead).(*sqlregistry.Records), "other") //nolint:forcetypeassert // of this type alone
	if err := ahead.settle(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	server.Restore(t)
	if err := lock.Check(t.Context()); !errors.Is(err, pack.ErrBusy) {
		t.Errorf("a lease that the replica does not know: %v", err)
	}
	after := newLeased(t, dir, dsn)
	report, err := after.store.Verify(t.Context())
	if err != nil || len(report.Differences) == 0 {
		t.Errorf("the files are newer than the records: %+v, %v", report, err)
	}
	repaired, err := after.store.Repair(t.Context())
	if err != nil || len(repaired.Left) > 0 {
		t.Errorf("got %+v, %v", repaired, err)
	}
	if got := after.check(t, recordsOf(t, after)); got != "1.0.0" {
		t.Errorf("version %s", got)
	}
	for i, h := range []*host{h, ahead, after} { // the first two were open all the time
		if err := h.settle(t.Context(), 3-i%2); err != nil {
			t.Errorf("host %d: %v", i, err)
		}
	}
	if got := after.check(t, recordsOf(t, after)); got != "3.0.0" {
		t.Errorf("version %s", got)
	}
	after.wantNoIntents(t)
}

// livingOwner: while a host works, however slowly, others leave its operation alone.
func livingOwner(t *testing.T, server *pgtest.Server) {
	const lease = 20 * time.Second
	dsn, through, p := proxied(t, server, func() time.Duration { return 0 })
	dir := t.TempDir()
	slow, err := openLeasedFor(t.Context(), dir, pgtest.With(through, "default_query_exec_mode", "exec"), lease)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.close() }()
	slow.writeSources(t)
	if err := slow.register(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	inside, leave, stopped := make(chan struct{}), make(chan struct{}), false
	p.interfere(func(message []byte) fate {
		if !stopped && contains(message, "INSERT INTO packtrain_roots") { // the decision begins
			stopped = true
			close(inside)
			<-leave
		}
		return delivered
	})
	done := make(chan error, 1)
	go func() { done <- slow.register(t.Context(), 2) }()
	<-inside
	other, err := openLeasedFor(t.Context(), dir, dsn, lease) // settles what dead hosts left
	if err != nil {
		t.Error(err)
	} else {
		defer func() { _ = other.close() }()
	}
	if entries, err := filepath.Glob(filepath.Join(slow.root, "journal", "*.json")); err != nil || len(entries) != 1 {
		t.Errorf("in the journal: %v, %v", entries, err)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := slow.check(t, recordsOf(t, slow)); got != "2.0.0" {
		t.Errorf("version %s", got)
	}
	slow.wantNoIntents(t)
}
