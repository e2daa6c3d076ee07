package registry_test

import (
	"context"
	"errors"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestWhichPackWasMeant mistypes the ref of an installed pack in every call that takes
// one.
func TestWhichPackWasMeant(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *registry.Store, pack.Ref) error{
		"show": func(ctx context.Context, s *registry.Store, ref pack.Ref) error {
			_, err := s.Show(ctx, ref)
			return err
		},
		"snapshot of a version": func(ctx context.Context, s *registry.Store, ref pack.Ref) error {
			_, err := s.SnapshotKept(ctx, ref, "1.0.0")
			return err
		},
		"config": func(ctx context.Context, s *registry.Store, ref pack.Ref) error {
			_, err := s.Config(ctx, ref)
			return err
		},
		"set config": func(ctx context.Context, s *registry.Store, ref pack.Ref) error {
			return second(s.SetConfig(ctx, ref, nil, nil))
		},
		"remove": func(ctx context.Context, s *registry.Store, ref pack.Ref) error { return s.Remove(ctx, ref, nil) },
		"roll back": func(ctx context.Context, s *registry.Store, ref pack.Ref) error {
			_, err := s.RollBack(ctx, ref, nil)
			return err
		},
		"snapshot": func(ctx context.Context, s *registry.Store, ref pack.Ref) error {
			_, err := s.Snapshot(ctx, ref)
			return err
		},
		"verify": func(ctx context.Context, s *registry.Store, ref pack.Ref) error {
			_, err := s.Verify(ctx, ref)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newRoot(t).open(t)
			register(t, s, registry.ReplaceNever, write(t, simplePack("jira", "1.0.0")))
			for ref, want := range map[pack.Ref]registry.NotInstalledError{
				"jria": {Ref: "jria", Nearest: "jira"},
				"none": {Ref: "none"},
			} {
				err := call(t.Context(), s, ref)
				got, ok := errors.AsType[*registry.NotInstalledError](err)
				if !ok || *got != want || pack.CodeOf(err) != pack.CodeNotFound || !errors.Is(err, pack.ErrNotFound) || err.Error() != want.Error() {
					t.Errorf("%s: got %v, want %v", ref, err, &want)
				}
			}
		})
	}
}

// TestWhichActionWasMeant: an error names the action that was mistyped, else all.
func TestWhichActionWasMeant(t *testing.T) {
	t.Parallel()
	action := func(ref pack.ComponentRef) pack.Component { return pack.Component{Ref: ref, Action: &pack.Action{}} }
	p := &registry.PackDetails{Components: []pack.Component{
		action("jira.get_issue"), {Ref: "jira.get_issues", Kind: pack.KindWorkflow}, {Ref: "jira.hook", Kind: pack.KindTrigger}, action("jira.close"),
	}}
	p.Ref = "jira"
	if c, err := p.Action("jira.close"); err != nil || c != &p.Components[3] {
		t.Errorf("got %v, %v", c, err)
	}
	for ref, want := range map[pack.ComponentRef]string{
		"jira.get_isue":   `pack jira has no action "jira.get_isue": did you mean the action "jira.get_issue"?`,
		"jira.get_issues": `jira.get_issues is a workflow, which a workflow engine runs: did you mean the action "jira.get_issue"?`,
		"jira.hook":       `jira.hook is not an action, but one of the triggers; actions of the pack: jira.get_issue, jira.close`,
		"jira.none":       `pack jira has no action "jira.none"; actions of the pack: jira.get_issue, jira.close`,
	} {
		if c, err := p.Action(ref); c != nil || pack.CodeOf(err) != pack.CodeNotFound || err.Error() != want {
			t.Errorf("got %v, %v, want %s", c, err, want)
		}
	}
	p.Components = nil
	if _, err := p.Action("jira.close"); err == nil || err.Error() != `pack jira has no action "jira.close"; actions of the pack: none` {
		t.Errorf("got %v", err)
	}
}
