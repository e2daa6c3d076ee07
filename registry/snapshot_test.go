package registry_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func takeSnapshot(t testing.TB, s registry.Snapshotter, refs ...pack.Ref) *registry.Snapshot {
	t.Helper()
	snap, err := s.Snapshot(t.Context(), refs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(snap.Release)
	return snap
}

// versionsIn lists "ref version" of the packs in a snapshot, after reading a file of
// each that contains its version.
func versionsIn(t testing.TB, snap *registry.Snapshot) []string {
	t.Helper()
	var got []string
	for _, p := range snap.Packs {
		data, err := os.ReadFile(filepath.Join(p.Dir, "lib", "deep", "data.txt"))
		if err != nil || string(data) != p.Manifest.Version.String()+"\n" || p.Active.Version != p.Manifest.Version {
			t.Errorf("pack %s at %s: content of %q, manifest of %s, %v", p.Ref, p.Active.Version, data, p.Manifest.Version, err)
		}
		components, err := p.Components()
		if err != nil || len(components) != 1 || components[0].Ref != p.Ref.Component("run") {
			t.Errorf("pack %s: components %v, %v", p.Ref, components, err)
		}
		got = append(got, p.Ref.String()+" "+p.Active.Version.String())
	}
	return got
}

func wantVersions(t testing.TB, snap *registry.Snapshot, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, versionsIn(t, snap)); diff != "" {
		t.Errorf("packs of the snapshot (-want +got)\n%s", diff)
	}
}

func remove(t testing.TB, s registry.Remover, ref pack.Ref) {
	t.Helper()
	if err := s.Remove(t.Context(), ref, nil); err != nil {
		t.Fatal(err)
	}
}

