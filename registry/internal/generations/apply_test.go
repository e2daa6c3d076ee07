package generations_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

func TestRecordsAreToldEachMove(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	d := s.mustOpen(t)
	for _, err := range []error{s.publish(t, d), s.publish(t, d), s.move(t, d, first), s.move(t, d, "")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s.check(t, d)
	op := func(m generations.Move) generations.Operation {
		m.Ref = "demo"
		return generations.Operation{Time: someTime, Moves: []generations.Move{m}}
	}
	want := []generations.Operation{
		op(generations.Move{To: first, Metadata: []byte("about " + first)}),
		op(generations.Move{From: first, To: second, Metadata: []byte("about " + second)}),
		op(generations.Move{From: second, To: first}),
		op(generations.Move{From: first}),
	}
	if diff := cmp.Diff(want, s.records.ops, cmpopts.IgnoreFields(generations.Operation{}, "ID")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	ids := map[string]bool{}
	for _, op := range s.records.ops {
		ids[op.ID] = true
	}
	if ids[""] || len(ids) != len(want) {
		t.Errorf("IDs are not unique: %v", ids)
	}
}

// TestRecoveryRepeatsTheSameOperation: the records can know it again by its ID.
func TestRecoveryRepeatsTheSameOperation(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	if err := s.publish(t, s.mustOpen(t)); err != nil {
		t.Fatal(err)
	}
	m := &mortal{}
	d, err := s.open(t, m)
	if err != nil {
		t.Fatal(err)
	}
	s.records.fault = func(step string) error {
		if step == "decided" {
			m.n = 1
		}
		return m.fault(step)
	}
	if err := s.publish(t, d); !errors.Is(err, errDead) {
		t.Fatalf("got error %v", err)
	}
	s.check(t, s.mustOpen(t))
	if n := len(s.records.ops); n != 3 {
		t.Fatalf("told %d times", n)
	}
	if diff := cmp.Diff(s.records.ops[1], s.records.ops[2]); diff != "" {
		t.Errorf("(-first +again)\n%s", diff)
	}
}

// TestDyingAtAnyStep: opened again, and dying while doing so, the root is as
// before the change or as after it.
func TestDyingAtAnyStep(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*scene, *generations.Disk) error{
		"publish":   func(s *scene, d *generations.Disk) error { return s.publish(t, d) },
		"roll back": func(s *scene, d *generations.Disk) error { return s.move(t, d, first) },
		"remove":    func(s *scene, d *generations.Disk) error { return s.move(t, d, "") },
	}
	after := map[string]string{"publish": "000003-0123456789ab", "roll back": first, "remove": ""}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			for n := 1; ; n++ {
				got, died := dieAt(t, n, change)
				seen[got] = true
				if !died {
					break
				}
			}
			if want := map[string]bool{second: true, after[name]: true}; !cmp.Equal(want, seen) {
				t.Errorf("saw %v, want %v", seen, want)
			}
		})
	}
}

func dieAt(t *testing.T, n int, change func(*scene, *generations.Disk) error) (active string, died bool) {
	t.Helper()
	s := newScene(t)
	d := s.mustOpen(t)
	if err := errors.Join(s.publish(t, d), s.publish(t, d)); err != nil {
		t.Fatal(err)
	}
	m := &mortal{}
	d, err := s.open(t, m)
	if err != nil {
		t.Fatal(err)
	}
	m.n, m.steps = n, nil
	_ = change(s, d)
	died = len(m.steps) >= n
	for k := 1; ; k++ {
		again := &mortal{n: k}
		if _, err := s.open(t, again); err == nil && len(again.steps) < k {
			break
		}
	}
	return s.check(t, s.mustOpen(t)), died
}

// TestUndecided fails the decision of a living process.
func TestUndecided(t *testing.T) {
	t.Parallel()
	lost := errors.New("connection lost")
	tests := []struct {
		name    string
		failing []string
		err     error
		active  string
	}{
		{"before it happened", []string{"decide"}, lost, ""},
		{"after it happened", []string{"decided"}, nil, first},
		{"unknown, before it happened", []string{"decide", "outcome"}, lost, first},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			d := s.mustOpen(t)
			s.records.fault = func(step string) error {
				if slices.Contains(tt.failing, step) {
					return lost
				}
				return nil
			}
			if err := s.publish(t, d); !errors.Is(err, tt.err) {
				t.Errorf("got error %v", err)
			}
			if got := s.check(t, s.mustOpen(t)); got != tt.active {
				t.Errorf("got %q, want %q", got, tt.active)
			}
		})
	}
}

// TestTurningBackToWhatReadersGot: the records were restored from a copy, so
// the pointer and they disagree before the change, and again after it failed.
func TestTurningBackToWhatReadersGot(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"write intent", "create pointer", "decide"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			if err := s.publish(t, s.mustOpen(t)); err != nil {
				t.Fatal(err)
			}
			s.records.active["demo"] = ""
			dying := &mortal{at: at}
			d, err := s.open(t, dying)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.publish(t, d); !errors.Is(err, errDead) {
				t.Errorf("got error %v", err)
			}
			d = s.mustOpen(t)
			want := first
			if at == "decide" { // the pointer has moved: it decides
				want = second
			}
			if got, err := d.Pointer("demo"); got != want || err != nil {
				t.Errorf("readers get %q, %v", got, err)
			}
			if entries, err := os.ReadDir(filepath.Join(s.root, "journal")); err != nil || len(entries) > 0 {
				t.Errorf("left in the journal: %v, %v", entries, err)
			}
		})
	}
	t.Run("alive", func(t *testing.T) {
		t.Parallel()
		s := newScene(t)
		d := s.mustOpen(t)
		if err := s.publish(t, d); err != nil {
			t.Fatal(err)
		}
		s.records.active["demo"] = ""
		s.records.fault = (&mortal{at: "decide", once: true}).fault
		if err := s.publish(t, d); !errors.Is(err, errDead) {
			t.Errorf("got error %v", err)
		}
		if got, err := d.Pointer("demo"); got != first || err != nil {
			t.Errorf("readers get %q, %v", got, err)
		}
	})
}

func TestOperationsOfSeveralMovesAreRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	d := s.mustOpen(t)
	for _, moves := range [][]generations.Move{nil, {{Ref: "a", To: first}, {Ref: "b", To: first}}} {
		err := d.Apply(t.Context(), generations.Operation{Moves: moves}, s.records)
		if pack.CodeOf(err) != pack.CodeInvalidRequest || len(s.records.ops) > 0 {
			t.Errorf("%d moves: got error %v, told %v", len(moves), err, s.records.ops)
		}
	}
}

// TestForgedIntents have names that would lead out of the directory of the pack.
func TestForgedIntents(t *testing.T) {
	t.Parallel()
	for name, intent := range map[string]string{
		"discards another pack": `{"ref":"demo","pointer":"","to":"../other","new":true}`,
		"has no change":         `{"ref":"demo","pointer":"","to":""}`,
		"comes from elsewhere":  `{"ref":"demo","pointer":"000001-a/../../other","to":""}`,
		"of another pack":       `{"ref":"other","pointer":"000001-a","to":""}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.mustOpen(t)
			other := filepath.Join(s.root, "packs", "other")
			if err := os.Mkdir(other, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(s.root, "journal", "demo.json"), []byte(intent), 0o600); err != nil {
				t.Fatal(err)
			}
			s.check(t, s.mustOpen(t))
			if _, err := os.Stat(other); err != nil || len(s.records.ops) > 0 {
				t.Errorf("other pack: %v; told %v", err, s.records.ops)
			}
		})
	}
}
