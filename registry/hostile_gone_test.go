package registry_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// goneComponents replaces a pack by a version without an action that a rule of another
// pack names: a dependency refuses the version, and without one the report warns.
func goneComponents(t *testing.T) {
	t.Parallel()
	const missing = "user.r in rules names base.a, which base@2.0.0 does not have any more"
	for _, tt := range []struct {
		name, needs string
		allow       []pack.Ref
		want        []string
		warns       bool
	}{
		{"the user needs the old version", "base@^1", nil, []string{"base: dependencies dependency_conflict"}, false},
		{"the user may break", "base@^1", []pack.Ref{"user"}, []string{"base"}, true},
		{"the user needs any version", "base", nil, []string{"base"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newRoot(t).open(t)
			user := simplePack("user", "1.0.0").needing(tt.needs).with(files{"rules/r.yaml": "ref: user.r\nlabel: L\ndescription: D\ntrigger_ref: core.timer\naction_ref: base.a\n"})
			base := simplePack("base", "1.0.0").with(action("a", "a.sh")).with(files{"actions/a.sh": "#!/bin/sh\n"})
			register(t, s, "", write(t, base), write(t, user))
			var events []string
			report, _ := s.Register(t.Context(), registry.Request{
				Paths: []string{write(t, simplePack("base", "2.0.0"))}, Replace: registry.ReplaceUpgrade, AllowBreak: tt.allow, OnEvent: observe(&events),
			})
			if diff := cmp.Diff(tt.want, outcome(report)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			inReport := slices.ContainsFunc(report.Warnings, func(w pack.Warning) bool { return w.Ref == "base" && w.Message == missing })
			if warned := slices.Contains(events, "warning "+missing); warned != tt.warns || inReport != tt.warns {
				t.Errorf("warned by an event: %t, in the report: %t, want %t\n%q\n%v", warned, inReport, tt.warns, events, report.Warnings)
			}
		})
	}
}
