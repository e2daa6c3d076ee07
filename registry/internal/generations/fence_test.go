package generations_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// leases are locks that a holder can lose.
type leases struct {
	last    int64
	holders map[string]*leased
	now     time.Time
}

type leased struct {
	leases *leases
	fence  int64
	names  []string
}

func (l *leases) Acquire(ctx context.Context, exclusive, shared []string) (generations.Lock, error) {
	lock, ok, err := l.Try(ctx, slices.Concat(exclusive, shared)...)
	if !ok && err == nil {
		err = pack.Errorf(pack.CodeBusy, "%v, %v: one is held", exclusive, shared)
	}
	return lock, err
}

func (l *leases) Try(_ context.Context, names ...string) (generations.Lock, bool, error) {
	for _, name := range names {
		if l.holders[name] != nil {
			return nil, false, nil
		}
	}
	l.last++
	lock := &leased{l, l.last, names}
	for _, name := range names {
		l.holders[name] = lock
	}
	return lock, true, nil
}

func (l *leases) Held(_ context.Context, name string) (bool, error) {
	return l.holders[name] != nil, nil
}
func (l *leases) Now(context.Context) (time.Time, error) { return l.now, nil }

// holds reports whether a holder with the fence has locks that are not lost.
func (l *leases) holds(fence int64) bool {
	for _, holder := range l.holders {
		if holder.fence == fence {
			return true
		}
	}
	return false
}

func (l *leased) Fence() int64 { return l.fence }

func (l *leased) Check(context.Context) error {
	if !l.leases.holds(l.fence) {
		return pack.Errorf(pack.CodeBusy, "the locks are lost")
	}
	return nil
}

func (l *leased) Release() {
	for _, name := range l.names {
		if l.leases.holders[name] == l {
			delete(l.leases.holders, name)
		}
	}
}

// A fencedLedger refuses decisions of holders that have lost their locks.
type fencedLedger struct {
	*ledger
	locks *leases
}

func (l fencedLedger) Decide(ctx context.Context, op generations.Operation) error {
	if !l.locks.holds(op.Fence) {
		return pack.Errorf(pack.CodeBusy, "fence %d holds no locks", op.Fence)
	}
	return l.ledger.Decide(ctx, op)
}

// A fleet is a root that hosts share.
type fleet struct {
	*scene
	locks *leases
}

// host opens the root for a host, whose steps call hook.
func (f *fleet) host(t *testing.T, hook func(step string)) *generations.Disk {
	t.Helper()
	d, err := generations.Open(generations.Config{
		Root: f.root, LockTimeout: time.Second, Locks: f.locks, Unsynced: true,
		Logger: slog.New(slog.NewTextHandler(f.log, nil)),
		Fault:  func(step string) error { hook(step); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// change applies an operation over the set.
func (f *fleet) change(t *testing.T, d *generations.Disk, changes set) error {
	t.Helper()
	f.scene.decide = fencedLedger{f.records, f.locks}
	if len(changes) == 0 {
		return nil
	}
	return f.apply(t, d, changes)
}

func nothing(string) {}

// TestStoppedHosts stops a host before each step of an operation until it has lost its
// locks and others have settled the operation and changed the same packs. What it does
// when it continues changes nothing any more.
func TestStoppedHosts(t *testing.T) {
	t.Parallel()
	for name, operation := range map[string]set{
		"install": {"demo": published, "other": published},
		"upgrade": {"base": published, "demo": published},
		"remove":  {"base": ""},
		"back":    {"base": "1"},
	} {
		for later, changes := range map[string][]set{
			"nothing": nil,
			"changed": {{"base": published, "demo": published, "other": published}},
			"removed": {{"base": ""}},
			"twice":   {{"base": ""}, {"base": published, "demo": published}},
		} {
			t.Run(name+"/"+later, func(t *testing.T) {
				t.Parallel()
				for n := 1; stopAt(t, n, operation, changes); n++ {
					if t.Failed() {
						t.Fatalf("when it is stopped before step %d", n)
					}
				}
			})
		}
	}
}

// stopAt stops a host before the n-th step of operation, and reports whether it has one.
func stopAt(t *testing.T, n int, operation set, changes []set) (reached bool) {
	t.Helper()
	f := &fleet{newScene(t), &leases{holders: map[string]*leased{}}}
	f.records.fault = (&mortal{}).step
	other := f.host(t, nothing)
	for range 2 {
		if err := f.change(t, other, set{"base": published}); err != nil {
			t.Fatal(err)
		}
	}
	steps, stopped := 0, ""
	victim := f.host(t, func(step string) {
		if steps++; steps != n {
			return
		}
		stopped = step
		clear(f.locks.holders)
		if err := other.Recover(t.Context(), fencedLedger{f.records, f.locks}); err != nil {
			t.Errorf("settle: %v", err)
		}
		for _, c := range changes {
			if err := f.change(t, other, f.resolve(c)); err != nil {
				t.Errorf("change %v: %v", c, err)
			}
		}
	})
	steps = 0
	err := f.change(t, victim, f.resolve(operation))
	if f.log.Len() > 0 {
		t.Logf("stopped before %q: %v, log: %s", stopped, err, f.log)
	}
	if err := f.host(t, nothing).Recover(t.Context(), fencedLedger{f.records, f.locks}); err != nil {
		t.Error(err)
	}
	f.checkFleet(t, stopped)
	return steps >= n
}

// resolve replaces the first generation by its name, and leaves out packs that are to be
// removed and do not exist.
func (f *fleet) resolve(changes set) set {
	resolved := set{}
	for ref, to := range changes {
		if to == "1" {
			names, _ := filepath.Glob(filepath.Join(f.root, "packs", ref.String(), "000001-*"))
			if len(names) == 0 {
				continue
			}
			to = filepath.Base(names[0])
		}
		if to != f.records.active[ref] {
			resolved[ref] = to
		}
	}
	return resolved
}

// checkFleet checks that readers get what the records say.
func (f *fleet) checkFleet(t *testing.T, stopped string) {
	t.Helper()
	for ref, active := range f.records.active {
		target, err := os.Readlink(filepath.Join(f.root, "current", ref.String()))
		want := fmt.Sprintf("../packs/%s/%s/pack", ref, active)
		if active == "" {
			want = fmt.Sprintf("../packs/%s/none/pack", ref)
		}
		if target != want && (active != "" || err == nil) {
			t.Errorf("stopped before %q: the pointer of %s is %q, %v, want %q", stopped, ref, target, err, want)
		}
		if active == "" {
			continue
		}
		name, err := os.ReadFile(filepath.Join(f.root, "current", ref.String(), "name"))
		if err != nil || string(name) != active {
			t.Errorf("stopped before %q: content of %s is that of %q, %v, want %q", stopped, ref, name, err, active)
		}
		if _, err := os.Lstat(filepath.Join(f.root, "packs", ref.String(), active, "removed")); err == nil {
			t.Errorf("stopped before %q: generation %s of %s is active and marked as removed", stopped, active, ref)
		}
	}
	entries, err := os.ReadDir(filepath.Join(f.root, "journal"))
	if err != nil || len(entries) > 0 {
		t.Errorf("stopped before %q: left in the journal: %v, %v", stopped, entries, err)
	}
}
