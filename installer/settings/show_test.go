package settings_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/installer/settings"
)

// TestListHasNoSecrets, and says where each value comes from.
func TestListHasNoSecrets(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.user(t, `
db: postgres://packs:canary@db.example/packs?password=canary
indices: {corp: {url: 'https://canary:canary@corp.example/i.json?token=canary', claims: [infra-*]}, std: /srv/i.json}
credentials: {https://a.example: {bearer: canary}}
network: {proxy: 'http://u:canary@proxy.example:3128', allow_hosts: [a.example, b.example]}
python: {index: 'https://canary@py.example/simple'}
node: {registry: 'https://%zz:canary@npm.example'}
`)
	got := map[string]string{}
	for _, s := range load(t, d.sources()).List() {
		got[s.Name] = fmt.Sprintf("%s | %s | %s", strings.Join(s.Texts, " "), s.Origin, strings.TrimPrefix(s.Place, d.userFile()))
	}
	if text := fmt.Sprint(got); strings.Contains(text, "canary") {
		t.Errorf("a secret is shown: %s", text)
	}
	for name, want := range map[string]string{
		"db":                    "postgres://********@db.example/packs?******** | user file | :2",
		"indices":               "corp=https://********@corp.example/i.json?******** std=/srv/i.json | user file | :3",
		"indices.*.claims":      "corp=infra-* (" + d.userFile() + ":3) | user file | :3",
		"credentials":           "https://a.example ******** | user file | :4",
		"network.proxy":         "http://********@proxy.example:3128 | user file | :5",
		"network.allow_hosts":   "a.example b.example | user file | :5",
		"python.index":          "https://********@py.example/simple | user file | :6",
		"node.registry":         "https://******** | user file | :7",
		"retention.generations": "10 | default | ",
		"compat":                " | default | ",
		"cache.max_age":         "0s | default | ",
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	if len(got) != len(settings.Table()) {
		t.Errorf("%d settings are listed, there are %d", len(got), len(settings.Table()))
	}
}

// TestTable: names, flags and variables are unique and spelled alike.
func TestTable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range settings.Table() {
		if !regexp.MustCompile(`^[a-z_]+(\.[a-z_*]+)*$`).MatchString(s.Name) || !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(s.Flag) {
			t.Errorf("%q, --%s: bad name", s.Name, s.Flag)
		}
		if s.Doc == "" || s.Form == "" || seen[s.Name] || seen[s.Variable()] {
			t.Errorf("%q: a duplicate, or without documentation or form", s.Name)
		}
		seen[s.Name], seen[s.Variable()] = true, true
	}
}
