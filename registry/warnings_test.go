package registry_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestBrokenDependentsAreLogged logs what a change breaks, and what the changed pack itself
// lacks from then on, if the change happens.
func TestBrokenDependentsAreLogged(t *testing.T) {
	t.Parallel()
	const broken, unmet = "dependency is unmet from now on", "pack base is needed and not installed"
	anyone := []pack.Ref{registry.AnyDependent}
	for name, tt := range map[string]struct {
		do   func(*registry.Store) error
		want []string
	}{
		"remove": {func(s *registry.Store) error {
			return s.Remove(t.Context(), "lib", &registry.RemoveOptions{AllowBreak: anyone})
		}, []string{broken}},
		"roll back": {func(s *registry.Store) error {
			_, err := s.RollBack(t.Context(), "lib", &registry.RollBackOptions{AllowBreak: anyone})
			return err
		}, []string{broken, unmet}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			s := r.open(t)
			register(t, s, "", write(t, simplePack("base", "1.0.0")), write(t, simplePack("lib", "1.0.0").needing("base")))
			register(t, s, registry.ReplaceUpgrade, write(t, simplePack("lib", "2.0.0")))
			register(t, s, "", write(t, simplePack("app", "1.0.0").needing("lib@^2")))
			if err := s.Remove(t.Context(), "base", nil); err != nil {
				t.Fatal(err)
			}
			for _, fails := range []bool{true, false} {
				var log bytes.Buffer
				c := r.config()
				c.Logger = slog.New(slog.NewTextHandler(&log, nil))
				faults := &reaper{err: errDead, once: true}
				if fails {
					faults.dieAtStep = "publish intent"
				}
				changing, err := registry.OpenFaulty(t.Context(), c, faults.fault)
				if err != nil {
					t.Fatal(err)
				}
				if err := tt.do(changing); (err != nil) != fails {
					t.Fatalf("got error %v, want one: %v", err, fails)
				}
				for _, want := range tt.want {
					if got := strings.Contains(log.String(), want); got == fails {
						t.Errorf("failed: %v, log has %q: %v", fails, want, got)
					}
				}
				if err := changing.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestUnmetDependenciesAreWarnings registers packs without validation: dependencies on
// packs of the same request are met.
func TestUnmetDependenciesAreWarnings(t *testing.T) {
	t.Parallel()
	left, right := write(t, simplePack("left", "1.0.0").needing("right")), write(t, simplePack("right", "1.0.0").needing("left"))
	app := write(t, simplePack("app", "1.0.0").needing("lib@^1", "left"))
	for _, skip := range []bool{true, false} {
		report, _ := newRoot(t).open(t).Register(t.Context(), registry.Request{Paths: []string{left, app, right}, SkipValidation: skip})
		if skip && (len(report.Warnings) != 1 || report.Warnings[0].Ref != "app" || !strings.Contains(report.Warnings[0].Message, "pack lib@^1 is needed")) {
			t.Errorf("got warnings %+v, want one", report.Warnings)
		}
		if !skip && len(report.Warnings) != 0 {
			t.Errorf("with validation: got warnings %+v", report.Warnings)
		}
	}
}
