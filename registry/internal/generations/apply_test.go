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
	s.check(t)
	op := func(m generations.Move) generations.Operation {
		m.Ref = "demo"
		return generations.Operation{Time: someTime, Actor: someActor, Moves: []generations.Move{m}}
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

// sets are operations of one, two and three moves on the packs a, b and c. Of
// these, b has two generations.
func sets() map[string]set {
	return map[string]set{
		"publish":                       {"a": published},
		"roll back":                     {"b": first},
		"remove":                        {"b": ""},
		"publish a new one and another": {"d": published, "c": published},
		"publish and remove":            {"b": published, "a": ""},
		"publish three":                 {"a": published, "b": published, "c": published},
		"publish, roll back and remove": {"a": published, "b": first, "c": ""},
	}
}

// failing returns a scene whose process fails at the n-th step of an operation.
func failing(t *testing.T, f fault, n int) (*scene, *generations.Disk, *mortal) {
	t.Helper()
	s, m := newScene(t), &mortal{fault: f}
	d, err := s.open(t, m)
	for _, changes := range []set{{"b": published}, {"a": published, "b": published, "c": published}} {
		if err == nil {
			err = s.apply(t, d, changes)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	m.n, m.steps = n, nil
	return s, d, m
}

// outcomes returns what readers get before and after the operation, and its
// steps.
func outcomes(t *testing.T, changes set) (before, after map[pack.Ref]string, steps []string) {
	t.Helper()
	s, d, m := failing(t, once, 0)
	before = s.check(t)
	if err := s.apply(t, d, changes); err != nil {
		t.Fatal(err)
	}
	return before, s.check(t), m.steps
}

// TestFailingAtEachStep lets operations fail at each step: for once, for ever,
// or because the process dies. The set is exactly as before or exactly as after
// it: at once in a process that lives on, unless it says that it needs repair,
// and when the root is opened again, whatever happens to the processes that open
// it.
func TestFailingAtEachStep(t *testing.T) {
	t.Parallel()
	for name, changes := range sets() {
		t.Run("M06/"+name, func(t *testing.T) {
			t.Parallel()
			before, after, steps := outcomes(t, changes)
			for kind, f := range map[string]fault{"dies": dies, "once": once, "for ever": forEver} {
				seen := map[string]bool{}
				for n, step := range steps {
					got := failAt(t, changes, f, n+1)
					switch {
					case cmp.Equal(got, before):
						seen["before"] = true
					case cmp.Equal(got, after):
						seen["after"] = true
					default:
						t.Errorf("%s at step %d, %q: got %v, want %v or %v", kind, n+1, step, got, before, after)
					}
					if t.Failed() {
						t.Fatalf("%s at step %d, %q of %q", kind, n+1, step, steps)
					}
				}
				if len(seen) != 2 {
					t.Errorf("%s: saw only %v", kind, seen)
				}
			}
		})
	}
}

// failAt returns what readers get after an operation that fails at its n-th step.
func failAt(t *testing.T, changes set, f fault, n int) map[pack.Ref]string {
	t.Helper()
	s, d, m := failing(t, f, n)
	before := s.readers(t)
	err := s.apply(t, d, changes)
	_, unsettled := errors.AsType[*generations.RepairError](err)
	at := s.readers(t)
	switch {
	case err == nil && !cmp.Equal(at, s.recorded()):
		t.Errorf("success was reported: readers get %v, recorded are %v", at, s.recorded())
	case err != nil && f != dies && !unsettled && !cmp.Equal(at, before):
		t.Errorf("error %v: readers get %v, before they got %v", err, at, before)
	case f == once && unsettled:
		t.Errorf("one error leaves it unsettled: %v", err)
	}
	s.recover(t, f, m.steps[n-1])
	got := s.check(t)
	if err == nil && !cmp.Equal(got, at) {
		t.Errorf("success was reported with %v, later readers get %v", at, got)
	}
	return got
}

// recover opens the root again after a fault at step.
func (s *scene) recover(t *testing.T, f fault, step string) {
	t.Helper()
	switch f {
	case dies: // so does each process that recovers, one step later
		for k := 1; ; k++ {
			again := &mortal{n: k}
			if _, err := s.open(t, again); err == nil && len(again.steps) < k {
				return
			}
		}
	case forEver: // the next process fares no better
		if _, err := s.open(t, &mortal{at: step, fault: forEver}); err != nil {
			t.Errorf("opening the root: %v", err)
		}
	}
	s.mustOpen(t)
}

// TestNothingIsVisibleBeforeItIsRecorded looks at the readers when the records
// are told, and after each later step.
func TestNothingIsVisibleBeforeItIsRecorded(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	d := s.mustOpen(t)
	if err := s.apply(t, d, set{"a": published, "b": published}); err != nil {
		t.Fatal(err)
	}
	before := s.readers(t)
	s.records.fault = func(step string) error {
		if got := s.readers(t); step == "decide" && !cmp.Equal(before, got) {
			t.Errorf("readers get %v before it is recorded", got)
		}
		return nil
	}
	if err := s.apply(t, d, set{"a": published, "b": "", "c": published}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[pack.Ref]string{"a": second, "c": first}, s.check(t)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestUndecided fails the decision of a living process.
func TestUndecided(t *testing.T) {
	t.Parallel()
	lost := errors.New("connection lost")
	tests := []struct {
		name    string
		failing []string
		err     error
		repair  bool
		active  string
	}{
		{"before it happened", []string{"decide"}, lost, false, ""},
		{"after it happened", []string{"decided"}, nil, false, first},
		{"unknown, before it happened", []string{"decide", "outcome"}, lost, true, ""},
		{"unknown, after it happened", []string{"decided", "outcome"}, lost, true, first},
	}
	for _, tt := range tests {
		t.Run("N15/"+tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			d := s.mustOpen(t)
			s.records.fault = func(step string) error {
				if slices.Contains(tt.failing, step) {
					return lost
				}
				return nil
			}
			err := s.publish(t, d)
			if _, repair := errors.AsType[*generations.RepairError](err); !errors.Is(err, tt.err) || repair != tt.repair {
				t.Errorf("got error %v", err)
			}
			if tt.repair {
				// It stays as it is until the records answer.
				entries, _ := os.ReadDir(filepath.Join(s.root, "journal"))
				if err := s.publish(t, d); !errors.Is(err, lost) || len(entries) != 1 {
					t.Errorf("while it is not known: got error %v, journal %v", err, entries)
				}
			}
			s.mustOpen(t)
			if got := s.check(t)["demo"]; got != tt.active {
				t.Errorf("got %q, want %q", got, tt.active)
			}
		})
	}
}

func TestInvalidOperations(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	d := s.mustOpen(t)
	for name, moves := range map[string][]generations.Move{
		"no moves":       nil,
		"one pack twice": {{Ref: "a", To: first}, {Ref: "a", From: first}},
		"no change":      {{Ref: "a", From: first, To: first}},
		"another name":   {{Ref: "a", To: "../b"}},
		"no name":        {{Ref: "a", Staged: "x"}},
		"another ref":    {{Ref: "../a", To: first}},
	} {
		err := d.Apply(t.Context(), generations.Operation{Moves: moves}, noLock{}, s.records)
		if pack.CodeOf(err) != pack.CodeInvalidRequest && pack.CodeOf(err) != pack.CodeInvalidRef || len(s.records.ops) > 0 {
			t.Errorf("%s: got error %v, told %v", name, err, s.records.ops)
		}
	}
	if err := d.Apply(t.Context(), generations.Operation{Moves: []generations.Move{{Ref: "a", To: first}}}, noLock{}, s.records); pack.CodeOf(err) != pack.CodeStoreCorrupt {
		t.Errorf("a generation that is not in place: got error %v", err)
	}
	s.check(t)
}

// TestNamesAreNeverUsedAgain installs a pack that was removed.
func TestNamesAreNeverUsedAgain(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	d := s.mustOpen(t)
	for _, to := range []string{published, published, first, "", published, "", published} {
		if err := s.move(t, d, to); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.check(t)["demo"]; got != "000004-0123456789ab" {
		t.Errorf("got %q", got)
	}
}
