package deps_test

import (
	"context"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/depstest"
)

// A panickyWorld knows nothing, loudly.
type panickyWorld struct{ depstest.Universe }

func (*panickyWorld) Candidates(context.Context, pack.Want) ([]pack.Candidate, error) {
	panic("world")
}

func TestPanicsOfTheHost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	paths := []string{layOut(t, dir, "app@1.0.0", "log"), layOut(t, dir, "web@1.0.0")}
	a, err := deps.New(deps.Config{World: &panickyWorld{}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Analyze(t.Context(), deps.Request{Paths: paths}); err == nil || !strings.Contains(err.Error(), "panic: world") {
		t.Errorf("got %v", err)
	}
	rep, err := newAnalyzer(t).Analyze(t.Context(), deps.Request{Paths: paths[1:], OnEvent: func(_ context.Context, e pack.Event) {
		if e.Kind == pack.EventStarted {
			panic("observer")
		}
	}})
	if err != nil || len(rep.Warnings) != 1 || !strings.Contains(rep.Warnings[0].Message, "panicked: observer") {
		t.Errorf("got %v, %+v", err, rep)
	}
}
