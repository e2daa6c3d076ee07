package pgtest_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

// direct returns the records of a root, by a connection that nothing disturbs.
func direct(t *testing.T, dsn, root string) registry.Records {
	t.Helper()
	records := openRecords(t, dsn)
	store, err := registry.Open(t.Context(), registry.Config{Root: root, Records: records}) // binds them
	if err == nil {
		err = store.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// commitHeld interferes with the commits of many upgrades: the answer is lost, or the
// server gets the commit late, or never.
func commitHeld(t *testing.T, server *pgtest.Server) {
	const runs = 100
	dsn, through, p := proxied(t, server, func() time.Duration { return time.Duration(rand.IntN(30)) * time.Millisecond })
	h := newHost(t, t.TempDir(), through, 0)
	if err := h.register(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	records := direct(t, dsn, h.root)
	fates := map[fate]int{}
	for run := 1; run <= runs; run++ {
		f := []fate{held, unanswered, undelivered, cutFromClient}[rand.IntN(4)]
		fates[f]++
		p.interfere(commitFate(f))
		err := h.register(t.Context(), 1+run%2)
		p.interfere(nil)
		if got, want := h.check(t, records), []string{"1.0.0", "2.0.0"}[run%2]; err != nil || got != want {
			t.Errorf("run %d, fate %d: version %s, want %s, error %v", run, f, got, want, err)
		}
		h.wantNoIntents(t)
	}
	p.late.Wait()
	h.check(t, records)
	t.Logf("fates: %v", fates)
}

// commitHeldTooLong delivers a commit after the host has given up: the operation
// stays undecided until then.
func commitHeldTooLong(t *testing.T, server *pgtest.Server) {
	for _, f := range []fate{held, cutFromClient} {
		dsn, through, p := proxied(t, server, func() time.Duration { return time.Second })
		dir := t.TempDir()
		h := newHost(t, dir, through, 50*time.Millisecond)
		if err := h.register(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		records := direct(t, dsn, h.root)
		p.interfere(commitFate(f))
		err := h.register(t.Context(), 2)
		p.interfere(nil)
		if _, ok := errors.AsType[*registry.RepairError](err); !ok || !errors.Is(err, pack.ErrBusy) {
			t.Errorf("fate %d: got %v", f, err)
		}
		p.late.Wait()
		want := map[fate]string{held: "2.0.0", cutFromClient: "1.0.0"}[f]
		again := newHost(t, dir, dsn, 0) // settles the operation
		if got := again.check(t, records); got != want {
			t.Errorf("fate %d: got version %s, want %s", f, got, want)
		}
		again.wantNoIntents(t)
		if err := again.register(t.Context(), 2); err != nil {
			t.Error(err)
		}
		if got := again.check(t, records); got != "2.0.0" {
			t.Errorf("fate %d: got version %s", f, got)
		}
	}
}
