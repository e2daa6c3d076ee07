package registrysource_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/source/registrysource"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	s := fileSource(t, indexOf(t,
		demo("1.0.0", m{"ref": "slack", "label": "Slack", "description": "Sends messages."}),
		demo("2.0.0-rc.1", m{"ref": "slack"}),
		demo("1.0.0", m{"ref": "slack-admin", "label": "Admin of Slack"}),
		demo("1.0.0", m{"ref": "my-slack"}),
		demo("1.0.0", m{"ref": "mail", "keywords": list{"Slack", "chat"}}),
		demo("1.0.0", m{"ref": "bridge", "label": "From SLACK to mail"}),
		demo("1.0.0", m{"ref": "tools", "contents": m{"actions": list{m{"name": "slack_post"}}}}),
		demo("1.0.0", m{"ref": "other", "description": "Not slack."}),
		demo("1.0.0", m{"ref": "none"}),
		demo("1.0.0", m{"ref": "slack-broken", "install_sources": list{}}),
	), registrysource.Config{})
	for query, want := range map[string][]string{
		"slack":       {"slack", "slack-admin", "my-slack", "mail", "bridge", "tools", "other"},
		" SLACK mail": {"mail", "bridge"},
		"nothing":     nil,
		"":            {"bridge", "mail", "my-slack", "none", "other", "slack", "slack-admin", "tools"},
	} {
		matches, err := s.Search(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, match := range matches {
			got = append(got, match.ID.Ref.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q:\n%s", query, diff)
		}
	}
	matches, err := s.Search(t.Context(), "slack")
	if first := matches[0]; err != nil || first.ID.Version.String() != "1.0.0" || len(first.Versions) != 2 || first.Label != "Slack" || first.Index != "index.json" {
		t.Errorf("got %+v, %v", first, err)
	}
}
