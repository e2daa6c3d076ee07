package registrytest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func version(t testing.TB, s string) pack.Version {
	t.Helper()
	v, err := pack.ParseVersion(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// activation returns the activation of version "1.<n>.0" of ref, as generation
// n after generation n-1, with the actions of the given names.
func activation(t testing.TB, ref pack.Ref, n int, actions ...string) registry.Activation {
	t.Helper()
	a := registry.Activation{
		Ref:        ref,
		Generation: generation(t, n),
		Components: []pack.Component{},
		Time:       day(n),
	}
	if n > 1 {
		a.Previous = generationName(n - 1)
	}
	a.Generation.Previous = a.Previous
	a.Manifest = manifest(ref, a.Generation.Version)
	for _, name := range actions {
		a.Components = append(a.Components, action(ref, name))
	}
	return a
}

func generationName(n int) string { return fmt.Sprintf("%06d", n) }

func day(n int) time.Time { return time.Date(2024, 1, n, 12, 30, 15, 123456000, time.UTC) }

func digest(digit string) pack.Digest {
	d := "sha256:"
	for range 64 {
		d += digit
	}
	return pack.Digest(d)
}

func generation(t testing.TB, n int) registry.Generation {
	t.Helper()
	v := version(t, fmt.Sprintf("1.%d.0", n))
	return registry.Generation{
		Name:              generationName(n),
		Version:           v,
		TreeDigest:        digest("a"),
		DirectoryChecksum: digest("b"),
		Pin: pack.Pin{
			Scheme: "git", Location: "https://git.example.com/p", Commit: "c0ffee", Version: v,
			Via: pack.Origin{Index: "packs.example.com", Entry: "p@" + v.String()},
		},
		Environments: []pack.Environment{{
			Runtime: pack.RuntimePython, Key: "k1", Path: "/envs/k1", Interpreter: "/envs/k1/bin/python", Version: "Python 3.11.7",
		}},
		Tests: &registry.TestResult{
			Version: v, TreeDigest: digest("a"), Environments: []registry.TestEnvironment{{Runtime: pack.RuntimePython, Key: "k1", Instance: "i1"}}, Time: day(n),
			Status: registry.TestsPassed, TestTotals: registry.TestTotals{Total: 2, Passed: 2}, PassRate: 1, DurationMS: 17,
			Suites: []registry.TestSuite{{Name: "unit", Runner: "unittest", Status: registry.TestsPassed, TestTotals: registry.TestTotals{Total: 2, Passed: 2}}},
		},
		Validation: registry.ValidationResult{Valid: true, Errors: []string{}, Findings: pack.Findings{}},
		Components: registry.ComponentCounts{Actions: 2},
		Created:    day(n),
		Actor:      "ann",
	}
}

func manifest(ref pack.Ref, v pack.Version) pack.Manifest {
	return pack.Manifest{
		Ref: ref, Version: v, Label: "Pack", Enabled: true,
		Config:       map[string]any{"url": "https://example.com", "retries": json.Number("3")},
		Dependencies: []pack.Dependency{{Ref: "core"}},
	}
}

func action(ref pack.Ref, name string) pack.Component {
	return pack.Component{
		Kind: pack.KindAction, Ref: ref.Component(name), Name: name, Enabled: true, File: "actions/" + name + ".yaml",
		Spec:   map[string]any{"ref": ref.Component(name).String(), "tags": []any{"a", "b"}, "max": json.Number("9007199254740993")},
		Action: &pack.Action{Runner: "shell", EntryPoint: "actions/" + name + ".sh", Timeout: pack.Duration(time.Minute)},
	}
}

var operations atomic.Int64

// operationID returns an ID that no other operation of this process has.
func operationID() string { return fmt.Sprint("op-", operations.Add(1)) }

// activate applies an operation of one activation.
func activate(ctx context.Context, r registry.Records, a registry.Activation) (registry.Record, error) {
	records, err := r.Apply(ctx, registry.Operation{ID: operationID(), Activate: []registry.Activation{a}})
	if err != nil {
		return registry.Record{}, err
	}
	if len(records) != 1 {
		return registry.Record{}, fmt.Errorf("Apply of one activation returned %d records", len(records))
	}
	return records[0], nil
}

// remove applies an operation of one removal.
func remove(ctx context.Context, r registry.Records, ref pack.Ref, generation string) error {
	records, err := r.Apply(ctx, removal(ref, generation))
	if err == nil && len(records) != 0 {
		err = fmt.Errorf("Apply of a removal returned %d records", len(records))
	}
	return err
}

func removal(ref pack.Ref, generation string) registry.Operation {
	return registry.Operation{ID: operationID(), Remove: []registry.Removal{{Ref: ref, Generation: generation}}}
}

// commit activates a and stops the test when that fails.
func commit(t testing.TB, r registry.Records, a registry.Activation) registry.Record {
	t.Helper()
	rec, err := activate(t.Context(), r, a)
	if err != nil {
		t.Fatalf("Apply of %s, generation %s: %v", a.Ref, a.Generation.Name, err)
	}
	return rec
}

// A state is the complete data of one pack in records.
type state struct {
	Record      registry.Record
	Components  []pack.Component
	Generations []registry.Generation
}

func stateOf(t testing.TB, r registry.Records, ref pack.Ref) state {
	t.Helper()
	rec, err := r.Pack(t.Context(), ref)
	active, err4 := r.Active(t.Context(), ref)
	components, err2 := r.Components(t.Context(), ref)
	generations, err3 := r.Generations(t.Context(), ref)
	if err := errors.Join(err, err2, err3, err4); err != nil {
		t.Fatalf("read records of %s: %v", ref, err)
	}
	wantEqual(t, "what Active returned", rec.Active.Name, active)
	return state{rec, components, generations}
}

func wantEqual(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got)\n%s", what, diff)
	}
}

func wantError(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: got error %v, want one that matches %q", what, err, want)
	}
}
