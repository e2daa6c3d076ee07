package registry_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// action returns files of an action of the pack base with the given script.
func action(name, script string) files {
	return files{
		"actions/" + name + ".yaml": "ref: base." + name + "\nlabel: L\ndescription: D\nrunner_type: shell\nentry_point: " + script + "\n",
	}
}

func TestChangesAreReported(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	manifest := func(version string) files {
		return files{"pack.yaml": "ref: base\nversion: " + version + "\nlabel: L\ndescription: D\n", "actions/a.sh": "#!/bin/sh\necho a\n", "actions/c.sh": "#!/bin/sh\necho c\n", "actions/e.sh": "#!/bin/sh\necho e\n"}
	}
	first := manifest("1.0.0").with(action("kept", "a.sh")).with(action("dropped", "a.sh")).with(action("moved", "c.sh")).with(action("edited", "e.sh")).
		with(files{"triggers/event.yaml": "ref: base.event\nlabel: L\ndescription: D\n"})
	second := manifest("2.0.0").with(action("kept", "a.sh")).with(action("renamed", "c.sh")).with(action("edited", "e.sh")).
		with(files{"actions/e.sh": "#!/bin/sh\necho other\n", "actions/added.yaml": "ref: base.added\nlabel: L\ndescription: D\nentry_point: added.sh\n", "actions/added.sh": "#!/bin/sh\n"})
	user := files{
		"pack.yaml":        "ref: user\nversion: 1.0.0\nlabel: L\ndescription: D\ndependencies: [\"base@^1\"]\n",
		"rules/moved.yaml": "ref: user.moved\nlabel: L\ndescription: D\ntrigger_ref: base.event\naction_ref: base.moved\n",
		"rules/kept.yaml":  "ref: user.kept\nlabel: L\ndescription: D\ntrigger_ref: core.timer\naction_ref: base.kept\n",
	}
	register(t, s, "", write(t, first), write(t, user))

	var events []string
	report, err := s.Register(t.Context(), registry.Request{
		Paths: []string{write(t, second)}, Replace: registry.ReplaceUpgrade, AllowBreak: []pack.Ref{"user"},
		OnEvent: observe(&events),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &registry.Changes{
		ComponentChanges: registry.ComponentChanges{
			Dropped: []registry.ComponentID{{Kind: pack.KindAction, Ref: "base.dropped"}, {Kind: pack.KindTrigger, Ref: "base.event"}},
			Added:   []registry.ComponentID{{Kind: pack.KindAction, Ref: "base.added"}},
			Renamed: []registry.Renaming{{Kind: pack.KindAction, From: "base.moved", To: "base.renamed"}},
			Changed: []registry.ComponentID{{Kind: pack.KindAction, Ref: "base.edited"}},
		},
		Missing: []registry.MissingReference{
			{Kind: pack.KindRule, Ref: "user.moved", Missing: "base.event"}, {Kind: pack.KindRule, Ref: "user.moved", Missing: "base.moved"},
		},
		ConfigProblems: []string{},
	}
	ignore := cmpopts.IgnoreFields(registry.Changes{}, "From", "To", "Dependents")
	check := func(what string, got *registry.Changes) {
		t.Helper()
		if diff := cmp.Diff(want, got, ignore); diff != "" {
			t.Errorf("%s (-want +got)\n%s", what, diff)
		}
		if got != nil && (len(got.Dependents) != 1 || got.Dependents[0].Ref != "user" || got.From.Version.String() != "1.0.0") {
			t.Errorf("%s: from %v, dependents %v", what, got.From, got.Dependents)
		}
	}
	changes := report.Registered[0].Changes
	check("report", changes)
	details, err := s.Show(t.Context(), "base")
	if err != nil {
		t.Fatal(err)
	}
	check("show", details.Changes)
	if problems := strings.Join(changes.Problems(), "\n"); !strings.Contains(problems, "user.moved in rules names base.event") || !strings.Contains(problems, "pack user needs base@^1") {
		t.Errorf("problems: %s", problems)
	}
	const summary = "closed drops base.dropped, base.event; renames base.moved to base.renamed; adds base.added; changes base.edited"
	if !slices.Contains(events, summary) || !slices.ContainsFunc(events, func(e string) bool {
		return strings.HasPrefix(e, "warning user.moved in rules names base.moved")
	}) {
		t.Errorf("events: %q", events)
	}

	back, err := s.RollBack(t.Context(), "base", nil)
	if err != nil {
		t.Fatal(err)
	}
	c := back.Changes
	if c == nil || len(c.Dropped) != 1 || len(c.Added) != 2 || len(c.Renamed) != 1 || len(c.Changed) != 1 || len(c.Missing)+len(c.Dependents) != 0 {
		t.Errorf("rollback: %+v", c)
	}
	if again, err := s.RollBack(t.Context(), "base", &registry.RollBackOptions{To: "1.0.0"}); err != nil || again.Changes != nil {
		t.Errorf("nothing changes: %+v, %v", again.Changes, err)
	}
}

// observe notes the kinds and messages of events.
func observe(events *[]string) pack.EventFunc {
	return func(_ context.Context, e pack.Event) {
		*events = append(*events, string(e.Kind)+" "+e.Message)
	}
}
