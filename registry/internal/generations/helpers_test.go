package generations_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

var errDead = errors.New("the process is dead")

// A mortal process dies at its n-th step, or at the first one of the name at;
// no later step succeeds, unless only once. The zero value does not die.
type mortal struct {
	n     int
	at    string
	once  bool
	steps []string
}

func (m *mortal) fault(step string) error {
	m.steps = append(m.steps, step)
	if m.n == 0 && step == m.at {
		m.n = len(m.steps)
	}
	if m.n > 0 && (len(m.steps) == m.n || len(m.steps) > m.n && !m.once) {
		return errDead
	}
	return nil
}

// ledger are records in memory. Deciding is two steps: before and after.
type ledger struct {
	active map[pack.Ref]string
	ops    []generations.Operation
	known  map[string]bool // the IDs of operations
	fault  func(step string) error
}

func (l *ledger) Decide(_ context.Context, op generations.Operation) error {
	if err := l.fault("decide"); err != nil {
		return err
	}
	l.ops = append(l.ops, op)
	l.known[op.ID] = true
	for _, m := range op.Moves {
		l.active[m.Ref] = m.To
	}
	return l.fault("decided")
}

func (l *ledger) Outcome(_ context.Context, id string) (bool, error) {
	if err := l.fault("outcome"); err != nil {
		return false, err
	}
	return l.known[id], nil
}

func (l *ledger) Active(_ context.Context, ref pack.Ref) (string, error) {
	if err := l.fault("active"); err != nil {
		return "", err
	}
	return l.active[ref], nil
}

// A scene is a root with its records.
type scene struct {
	root    string
	records *ledger
}

func newScene(t *testing.T) *scene {
	t.Helper()
	return &scene{filepath.Join(t.TempDir(), "root"), &ledger{active: map[pack.Ref]string{}, known: map[string]bool{}}}
}

var someTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// open opens the root for a process that dies as m says.
func (s *scene) open(t *testing.T, m *mortal) (*generations.Disk, error) {
	t.Helper()
	s.records.fault = m.fault
	d, err := generations.Open(generations.Config{
		Root: s.root, LockTimeout: time.Second, Now: func() time.Time { return someTime },
		Logger: slog.New(slog.DiscardHandler), Fault: m.fault, Unsynced: true,
	})
	if err != nil {
		return nil, err
	}
	return d, d.Recover(t.Context(), s.records)
}

func (s *scene) mustOpen(t *testing.T) *generations.Disk {
	t.Helper()
	d, err := s.open(t, &mortal{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const digest = pack.Digest("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")

// publish makes a new generation of demo active.
func (s *scene) publish(t *testing.T, d *generations.Disk) error {
	t.Helper()
	release, err := d.Lock(t.Context(), "demo")
	if err != nil {
		return err
	}
	defer release()
	staging, err := d.Begin(t.Context())
	if err != nil {
		return err
	}
	defer staging.End()
	dir, err := staging.Mkdir()
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, generations.ContentName), 0o755); err != nil {
		t.Fatal(err)
	}
	name, err := d.NextName("demo", digest)
	if err != nil {
		return err
	}
	move := generations.Move{Ref: "demo", From: s.records.active["demo"], To: name, Metadata: []byte("about " + name), Staged: dir}
	return staging.Apply(t.Context(), generations.Operation{Time: someTime, Moves: []generations.Move{move}}, s.records)
}

// move moves demo to a generation that is in place, or to nothing.
func (s *scene) move(t *testing.T, d *generations.Disk, to string) error {
	t.Helper()
	release, err := d.Lock(t.Context(), "demo")
	if err != nil {
		return err
	}
	defer release()
	move := generations.Move{Ref: "demo", From: s.records.active["demo"], To: to}
	return d.Apply(t.Context(), generations.Operation{Time: someTime, Moves: []generations.Move{move}}, s.records)
}

// check checks that pointer and records agree, that nothing is left of
// operations, and that the records know all generations on disk. It returns the
// active one.
func (s *scene) check(t *testing.T, d *generations.Disk) string {
	t.Helper()
	pointer, err := d.Pointer("demo")
	if err != nil || pointer != s.records.active["demo"] {
		t.Errorf("pointer is %q (%v), records say %q", pointer, err, s.records.active["demo"])
	}
	for _, dir := range []string{"staging", "journal"} {
		entries, err := os.ReadDir(filepath.Join(s.root, dir))
		if err != nil || len(entries) > 0 {
			t.Errorf("left in %s: %v, %v", dir, entries, err)
		}
	}
	told := map[string]bool{}
	for _, op := range s.records.ops {
		told[op.Moves[0].To] = true
	}
	entries, _ := os.ReadDir(filepath.Join(s.root, "packs", "demo"))
	for _, e := range entries {
		if !told[e.Name()] {
			t.Errorf("generation %s is on disk, the records do not know it", e.Name())
		}
	}
	return pointer
}

const (
	first  = "000001-0123456789ab"
	second = "000002-0123456789ab"
)
