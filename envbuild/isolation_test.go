package envbuild_test

import (
	"context"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// A leveled Runner says at which level it starts children.
type leveled struct{ pack.Runner }

func (leveled) Isolation(context.Context) (pack.Isolation, string, error) {
	return pack.IsolationContained, "no sandbox", nil
}

// TestReportHasTheIsolation: it says how tools ran, if any did.
func TestReportHasTheIsolation(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.config.Runner = leveled{s.config.Runner}
	b := s.builder(t)
	path := s.pack(t, "app", "requirements.txt", "alpha==1.0\n")
	for _, want := range []pack.Isolation{pack.IsolationContained, ""} { // built, and reused
		rep, err := b.Build(t.Context(), envbuild.Request{Paths: []string{path}})
		if err != nil {
			t.Fatal(err)
		}
		if got := rep.Summary; got.Isolation != want || (got.Shortfall == "") != (want == "") {
			t.Errorf("got %q (%q), want %q", got.Isolation, got.Shortfall, want)
		}
	}
}
