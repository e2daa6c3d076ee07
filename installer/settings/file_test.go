package settings_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/settings"
)

const key = "corp+5f0c1d2e+AbCdEf"

// TestFiles: what a file may say, and where paths in it lead.
func TestFiles(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.user(t, `
root: ~/packs
db: postgres://packs@db.example/packs
indices:
  corp: {url: corp/index.json, trust: [`+key+`, keys.pub], signatures: 2, trust_report_only: true, claims: [infra-*, secret]}
  std: {url: /srv/std.json, trust: none}
credentials:
  https://git.example: {bearer: canary}
  https://packs.example:8443: {basic: {user: u, password: canary}}
  https://index.example: {header: {name: Private-Token, value: canary}}
platform: 2.10.0
provided: [core@2.1.0]
python: {find_links: [wheels, https://wheels.example/]}
search_path: [/usr/bin, tools]
isolation: {level: none}
network:
`)
	v := load(t, d.sources()).Values
	dir := filepath.Dir(d.userFile())
	want := settings.Values{
		Root: filepath.Join(d.home, "packs"), DB: "postgres://packs@db.example/packs", PlatformVersion: "2.10.0", Provide: []string{"core@2.1.0"},
		Indices:   []settings.Index{{Name: "corp", Location: filepath.Join(dir, "corp/index.json")}, {Name: "std", Location: "/srv/std.json"}},
		FindLinks: []string{filepath.Join(dir, "wheels"), "https://wheels.example/"}, SearchPath: []string{"/usr/bin", filepath.Join(dir, "tools")}, Isolation: "none",
		KeepGenerations: 10, Packd: load(t, settings.Sources{}).Values.Packd,
	}
	for origin, header := range map[string]string{
		"https://git.example": "Authorization: Bearer canary", "https://packs.example:8443": "Authorization: Basic dTpjYW5hcnk=", "https://index.example": "Private-Token: canary",
	} {
		if name, value := v.Credentials.ByOrigin[origin].Header(); name+": "+value != header {
			t.Errorf("%s: got %s: %s", origin, name, value)
		}
	}
	for _, r := range []struct {
		got  []settings.Rule
		want []string
	}{
		{v.Claims, []string{"corp infra-*,secret user file"}},
		{v.Trust, []string{"corp 2:" + key + "," + filepath.Join(dir, "keys.pub") + " user file", "std none user file"}},
		{v.TrustReportOnly, []string{"corp true user file"}},
	} {
		if diff := cmp.Diff(r.want, rules(r.got)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	v.Claims, v.Trust, v.TrustReportOnly, v.Credentials = nil, nil, nil, settings.CredentialSet{}
	if diff := cmp.Diff(want, v); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestWrongFiles are refused with their lines, and without secrets.
func TestWrongFiles(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, want string }{
		"unknown key":           {"\nrooot: x\n", `:2: key "rooot" is not known: did you mean "root"?`},
		"unknown key below":     {"cache:\n  max_bites: 1\n", `:2: cache: key "max_bites" is not known: did you mean "max_bytes"?`},
		"key of a section":      {"allow_http: true\n", `:1: key "allow_http" is not known: did you mean "network.allow_http"?`},
		"no near key":           {"network: {xyz: 1}\n", `the keys are allow_http, `},
		"unknown of an index":   {"indices: {a: {url: x, clams: []}}\n", `indices.a: key "clams" is not known: did you mean "claims"?`},
		"duplicate":             {"root: a\nroot: b\n", ":2: "},
		"two documents":         {"root: a\n---\nroot: b\n", ":2: a second document"},
		"not a mapping":         {"- root\n", ":1: want a mapping, got a list"},
		"text for a section":    {"cache: big\n", ":1: cache: want a mapping, got a string"},
		"list for a text":       {"root: [a]\n", ":1: root: want a value, got a list"},
		"text for a list":       {"provided: core\n", ":1: provided: want a list, got a string"},
		"text for a switch":     {"strict_indices: yes please\n", `:1: strict_indices: want true or false, got "yes please"`},
		"text for a number":     {"cache: {max_bytes: 1GB}\n", `:1: cache.max_bytes: want an integer, got "1GB"`},
		"too large":             {"parallel: 99999999999999999999\n", "want an integer"},
		"number for a duration": {"policy:\n  minimum_age: 3\n", `:2: policy.minimum_age: want a duration`},
		"unknown level":         {"isolation: {level: strong}\n", `:1: isolation.level: want one of sandbox, contained, none, got "strong"`},
		"index without URL":     {"indices: {a: 1}\n", ":1: indices.a: want a URL, a path, or a mapping, got a number"},
		"name of an index":      {"indices: {a b: x}\n", `"a b" is not a name of an index`},
		"signatures alone":      {"indices: {a: {url: x, signatures: 2}}\n", "signatures say how many"},
		"no signatures":         {"indices: {a: {url: x, trust: [k], signatures: 0}}\n", "want the number of keys"},
		"comma in a claim":      {"indices: {a: {url: x, claims: ['b,c']}}\n", "want texts without commas"},
		"report of a text":      {"indices: {a: {url: x, trust_report_only: x}}\n", "want true or false"},
		"credential":            {"credentials:\n  https://a: canary\n", ":2: credentials."},
		"two credentials":       {"credentials: {https://a: {bearer: canary, header: {name: a, value: canary}}}\n", "want {bearer: TOKEN}"},
		"reserved header":       {"credentials: {https://a: {header: {name: Host, value: canary}}}\n", `header "Host" cannot carry a credential`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.user(t, tt.text)
			_, err := settings.Load(d.sources())
			if pack.CodeOf(err) != pack.CodeInvalidRequest || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), d.userFile()+":") {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("the error has a secret: %v", err)
			}
		})
	}
}

// TestProjectFilesStateLittle: each setting is either stated, or refused with the ways to
// state it.
func TestProjectFilesStateLittle(t *testing.T) {
	t.Parallel()
	texts := map[settings.Form]string{
		settings.Text: "x", settings.Path: "x", settings.Switch: "true", settings.Number: "1", settings.Duration: "1s", settings.List: "[x]", settings.Names: "[x]",
		settings.Paths: "[x]", settings.SearchPath: "[x]", settings.IndexList: "{a: x}", settings.IndexRules: "true", settings.Credentials: "x",
	}
	for _, s := range settings.Table() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			text := texts[s.Form]
			if s.OneOf != nil {
				text = s.OneOf[0]
			}
			if s.Name == "indices.*.claims" {
				text = "[x]"
			}
			d.project(t, nested(strings.Split(strings.Replace(s.Name, "*", "a", 1), "."), text))
			got, err := settings.Load(d.sources())
			switch {
			case s.Project && (err != nil || got.Origin(s.Name) != settings.FromProject):
				t.Errorf("got %v", err)
			case !s.Project && (err == nil || !strings.Contains(err.Error(), ":1: "+s.Name+": a project file may not state this") || !strings.Contains(err.Error(), s.Variable())):
				t.Errorf("got %v", err)
			}
		})
	}
}

// nested returns a flow mapping with text at the path of keys.
func nested(path []string, text string) string {
	if len(path) == 0 {
		return text
	}
	if len(path) == 1 {
		return path[0] + ": " + text
	}
	return path[0] + ": {" + nested(path[1:], text) + "}"
}
