package envbuild_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/packtrain/pack"
)

// TestRunnerPanics: the packs that need what was being built fail, all of them,
// and no other does.
func TestRunnerPanics(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.tools.OnRun = func(_ context.Context, c pack.Command) (*pack.Result, error) {
		if slices.Contains(c.Args, "install") {
			panic("runner")
		}
		return nil, nil
	}
	rep, err := s.build(t,
		s.pack(t, "a", "requirements.txt", "six"), s.pack(t, "b", "requirements.txt", "six"), s.pack(t, "c", "readme.md", "x"))
	if err == nil || len(rep.Failed) != 2 || len(rep.Built) != 1 {
		t.Fatalf("err = %v, report = %+v", err, rep)
	}
	for _, f := range rep.Failed {
		if !strings.Contains(f.Message, "panic: runner") {
			t.Errorf("%s: %s", f.Ref, f.Message)
		}
	}
}
