package registry_test

import (
	"context"
	"errors"
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
		name       string
		packs      []files
		replace    registry.Replace
		allowBreak []pack.Ref
		want       []string
		warns      bool
	}{
		{"refused", []files{p("lib", "2.0.0")}, registry.ReplaceUpgrade, nil, []string{"lib: dependencies dependency_conflict"}, false},
		{"suits", []files{p("lib", "1.9.0")}, registry.ReplaceUpgrade, nil, []string{"lib"}, false},
		{"with the dependent", []files{p("lib", "2.0.0"), p("app", "1.1.0").needing("lib@^2")}, registry.ReplaceUpgrade, nil, []string{"lib", "app"}, false},
		{
			"with the dependent as it is",
			[]files{p("lib", "2.0.0"), p("app", "1.0.0").needing("lib@^1")},
			registry.ReplaceUpgrade,
			nil,
			[]string{"app", "lib: dependencies dependency_conflict"},
			false,
		},
		{"whatever is there", []files{p("lib", "2.0.0")}, registry.ReplaceAny, nil, []string{"lib: dependencies dependency_conflict"}, false},
		{"allowed", []files{p("lib", "2.0.0")}, registry.ReplaceUpgrade, []pack.Ref{"app"}, []string{"lib"}, true},
		{"another one allowed", []files{p("lib", "2.0.0")}, registry.ReplaceUpgrade, []pack.Ref{"other"}, []string{"lib: dependencies dependency_conflict"}, false},
		{"all allowed", []files{p("lib", "2.0.0")}, registry.ReplaceUpgrade, []pack.Ref{registry.AnyDependent}, []string{"lib"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newRoot(t).open(t)
			register(t, s, "", write(t, p("lib", "1.0.0")), write(t, p("app", "1.0.0").needing("lib@^1")))
			warned := false
			req := registry.Request{Replace: tt.replace, AllowBreak: tt.allowBreak, OnEvent: func(_ context.Context, e pack.Event) {
				warned = warned || e.Kind == pack.EventWarning && strings.Contains(e.Message, "app needs lib@^1")
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

// TestChangesThatBreakDependents: removing a pack and rolling one back refuse to
// break its dependents, and name them, as registering does.
func TestChangesThatBreakDependents(t *testing.T) {
	t.Parallel()
	changes := map[string]func(s *registry.Store, allow []pack.Ref) error{
		"remove": func(s *registry.Store, allow []pack.Ref) error {
			return s.Remove(t.Context(), "lib", &registry.RemoveOptions{AllowBreak: allow})
		},
		"roll back": func(s *registry.Store, allow []pack.Ref) error {
			_, err := s.RollBack(t.Context(), "lib", &registry.RollBackOptions{AllowBreak: allow})
			return err
		},
	}
	for name, change := range changes {
		for _, tt := range []struct {
			name    string
			allow   []pack.Ref
			refused []pack.Ref
		}{
			{"none", nil, []pack.Ref{"app", "tool"}},
			{"one", []pack.Ref{"app"}, []pack.Ref{"tool"}},
			{"both", []pack.Ref{"tool", "app"}, nil},
			{"any", []pack.Ref{registry.AnyDependent}, nil},
		} {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				s := newRoot(t).open(t)
				register(t, s, "", write(t, simplePack("lib", "1.0.0")))
				register(t, s, registry.ReplaceUpgrade, write(t, simplePack("lib", "2.0.0")))
				register(t, s, "", write(t, simplePack("app", "1.0.0").needing("lib@^2")), write(t, simplePack("tool", "1.0.0").needing("lib@>=2")))
				err := change(s, tt.allow)
				var refused []pack.Ref
				if broken, ok := errors.AsType[*registry.DependentsError](err); ok {
					for _, d := range broken.Dependents {
						refused = append(refused, d.Ref)
					}
				}
				if diff := cmp.Diff(tt.refused, refused); diff != "" || (err == nil) != (tt.refused == nil) || err != nil && pack.CodeOf(err) != pack.CodeDependencyConflict {
					t.Errorf("refused for (-want +got)\n%s\n%v", diff, err)
				}
				if _, err := s.Show(t.Context(), "lib"); (err == nil) != (tt.refused != nil || name == "roll back") {
					t.Errorf("afterwards: %v", err)
				}
			})
		}
	}
}

// TestDependentsAllowedToBreakFormNoSet upgrades lib, and app, whose tests fail.
func TestDependentsAllowedToBreakFormNoSet(t *testing.T) {
	t.Parallel()
	p := simplePack
	for _, tt := range []struct {
		allow []pack.Ref
		want  []string
	}{
		{nil, []string{"lib: dependencies dependency_missing", "app: tests tests_failed"}},
		{[]pack.Ref{"app"}, []string{"lib", "app: tests tests_failed"}},
	} {
		s := newRoot(t).open(t)
		register(t, s, "", write(t, p("lib", "1.0.0")), write(t, p("app", "1.0.0").needing("lib@^1")))
		report, err := s.Register(t.Context(), registry.Request{
			Paths: []string{write(t, p("lib", "2.0.0")), write(t, failingTests(p("app", "2.0.0")))}, Replace: registry.ReplaceUpgrade, AllowBreak: tt.allow,
		})
		if diff := cmp.Diff(tt.want, outcome(report)); diff != "" {
			t.Errorf("%v may break (-want +got)\n%s%v", tt.allow, diff, err)
		}
	}
}
