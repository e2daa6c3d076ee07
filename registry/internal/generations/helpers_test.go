package generations_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

var errDead = errors.New("the process is dead")

// A mortal process fails at its n-th step, or at the first one of the name at.
// After that no step succeeds, unless the fault says otherwise. The zero value
// does not fail.
type mortal struct {
	n     int
	at    string
	fault fault
	hook  func(step string) // called before each step, nil for nothing
	steps []string
}

type fault int

const (
	dies    fault = iota // no later step succeeds
	once                 // later steps succeed
	forEver              // steps of that name fail from then on
)

func (m *mortal) step(step string) error {
	m.steps = append(m.steps, step)
	if m.hook != nil {
		m.hook(step)
	}
	if m.n == 0 && step == m.at {
		m.n = len(m.steps)
	}
	if m.n == 0 || len(m.steps) < m.n {
		return nil
	}
	later := len(m.steps) > m.n
	if later && (m.fault == once || m.fault == forEver && step != m.steps[m.n-1]) {
		return nil
	}
	return errDead
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
	if !l.known[op.ID] {
		for _, m := range op.Moves {
			if got := l.active[m.Ref]; got != m.From && got != m.To {
				return pack.Errorf(pack.CodeConflict, "pack %s is at %q, not at %q", m.Ref, got, m.From)
			}
		}
		for _, m := range op.Moves {
			l.active[m.Ref] = m.To
		}
	}
	l.ops = append(l.ops, op)
	l.known[op.ID] = true
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
	decide  generations.Records // nil: records
	log     *strings.Builder
}

func newScene(t *testing.T) *scene {
	t.Helper()
	return &scene{filepath.Join(t.TempDir(), "root"), &ledger{active: map[pack.Ref]string{}, known: map[string]bool{}}, nil, &strings.Builder{}}
}

var someTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// open opens the root for a process that fails as m says.
func (s *scene) open(t *testing.T, m *mortal) (*generations.Disk, error) {
	t.Helper()
	s.records.fault = m.step
	d, err := generations.Open(generations.Config{
		Root: s.root, LockTimeout: time.Second,
		Logger: slog.New(slog.NewTextHandler(s.log, nil)), Fault: m.step, Unsynced: true,
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

const someActor = "ann"

const digest = pack.Digest("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")

// published is what a pack of a set moves to that gets new content.
const published = "new"

// A set says what becomes of each of its packs: published, a generation that is
// in place, or "" to remove it.
type set map[pack.Ref]string

// noLock stands for locks that are held.
type noLock struct{ generations.Lock }

func (noLock) Fence() int64 { return 0 }

// apply applies an operation over the set.
func (s *scene) apply(t *testing.T, d *generations.Disk, changes set) error {
	t.Helper()
	var records generations.Records = s.records
	if s.decide != nil {
		records = s.decide
	}
	refs := slices.Sorted(maps.Keys(changes))
	lock, err := d.Lock(t.Context(), records, refs)
	if err != nil {
		return err
	}
	defer lock.Release()
	staging, err := d.Begin(t.Context())
	if err != nil {
		return err
	}
	defer staging.End()
	op := generations.Operation{Time: someTime, Actor: someActor}
	for _, ref := range refs {
		move := generations.Move{Ref: ref, From: s.records.active[ref], To: changes[ref]}
		if move.To == published {
			if err := s.stage(t, d, staging, lock, &move); err != nil {
				return err
			}
		}
		op.Moves = append(op.Moves, move)
	}
	return staging.Apply(t.Context(), op, lock, records)
}

// stage stages content that holds the name of its generation.
func (s *scene) stage(t *testing.T, d *generations.Disk, staging *generations.Staging, lock generations.Lock, m *generations.Move) (err error) {
	t.Helper()
	if m.Staged, err = staging.Mkdir(); err != nil {
		return err
	}
	if m.To, err = d.NextName(lock, m.Ref, digest); err != nil {
		return err
	}
	content := filepath.Join(m.Staged, generations.ContentName)
	if err := os.Mkdir(content, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(content, "name"), []byte(m.To), 0o644); err != nil {
		t.Fatal(err)
	}
	m.Metadata = []byte("about " + m.To)
	return nil
}

// publish makes a new generation of demo active.
func (s *scene) publish(t *testing.T, d *generations.Disk) error {
	t.Helper()
	return s.apply(t, d, set{"demo": published})
}

// move moves demo to a generation that is in place, or to nothing.
func (s *scene) move(t *testing.T, d *generations.Disk, to string) error {
	t.Helper()
	return s.apply(t, d, set{"demo": to})
}

// readers returns the generations that readers get, by looking at the files
// alone.
func (s *scene) readers(t *testing.T) map[pack.Ref]string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.root, "current"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[pack.Ref]string{}
	for _, e := range entries {
		link := filepath.Join(s.root, "current", e.Name())
		target, err := os.Readlink(link)
		if err != nil {
			t.Fatal(err)
		}
		name, err := os.ReadFile(filepath.Join(link, "name"))
		if err != nil || target != "../packs/"+e.Name()+"/"+string(name)+"/pack" {
			t.Errorf("%s leads to %s, with content of %q, %v", link, target, name, err)
		}
		got[pack.Ref(e.Name())] = string(name)
	}
	return got
}

// recorded returns the generations that the records hold as active.
func (s *scene) recorded() map[pack.Ref]string {
	got := maps.Clone(s.records.active)
	maps.DeleteFunc(got, func(_ pack.Ref, name string) bool { return name == "" })
	return got
}

// check checks that files and records agree, that nothing is left of operations,
// and that the records know all generations on disk. It returns the active ones.
func (s *scene) check(t *testing.T) map[pack.Ref]string {
	t.Helper()
	active := s.recorded()
	if diff := cmp.Diff(active, s.readers(t)); diff != "" {
		t.Errorf("records and files differ (-records +files)\n%s", diff)
	}
	for _, dir := range []string{"staging", "journal"} {
		entries, err := os.ReadDir(filepath.Join(s.root, dir))
		if err != nil || len(entries) > 0 {
			t.Errorf("left in %s: %v, %v", dir, entries, err)
		}
	}
	told := map[string]bool{}
	for _, op := range s.records.ops {
		for _, m := range op.Moves {
			told[m.Ref.String()+"/"+m.To] = true
		}
	}
	found, err := filepath.Glob(filepath.Join(s.root, "packs", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range found {
		ref, name := filepath.Base(filepath.Dir(dir)), filepath.Base(dir)
		if !told[ref+"/"+name] || active[pack.Ref(ref)] == "" {
			t.Errorf("generation %s of %s is on disk, the records do not know it", name, ref)
		}
	}
	return active
}

const (
	first  = "000001-0123456789ab"
	second = "000002-0123456789ab"
	third  = "000003-0123456789ab"
)
