package pgtest_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

// A host is a store whose records are in a database.
type host struct {
	root    string
	store   *registry.Store
	sources []string
}

func openHost(t *testing.T, root, dsn string, wait time.Duration) *host {
	t.Helper()
	records, err := openWith(t, dsn, wait)
	if err != nil {
		t.Fatal(err)
	}
	store, err := registry.Open(t.Context(), registry.Config{Root: root, Records: records})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	h := &host{root: root, store: store}
	for _, version := range []string{"1.0.0", "2.0.0"} {
		dir := t.TempDir()
		manifest := fmt.Sprintf("ref: demo\nversion: %s\nlabel: L\ndescription: D\n", version)
		if err := os.WriteFile(filepath.Join(dir, "pack.yaml"), []byte(manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		h.sources = append(h.sources, dir)
	}
	return h
}

func (h *host) register(t *testing.T, version int) error {
	t.Helper()
	_, err := h.store.Register(t.Context(), registry.Request{Paths: []string{h.sources[version]}, Replace: registry.ReplaceAny})
	return err
}

// check checks that readers get what the records say, and returns its version.
func (h *host) check(t *testing.T, direct registry.Records) string {
	t.Helper()
	rec, err := direct.Pack(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	target, err := os.Readlink(filepath.Join(h.root, "current", "demo"))
	if want := "../packs/demo/" + rec.Active.Name + "/pack"; err != nil || target != want {
		t.Errorf("the pointer is %q, %v, want %q", target, err, want)
	}
	return rec.Active.Version.String()
}

func (h *host) wantNoIntents(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(h.root, "journal"))
	if err != nil || len(entries) > 0 {
		t.Errorf("left in the journal: %v, %v", entries, err)
	}
}

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
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	dsn, through, p := proxied(t, server, func() time.Duration { return time.Duration(random.IntN(30)) * time.Millisecond })
	h := openHost(t, filepath.Join(t.TempDir(), "root"), through, 0)
	if err := h.register(t, 0); err != nil {
		t.Fatal(err)
	}
	records := direct(t, dsn, h.root)
	fates := map[fate]int{}
	for run := 1; run <= runs; run++ {
		f := []fate{held, unanswered, undelivered, cutFromClient}[random.IntN(4)]
		fates[f]++
		p.interfere(commitFate(f))
		err := h.register(t, run%2)
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
		h := openHost(t, filepath.Join(t.TempDir(), "root"), through, 50*time.Millisecond)
		if err := h.register(t, 0); err != nil {
			t.Fatal(err)
		}
		records := direct(t, dsn, h.root)
		p.interfere(commitFate(f))
		err := h.register(t, 1)
		p.interfere(nil)
		if _, ok := errors.AsType[*registry.RepairError](err); !ok || !errors.Is(err, pack.ErrBusy) {
			t.Errorf("fate %d: got %v", f, err)
		}
		target, err := os.Readlink(filepath.Join(h.root, "current", "demo"))
		if err != nil || filepath.Base(filepath.Dir(target)) == "" {
			t.Error(err)
		}
		p.late.Wait()
		want := map[fate]string{held: "2.0.0", cutFromClient: "1.0.0"}[f]
		again := openHost(t, h.root, dsn, 0) // settles the operation
		if got := again.check(t, records); got != want {
			t.Errorf("fate %d: got version %s, want %s", f, got, want)
		}
		again.wantNoIntents(t)
		if err := again.register(t, 1); err != nil {
			t.Error(err)
		}
		if got := again.check(t, records); got != "2.0.0" {
			t.Errorf("fate %d: got version %s", f, got)
		}
	}
}
