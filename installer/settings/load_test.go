package settings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/settings"
)

// A desk is a machine with a user, a working directory and environment variables.
type desk struct {
	home, dir string
	variables map[string]string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{home: t.TempDir(), dir: t.TempDir(), variables: map[string]string{}}
	d.variables["HOME"] = d.home
	return d
}

func (d *desk) getenv(name string) string { return d.variables[name] }

func (d *desk) sources() settings.Sources { return settings.Sources{Getenv: d.getenv, Dir: d.dir} }

func (d *desk) userFile() string {
	return filepath.Join(d.home, ".config", "packtrain", "settings.yaml")
}

// user writes the user's file, and project that of the working directory.
func (d *desk) user(t *testing.T, text string) { t.Helper(); write(t, d.userFile(), text, 0o600) }

func (d *desk) project(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(d.dir, settings.ProjectFile)
	write(t, path, text, 0o644)
	return path
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, from settings.Sources) *settings.Settings {
	t.Helper()
	s, err := settings.Load(from)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// layer returns a layer with texts, in pairs of a name and a value.
func layer(t *testing.T, origin settings.Origin, pairs ...string) *settings.Layer {
	t.Helper()
	l := settings.NewLayer(origin)
	for i := 0; i < len(pairs); i += 2 {
		if err := l.Add(pairs[i], pairs[i+1], "--flag"); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// TestPrecedence adds one source after another, the weakest first: each wins over those
// before.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	from := d.sources()
	for i, step := range []struct {
		add   func()
		want  int
		from  settings.Origin
		place string
	}{
		{func() {}, 10, settings.FromDefault, "--keep-generations"},
		{func() { d.user(t, "# mine\nretention:\n  generations: 1\n") }, 1, settings.FromUser, d.userFile() + ":3: retention.generations"},
		{func() { d.project(t, "retention: {generations: 2}\n") }, 2, settings.FromProject, filepath.Join(d.dir, "packtrain.yaml") + ":1: retention.generations"},
		{func() { from.Between = layer(t, settings.FromWants, "retention.generations", "3") }, 3, settings.FromWants, "--flag"},
		{func() { d.variables["PACKTRAIN_KEEP_GENERATIONS"] = "4" }, 4, settings.FromEnvironment, "PACKTRAIN_KEEP_GENERATIONS"},
		{func() { from.Flags = layer(t, settings.FromFlag, "retention.generations", "5") }, 5, settings.FromFlag, "--flag"},
	} {
		step.add()
		s := load(t, from)
		const name = "retention.generations"
		if got := s.Values.KeepGenerations; got != step.want || s.Origin(name) != step.from || s.Place(name) != step.place {
			t.Errorf("step %d: got %d from %q at %q, want %+v", i, got, s.Origin(name), s.Place(name), step)
		}
	}
}

// TestNamedFile is read instead of those of user and project.
func TestNamedFile(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.user(t, "parallel: 1\nstrict_indices: true\n")
	d.project(t, "timeouts: {lock: 1s}\n")
	other := filepath.Join(t.TempDir(), "other.yaml")
	write(t, other, "root: packs\n", 0o644)
	d.variables[settings.FileVariable] = other
	s := load(t, d.sources())
	if v := s.Values; v.Parallel != 0 || v.StrictIndices || v.LockTimeout != 0 || v.Root != filepath.Join(filepath.Dir(other), "packs") || s.Origin("root") != settings.FromFile {
		t.Errorf("got %+v", v)
	}
	from := d.sources()
	from.File = d.userFile()
	if v := load(t, from).Values; v.Parallel != 1 || v.Root != "" {
		t.Errorf("the flag does not win over the variable: %+v", v)
	}
	from.File = filepath.Join(d.dir, "none")
	if _, err := settings.Load(from); err == nil {
		t.Error("a file that was named may be missing")
	}
}

// TestNothingIsStated: neither files nor variables are needed.
func TestNothingIsStated(t *testing.T) {
	t.Parallel()
	v := load(t, settings.Sources{}).Values
	if v.KeepGenerations != 10 || v.Packd.Grace != 30*time.Second || !v.Packd.Warm || v.Root != "" {
		t.Errorf("got %+v", v)
	}
}

// TestLayersReplaceLists as a whole, also by an empty one; rules do so for each index.
func TestLayersReplaceLists(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.user(t, "indices:\n  corp: {url: a.json, claims: [infra-*]}\n  std: {url: https://b.example/i.json, claims: [std-*]}\npolicy: {allow_source: [cffi, six]}\n")
	d.project(t, "indices: {std: {claims: [more-*]}}\n")
	from := d.sources()
	v := load(t, from).Values
	want := []settings.Index{{Name: "corp", Location: filepath.Join(d.home, ".config/packtrain/a.json")}, {Name: "std", Location: "https://b.example/i.json"}}
	if diff := cmp.Diff(want, v.Indices); diff != "" {
		t.Errorf("indices (-want +got)\n%s", diff)
	}
	if got := rules(v.Claims); cmp.Diff([]string{"corp infra-* user file", "std more-* project file"}, got) != "" {
		t.Errorf("claims: got %q", got)
	}
	from.Flags = layer(t, settings.FromFlag, "policy.allow_source", "", "indices", "x=https://x.example/i.json", "indices.*.claims", "corp=mine")
	v = load(t, from).Values
	if len(v.AllowSource) != 0 || len(v.Indices) != 1 || v.Indices[0].Name != "x" {
		t.Errorf("got %+v", v)
	}
	if got := rules(v.Claims); cmp.Diff([]string{"std more-* project file", "corp mine flag"}, got) != "" {
		t.Errorf("claims: got %q", got)
	}
}

func rules(list []settings.Rule) []string {
	var texts []string
	for _, r := range list {
		texts = append(texts, strings.Join([]string{r.Index, r.Value, string(r.Origin)}, " "))
	}
	return texts
}

// TestVariables: one text for each kind of setting; lists are separated by spaces.
func TestVariables(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, text := range map[string]string{
		"ALLOW_HTTP": "true", "ALLOW_HOST": " a.example  b.example ", "ALLOW_SOURCE": "cffi,six numpy", "MINIMUM_AGE": "72h", "CACHE_MAX_BYTES": "5000000000",
		"INDEX": "corp=https://corp.example/i.json https://std.example/i.json", "CLAIM": "corp=infra-*,net-*", "SEARCH_PATH": "/a b:/c",
		"PACKD_TOKEN_FILE": "/d", "PACKCTL_TOKEN_FILE": "/c", "CREDENTIALS": "/secrets", "ISOLATION": "none",
	} {
		d.variables["PACKTRAIN_"+name] = text
	}
	v := load(t, d.sources()).Values
	want := settings.Values{
		AllowHTTP: true, AllowHosts: []string{"a.example", "b.example"}, AllowSource: []string{"cffi", "six", "numpy"}, MinimumAge: 72 * time.Hour, CacheMaxBytes: 5e9,
		Indices:    []settings.Index{{Name: "corp", Location: "https://corp.example/i.json"}, {Location: "https://std.example/i.json"}},
		Claims:     []settings.Rule{{Index: "corp", Value: "infra-*,net-*", Origin: settings.FromEnvironment, Place: "PACKTRAIN_CLAIM"}},
		SearchPath: []string{"/a b", "/c"}, Credentials: settings.CredentialSet{File: "/secrets"}, Isolation: "none",
		KeepGenerations: 10, Packctl: settings.Packctl{TokenFile: "/c"}, Packd: load(t, settings.Sources{}).Values.Packd,
	}
	want.Packd.TokenFile = "/d"
	if diff := cmp.Diff(want, v); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	d.variables["PACKTRAIN_KEEP_FOR"], d.variables["PACKTRAIN_COMPAT"] = "long", "chef"
	_, err := settings.Load(d.sources())
	for _, want := range []string{`PACKTRAIN_KEEP_FOR: want a duration`, `PACKTRAIN_COMPAT: want stackstorm, got "chef"`} {
		if pack.CodeOf(err) != pack.CodeInvalidRequest || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
