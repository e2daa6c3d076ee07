package registry_test

import (
	"context"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/childproc"
)

// An isolating runner claims a level of isolation for each run, one after another.
type isolating struct {
	pack.Runner

	levels chan pack.Isolation
}

// Run implements [pack.Runner].
func (i isolating) Run(ctx context.Context, c pack.Command) (pack.Result, error) {
	res, err := i.Runner.Run(ctx, c)
	res.Isolation = <-i.levels
	return res, err
}

// TestEvidenceHasTheWeakestIsolation: tests are as isolated as the suite that was
// isolated least.
func TestEvidenceHasTheWeakestIsolation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		first, second, want pack.Isolation
	}{
		{pack.IsolationSandbox, pack.IsolationSandbox, pack.IsolationSandbox},
		{pack.IsolationSandbox, pack.IsolationContained, pack.IsolationContained},
		{pack.IsolationNone, pack.IsolationContained, pack.IsolationNone},
		{pack.IsolationSandbox, "", pack.IsolationNone},
		{"unheard-of", pack.IsolationSandbox, pack.IsolationNone},
	} {
		c := newRoot(t).config()
		levels := make(chan pack.Isolation, 2)
		levels <- tt.first
		levels <- tt.second
		c.Runner = isolating{childproc.New(nil), levels}
		section := "  runners:\n    a: {type: script, entry_point: tests/run.sh}\n    b: {type: script, entry_point: tests/run.sh}\n"
		_, s, err := registerTested(t, c, section, files{"tests/run.sh": script("exit 0")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		details, err := s.Show(t.Context(), "demo")
		if err != nil || details.Active.Tests.Isolation != tt.want {
			t.Errorf("%q and %q: got %q, %v, want %q", tt.first, tt.second, details.Active.Tests.Isolation, err, tt.want)
		}
	}
}