func reap(t testing.TB, s *registry.Store) {
	t.Helper()
	if err := s.Reap(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestSnapshot replaces, removes and reinstalls packs, and deletes what may be deleted,
// while a reader holds a snapshot of them.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s, other := r.open(t), r.open(t)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")), write(t, simplePack("lib", "1.0.0")))
	snap := takeSnapshot(t, s)
	wantVersions(t, snap, "demo 1.0.0", "lib 1.0.0")
	wantVersions(t, takeSnapshot(t, s, "lib", "demo", "lib"), "demo 1.0.0", "lib 1.0.0")
	wantVersions(t, takeSnapshot(t, s, "lib"), "lib 1.0.0")

	register(t, other, registry.ReplaceUpgrade, write(t, simplePack("demo", "2.0.0")))
	remove(t, other, "demo")
	remove(t, other, "lib")
	reap(t, other)
	wantVersions(t, snap, "demo 1.0.0", "lib 1.0.0")
	if _, err := s.Snapshot(t.Context(), "demo"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("of a removed pack: got %v", err)
	}
	if _, err := s.Snapshot(t.Context(), "demo", "lib"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("of removed packs: got %v", err)
	}
	wantVersions(t, takeSnapshot(t, s))

	again := register(t, other, "", write(t, simplePack("demo", "1.0.0")))[0].Generation
	if again == snap.Packs[0].Active.Name {
		t.Errorf("generation %s is named as one before", again)
	}
	wantVersions(t, takeSnapshot(t, s), "demo 1.0.0")
	wantVersions(t, snap, "demo 1.0.0", "lib 1.0.0")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantVersions(t, snap, "demo 1.0.0", "lib 1.0.0")
}

// TestReleasedSnapshot: what a snapshot kept is deleted after its release, and nothing
// else.
func TestReleasedSnapshot(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")), write(t, simplePack("lib", "1.0.0")))
	register(t, s, registry.ReplaceUpgrade, write(t, simplePack("demo", "2.0.0")))
	snap := takeSnapshot(t, s)
	remove(t, s, "demo")
	remove(t, s, "lib")
	again := register(t, s, "", write(t, simplePack("demo", "1.0.0")))[0].Generation
	reap(t, s)
	if got := generationsOnDisk(t, r, "demo"); len(got) != 2 {
		t.Errorf("while the snapshot is held: %q", got)
	}
	snap.Release()
	snap.Release()
	reap(t, s)
	if diff := cmp.Diff([]string{again}, generationsOnDisk(t, r, "demo")); diff != "" {
		t.Errorf("after its release (-want +got)\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(r.dir, "packs", "lib")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("directory of lib: %v", err)
	}
	if left := mustReadDir(t, filepath.Join(r.dir, "trash")); len(left) > 0 {
		t.Errorf("left in the trash: %v", left)
	}
}

func generationsOnDisk(t *testing.T, r *root, ref string) []string {
	t.Helper()
	var names []string
	for _, e := range mustReadDir(t, filepath.Join(r.dir, "packs", ref)) {
		names = append(names, e.Name())
	}
	return names
}

// TestSnapshotOfKeptGenerations has two versions serve side by side.
func TestSnapshotOfKeptGenerations(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	var names []string
	for _, p := range []files{simplePack("demo", "1.0.0"), simplePack("demo", "2.0.0"), simplePack("demo", "2.0.0").with(files{"more": "1"})} {
		names = append(names, register(t, s, registry.ReplaceAny, write(t, p))[0].Generation)
	}
	want := func(kept, version, generation string) {
		t.Helper()
		snap, err := s.SnapshotKept(t.Context(), "demo", kept)
		if err != nil {
			t.Fatal(err)
		}
		defer snap.Release()
		wantVersions(t, snap, "demo "+version)
		if got := snap.Packs[0].Active.Name; got != generation || !snap.Packs[0].Leased {
			t.Errorf("%s: got generation %s, want %s", kept, got, generation)
		}
	}
	want("1.0.0", "1.0.0", names[0])
	want("2.0.0", "2.0.0", names[2])
	want(names[1], "2.0.0", names[1])
	if _, err := s.RollBack(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	want("2.0.0", "2.0.0", names[1])
	want(names[2], "2.0.0", names[2])
	want("", "1.0.0", names[0]) // what a rollback goes back to
	for _, c := range [][2]string{{"demo", "3.0.0"}, {"demo", "../.."}, {"ghost", "1.0.0"}} {
		if _, err := s.SnapshotKept(t.Context(), pack.Ref(c[0]), c[1]); !errors.Is(err, pack.ErrNotFound) {
			t.Errorf("%q: got %v", c, err)
		}
	}
}

// TestSnapshotWithoutLocks: where locks cannot say whether there are readers, removed
// generations remain for a day.
func TestSnapshotWithoutLocks(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	c := r.config()
	now := time.Now()
	c.Clock = func() time.Time { return now }
	s := r.openWith(t, c)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	if err := os.Remove(filepath.Join(r.dir, "packs", "demo", generationsOnDisk(t, r, "demo")[0], "lease")); err != nil {
		t.Fatal(err)
	}
	snap := takeSnapshot(t, s)
	if snap.Packs[0].Leased {
		t.Error("a generation without a file to lock is leased")
	}
	remove(t, s, "demo")
	now = now.Add(23 * time.Hour)
	reap(t, s)
	wantVersions(t, snap, "demo 1.0.0")
	now = now.Add(2 * time.Hour)
	reap(t, s)
	if _, err := os.Stat(snap.Packs[0].Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after a day: %v", err)
	}
}

// TestSnapshotOfDamagedPacks: one damaged pack affects only a snapshot that asks for it.
func TestSnapshotOfDamagedPacks(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	records := registry.NewMemory()
	r.records = records
	s := r.open(t)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")), write(t, simplePack("lib", "1.0.0")), write(t, simplePack("app", "1.0.0")))
	records.Damage(t, "demo")
	if err := os.RemoveAll(filepath.Join(r.dir, "packs", "lib")); err != nil {
		t.Fatal(err)
	}
	wantVersions(t, takeSnapshot(t, s), "app 1.0.0")
	wantVersions(t, takeSnapshot(t, s, "app"), "app 1.0.0")
	for _, refs := range [][]pack.Ref{{"demo"}, {"lib"}, {"app", "demo"}, {"app", "lib"}} {
		if snap, err := s.Snapshot(t.Context(), refs...); !errors.Is(err, pack.ErrStore) {
			t.Errorf("%q: got %v, %v", refs, snap, err)
		}
	}
}

// TestRemovedGenerationsAreNotAdopted: a generation that only a reader keeps does not
// come back with the records.
func TestRemovedGenerationsAreNotAdopted(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	takeSnapshot(t, s)
	remove(t, s, "demo")
	again := register(t, s, "", write(t, simplePack("demo", "1.0.0")))[0].Generation
	c := r.config()
	c.Records, c.Adopt = registry.NewMemory(), true
	details, err := r.openWith(t, c).Show(t.Context(), "demo")
	if err != nil || len(details.Generations) != 1 || details.Generations[0].Name != again {
		t.Errorf("adopted: %+v, %v", details, err)
	}
}

// staleRecords call then after the first read of a record.
type staleRecords struct {
	registry.Records
	then func()
}

func (r *staleRecords) Pack(ctx context.Context, ref pack.Ref) (registry.Record, error) {
	rec, err := r.Records.Pack(ctx, ref)
	if then := r.then; then != nil {
		r.then = nil
		then()
	}
	return rec, err
}

// TestSnapshotOfAPackThatIsReplaced changes a pack between reading its record and
// leasing its files.
func TestSnapshotOfAPackThatIsReplaced(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	other := r.open(t)
	paths := []string{write(t, simplePack("demo", "1.0.0")), write(t, simplePack("demo", "2.0.0"))}
	register(t, other, "", paths[0])
	stale := &staleRecords{Records: r.records}
	c := r.config()
	c.Records = stale
	s := r.openWith(t, c)

	stale.then = func() {
		remove(t, other, "demo")
		reap(t, other)
		register(t, other, "", paths[1])
	}
	wantVersions(t, takeSnapshot(t, s, "demo"), "demo 2.0.0")
	stale.then = func() { register(t, other, registry.ReplaceAny, paths[0]) }
	wantVersions(t, takeSnapshot(t, s, "demo"), "demo 2.0.0") // as it was when the call began
	stale.then = func() { remove(t, other, "demo") }
	if _, err := s.Snapshot(t.Context(), "demo"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("of a pack that is removed: got %v", err)
	}
}

// TestSnapshotOfAnUnmountedRoot: packs of a root whose file system was unmounted are not
// left out as damaged ones are.
func TestSnapshotOfAnUnmountedRoot(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	if err := os.Rename(r.dir, r.dir+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(r.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if snap, err := s.Snapshot(t.Context()); pack.CodeOf(err) != pack.CodeIO || !strings.Contains(err.Error(), "mounted") {
		t.Errorf("got %+v, %v", snap, err)
	}
	if err := errors.Join(os.Remove(r.dir), os.Rename(r.dir+".away", r.dir)); err != nil {
		t.Fatal(err)
	}
	snap, err := s.Snapshot(t.Context())
	if err != nil || len(snap.Packs) != 1 {
		t.Fatalf("got %+v, %v", snap, err)
	}
	snap.Release()
}
