package registry_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestUpgradeThatDependentsCannotDoWith replaces lib 1.0.0, which the installed
// app needs as ^1.
func TestUpgradeThatDependentsCannotDoWith(t *testing.T) {
	t.Parallel()
	p := simplePack
	for _, tt := range []struct {
		name    string
		packs   []files
		replace registry.Replace
		want    []string
		warns   bool
	}{
		{"refused", []files{p("lib", "2.0.0")}, registry.ReplaceUpgrade, []string{"lib: dependencies dependency_conflict"}, false},
		{"suits", []files{p("lib", "1.9.0")}, registry.ReplaceUpgrade, []string{"lib"}, false},
		{"with the dependent", []files{p("lib", "2.0.0"), p("app", "1.1.0").needing("lib@^2")}, registry.ReplaceUpgrade, []string{"lib", "app"}, false},
		{
			"with the dependent as it is",
			[]files{p("lib", "2.0.0"), p("app", "1.0.0").needing("lib@^1")},
			registry.ReplaceUpgrade,
			[]string{"app", "lib: dependencies dependency_conflict"},
			false,
		},
		{"by force", []files{p("lib", "2.0.0")}, registry.ReplaceAny, []string{"lib"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newRoot(t).open(t)
			register(t, s, "", write(t, p("lib", "1.0.0")), write(t, p("app", "1.0.0").needing("lib@^1")))
			warned := false
			req := registry.Request{Replace: tt.replace, OnEvent: func(_ context.Context, e pack.Event) {
				warned = warned || e.Kind == pack.EventWarning && strings.Contains(e.Message, "app (lib@^1)")
			}}
			for _, f := range tt.packs {
				req.Paths = append(req.Paths, write(t, f))
			}
			report, _ := s.Register(t.Context(), req)
			if diff := cmp.Diff(tt.want, outcome(report)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if warned != tt.warns {
				t.Errorf("warned: %v, want %v", warned, tt.warns)
			}
		})
	}
}
