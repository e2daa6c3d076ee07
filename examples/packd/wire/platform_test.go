package wire_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// TestPlatformVersion: that a pack does not suit the platform is known in full behind
// the wire, too.
func TestPlatformVersion(t *testing.T) {
	t.Parallel()
	want := &pack.PlatformError{}
	if err := errors.Join(want.Required.UnmarshalText([]byte("^3")), want.Actual.UnmarshalText([]byte("2.1.0"))); err != nil {
		t.Fatal(err)
	}
	failed := []pack.Failure{pack.NewFailure(0, "/p/demo", "demo", pack.StageDependencies, want)}
	analysis := overTheWire(t, wire.NewDependenciesReport(&deps.Report{
		Failed: failed, Conflicts: []deps.Conflict{{Ref: "log", Explanation: "no log suits it", Err: want}, {Ref: "web", Explanation: "no web"}},
	}))
	analysed, err := analysis.Result()
	registration := overTheWire(t, wire.NewRegisterReport(&registry.Report{Failed: failed}))
	_, err2 := registration.Result()
	needs := pack.NewFailure(1, "app", "app", pack.StageDependencies, pack.Errorf(pack.CodeDependencyMissing, "it needs demo, which failed: %w", want))
	installation := overTheWire(t, wire.NewInstallReport(&pipeline.Report{
		Outcomes: []pipeline.Outcome{{Spec: "demo", Failure: &failed[0]}, {Spec: "app", Failure: &needs}},
	}))
	installed, _ := installation.Result()
	if installation.Outcomes[1].Failure.Platform != nil {
		t.Error("a pack that needs another one is about the platform, too")
	}
	for _, err := range []error{err, err2, &installed.Failed[0], analysed.Conflicts[0].Err} {
		got, ok := errors.AsType[*pack.PlatformError](err)
		if !ok || !cmp.Equal(want, got) || pack.CodeOf(err) != pack.CodeDependencyConflict || !errors.Is(err, pack.ErrDependency) {
			t.Errorf("got %v", err)
		}
	}
	if analysis.Conflicts[1].Platform != nil {
		t.Error("another conflict is about the platform, too")
	}
}

// overTheWire returns what a client reads of v.
func overTheWire[T any](t *testing.T, v *T) *T {
	t.Helper()
	got := new(T)
	if err := json.Unmarshal(encode(t, v), got); err != nil {
		t.Fatal(err)
	}
	return got
}
