package registrytest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// Generations checks with empty records that a root stays bounded, whatever number of
// generations of a pack it has had: a root with a retention of 3 gets many of them, while
// readers take snapshots for at least the given time.
type Generations struct {
	// Generations is the number of generations; 0: 200.
	Generations int
	// Reading is the time for which readers read at least.
	Reading time.Duration
}

const retained = 3

// Run runs the check.
func (g Generations) Run(t *testing.T, records registry.Records) {
	t.Helper()
	dir := t.TempDir()
	store, err := registry.Open(t.Context(), registry.Config{
		Root: filepath.Join(dir, "root"), Records: records, Retention: registry.Retention{Generations: retained},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	if g.Generations == 0 {
		g.Generations = 200
	}
	many := &manyGenerations{store: store, dir: dir}
	many.register(t, 0)
	pinned, err := store.PinGeneration(t.Context(), manyRef, versionText(0))
	if err != nil {
		t.Fatal(err)
	}
	many.grow(t, g)
	many.bounded(t, pinned)
	many.rollBack(t)
}

const manyRef pack.Ref = "many"

// manyGenerations is a pack with many generations.
type manyGenerations struct {
	store *registry.Store
	dir   string
}

func versionText(n int) string { return fmt.Sprintf("1.%d.0", n) }

// register registers version n, of which each file contains the version.
func (m *manyGenerations) register(t testing.TB, n int) {
	t.Helper()
	files := fstest.MapFS{"pack.yaml": file(fmt.Sprintf("ref: %s\nversion: %s\nlabel: L\ndescription: D\n", manyRef, versionText(n)))}
	for i := range 5 {
		files[fmt.Sprintf("lib/%d.txt", i)] = file(versionText(n))
	}
	source := filepath.Join(m.dir, "sources", fmt.Sprint(n))
	if err := os.CopyFS(source, files); err != nil {
		t.Fatal(err)
	}
	_, err := m.store.Register(t.Context(), registry.Request{Paths: []string{source}, Replace: registry.ReplaceUpgrade})
	if err != nil {
		t.Fatalf("register version %s: %v", versionText(n), err)
	}
}

// grow registers the other versions while readers read, and goes on until they have read
// for long enough.
func (m *manyGenerations) grow(t testing.TB, g Generations) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	failures := make(chan error, 2)
	active := func() (*registry.Snapshot, error) { return m.store.Snapshot(ctx, manyRef) }
	for _, take := range []func() (*registry.Snapshot, error){active, func() (*registry.Snapshot, error) { return m.kept(ctx) }} {
		go func() { failures <- m.read(ctx, take) }()
	}
	began, n := time.Now(), 1
	for ; n < g.Generations || time.Since(began) < g.Reading; n++ {
		m.register(t, n)
		if n%20 == 0 {
			if err := m.store.Reap(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	cancel()
	for range cap(failures) {
		if err := <-failures; err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d generations in %v", n, time.Since(began))
}

// kept returns a snapshot of the oldest generation that is not pinned.
func (m *manyGenerations) kept(ctx context.Context) (*registry.Snapshot, error) {
	history, err := m.store.History(ctx, manyRef)
	if err != nil {
		return nil, err
	}
	return m.store.SnapshotKept(ctx, manyRef, history[min(1, len(history)-1)].Name)
}

// read reads all files of snapshots, which have to stay as they are, until ctx ends.
func (m *manyGenerations) read(ctx context.Context, take func() (*registry.Snapshot, error)) error {
	for ctx.Err() == nil {
		snapshot, err := take()
		switch {
		case ctx.Err() != nil, pack.CodeOf(err) == pack.CodeNotFound: // it was collected meanwhile
			continue
		case err != nil:
			return fmt.Errorf("snapshot: %w", err)
		}
		for range 5 {
			if err := readVersion(snapshot.Packs[0].Dir, snapshot.Packs[0].Active.Version.String()); err != nil {
				snapshot.Release()
				return fmt.Errorf("held generation %s: %w", snapshot.Packs[0].Active.Name, err)
			}
			time.Sleep(time.Millisecond)
		}
		snapshot.Release()
	}
	return nil
}

// readVersion checks that all files of the directory have the version.
func readVersion(dir, version string) error {
	for i := range 5 {
		data, err := os.ReadFile(filepath.Join(dir, "lib", fmt.Sprintf("%d.txt", i)))
		if err != nil {
			return err
		}
		if string(data) != version {
			return fmt.Errorf("lib/%d.txt has content %q, want %q", i, data, version)
		}
	}
	return nil
}

// bounded checks that the retained generations are left, and the pinned one.
func (m *manyGenerations) bounded(t testing.TB, pinned string) {
	t.Helper()
	if err := m.store.Reap(t.Context()); err != nil {
		t.Fatal(err)
	}
	history, err := m.store.History(t.Context(), manyRef)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i := range history {
		names = append(names, history[i].Name)
	}
	slices.Sort(names)
	if len(names) != retained+1 || names[0] != pinned || !history[0].Pinned {
		t.Fatalf("history has %q, want the latest %d and %q, which is pinned", names, retained, pinned)
	}
	root := filepath.Join(m.dir, "root")
	entries, err := os.ReadDir(filepath.Join(root, "packs", manyRef.String()))
	if err != nil {
		t.Fatal(err)
	}
	var onDisk []string
	for _, e := range entries {
		onDisk = append(onDisk, e.Name())
	}
	wantEqual(t, "generations on disk", names, onDisk)
	trash, err := os.ReadDir(filepath.Join(root, "trash"))
	if err != nil || len(trash) > 0 {
		t.Fatalf("trash has %d entries after it was emptied (%v)", len(trash), err)
	}
}

// rollBack rolls back to each generation that is kept, and forwards again.
func (m *manyGenerations) rollBack(t testing.TB) {
	t.Helper()
	history, err := m.store.History(t.Context(), manyRef)
	if err != nil {
		t.Fatal(err)
	}
	for i := range slices.Concat(history, history) {
		g := &history[i%len(history)]
		rep, err := m.store.RollBack(t.Context(), manyRef, &registry.RollBackOptions{To: g.Name})
		if err != nil {
			t.Fatalf("roll back to %s: %v", g.Name, err)
		}
		wantEqual(t, "active generation", g.Name, rep.Active.Name)
		if err := readVersion(filepath.Join(m.dir, "root", "current", manyRef.String()), g.Version.String()); err != nil {
			t.Fatalf("rolled back to %s: %v", g.Name, err)
		}
	}
	after, err := m.store.History(t.Context(), manyRef)
	if err != nil || len(after) != len(history) {
		t.Fatalf("history has %d generations after going back and forth, want %d (%v)", len(after), len(history), err)
	}
	found, err := m.store.Verify(t.Context())
	if err != nil || len(found.Differences) > 0 {
		t.Fatalf("verify: %+v, %v", found, err)
	}
	if _, err := m.store.RollBack(t.Context(), manyRef, &registry.RollBackOptions{To: versionText(1)}); pack.CodeOf(err) != pack.CodeNotFound || !strings.Contains(err.Error(), versionText(0)) {
		t.Fatalf("roll back to a generation that was collected: %v, want an error that lists the others", err)
	}
}
