package npm_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/text/npm"
)

const written = `{"name": "x", "version": "1.0.0", "lockfileVersion": 3, "requires": true, "packages": {
	"": {"dependencies": {"a": "^1"}, "devDependencies": {"d": "1"}},
	"node_modules/a": {"version": "1.2.0", "resolved": "https://mirror.example/a.tgz", "integrity": "sha512-AAAA==", "license": "MIT",
		"dependencies": {"b": ">=1 <2"}, "bundleDependencies": ["c"], "engines": {"node": ">=8"}, "funding": {"url": "https://h"}},
	"node_modules/a/node_modules/c": {"version": "3.0.0", "inBundle": true},
	"node_modules/b": {"version": "1.0.0", "integrity": "sha512-BBBB=="},
	"node_modules/d": {"version": "1.0.0", "integrity": "sha512-DDDD==", "dev": true}}}`

// Entries have what npm needs, without the registry, and make the lock again.
func TestEntries(t *testing.T) {
	t.Parallel()
	entries, err := npm.Entries([]byte(written))
	if err != nil {
		t.Fatal(err)
	}
	want := []npm.Entry{
		{Place: "node_modules/a", Version: "1.2.0", Integrity: "sha512-AAAA==", Details: `{"bundleDependencies":["c"],"dependencies":{"b":">=1 <2"},"engines":{"node":">=8"}}`},
		{Place: "node_modules/a/node_modules/c", Version: "3.0.0", Integrity: npm.InBundle},
		{Place: "node_modules/b", Version: "1.0.0", Integrity: "sha512-BBBB=="},
	}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
	m, err := npm.ParseManifest([]byte(`{"dependencies": {"a": "^1"}}`))
	if err != nil {
		t.Fatal(err)
	}
	l, err := npm.NewLock(m, entries)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	again, err := npm.Entries(data)
	if diff := cmp.Diff(want, again); diff != "" || err != nil || !strings.Contains(string(data), `"":{"dependencies":{"a":"^1"}`) {
		t.Errorf("%v, made again (-want +got)\n%s\n%s", err, diff, data)
	}
}

func TestNewLockRefuses(t *testing.T) {
	t.Parallel()
	good := npm.Entry{Place: "node_modules/a", Version: "1.0.0", Integrity: "sha512-AAAA=="}
	for name, change := range map[string]func(e *npm.Entry){
		"is not the place of a package": func(e *npm.Entry) { e.Place = "../a" },
		"is there twice":                func(e *npm.Entry) { e.Place = "node_modules/b" },
		"has no version":                func(e *npm.Entry) { e.Version = "" },
		"has no strong digest":          func(e *npm.Entry) { e.Integrity = "sha1-AAAA" },
		`key "resolved" is not known`:   func(e *npm.Entry) { e.Details = `{"resolved":"https://evil.example"}` },
		`key "link" is not known`:       func(e *npm.Entry) { e.Details = `{"link":true}` },
		"cannot unmarshal":              func(e *npm.Entry) { e.Details = `[1]` },
		"is an alias of something":      func(e *npm.Entry) { e.Details = `{"name":"../b"}` },
	} {
		e := good
		change(&e)
		b := good
		b.Place = "node_modules/b"
		if _, err := npm.NewLock(&npm.Manifest{}, []npm.Entry{b, e}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
}

func TestWants(t *testing.T) {
	t.Parallel()
	m, err := npm.ParseManifest([]byte(`{"dependencies": {"b": "^1", "a": "1"}, "optionalDependencies": {"o": "2"},
		"peerDependencies": {"p": "3", "q": "4"}, "peerDependenciesMeta": {"q": {"optional": true}}, "overrides": {"z": "1",  "y": {"x": "2"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a@1", "b@^1", "optional o@2", "optional peer q@4", `overrides {"z":"1","y":{"x":"2"}}`, "peer p@3"}
	if diff := cmp.Diff(want, m.Wants()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
