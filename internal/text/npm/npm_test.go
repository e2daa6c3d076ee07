package npm_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/text/npm"
)

func TestParseManifest(t *testing.T) {
	t.Parallel()
	m, err := npm.ParseManifest([]byte(`{
		"name": "my pack", "scripts": {"postinstall": "evil"}, "devDependencies": {"jest": "git://x"},
		"engines": {"node": ">=18", "npm": ">=9"},
		"dependencies": {"lodash": "^4.17.21", "@acme/thing": "1.x || >=2.0.0 <3", "JSONStream": "latest", "any": "", "tilde": "~1.2"},
		"optionalDependencies": {"fsevents": "*"}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	want := &npm.Manifest{
		Dependencies: map[string]string{
			"lodash": "^4.17.21", "@acme/thing": "1.x || >=2.0.0 <3", "JSONStream": "latest", "any": "", "tilde": "~1.2",
		},
		OptionalDependencies: map[string]string{"fsevents": "*"},
		Engine:               ">=18",
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"@acme/thing", "JSONStream", "any", "fsevents", "lodash", "tilde"}, m.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if m.Empty() {
		t.Error("Empty")
	}
}

func TestMarshalManifestKeepsOnlyDependencies(t *testing.T) {
	t.Parallel()
	var got [2][]byte
	for i, text := range []string{
		`{"dependencies": {"b": "2", "a": "1"}, "scripts": {"install": "x"}, "bin": "x", "version": "9.9.9"}`,
		`{"name": "other", "dependencies": {"a": "1", "b": "2"}, "resolutions": {"a": "file:.."}}`,
	} {
		m, err := npm.ParseManifest([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got[i], err = m.Marshal(); err != nil {
			t.Fatal(err)
		}
	}
	want := `{"name":"environment","version":"0.0.0","private":true,"dependencies":{"a":"1","b":"2"}}`
	if string(got[0]) != want || string(got[1]) != want {
		t.Errorf("got %s and %s, want %s", got[0], got[1], want)
	}
}

func TestManifestsWithoutDependenciesAreEmpty(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{}`, `{"dependencies": {}}`, `{"devDependencies": {"a": "1"}}`, `{"dependencies": null}`, `{"Dependencies": {"a": "1"}}`} {
		if m, err := npm.ParseManifest([]byte(text)); err != nil || !m.Empty() {
			t.Errorf("%s: %+v, %v", text, m, err)
		}
	}
}

// The numbers are those of the project's list of hostile cases.
func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("K03", hostileSpecs)
	t.Run("K04", hostileLocks)
	t.Run("K07", hostileJSON)
}

func kindOf(err error) npm.Kind {
	if e, ok := errors.AsType[*npm.Error](err); ok {
		return e.Kind
	}
	return ""
}

func wantKind(t *testing.T, err error, want npm.Kind) {
	t.Helper()
	if got := kindOf(err); got != want {
		t.Errorf("kind = %q, want %q (%v)", got, want, err)
	}
}

func hostileSpecs(t *testing.T) {
	t.Parallel()
	for _, spec := range []string{
		"git+ssh://git@h/x.git", "git+file:///etc", "git://h/x", "git+https://h/x#v1", "https://h/x.tgz", "http://h/x",
		"file:../..", "link:../x", "./x", "../x", "/etc", "~/x", `C:\x`, "x.tgz", "1.0.tar.gz", "a.TAR", ".", "..",
		"npm:../x", "npm:", "npm:b@file:..", "npm:b@git://h/x", "workspace:*", "user/repo", "github:user/repo", "gist:1", "user/repo#main", "$npm", "${HOME}", "@a/b", "1\n2", "\x1b[0m",
	} {
		for _, field := range []string{"dependencies", "optionalDependencies"} {
			_, err := npm.ParseManifest(fmt.Appendf(nil, `{"%s": {"x": %s}}`, field, quote(spec)))
			if kindOf(err) != npm.Refused {
				t.Errorf("%s %q: %v", field, spec, err)
			}
		}
	}
	for _, name := range []string{"", ".x", "_x", "__proto__", "node_modules", "a/b", "@a", "@a/", "@/b", "../x", "a b", "x@1", strings.Repeat("x", 215)} {
		_, err := npm.ParseManifest(fmt.Appendf(nil, `{"dependencies": {%s: "1"}}`, quote(name)))
		if kindOf(err) != npm.Invalid {
			t.Errorf("name %q: %v", name, err)
		}
	}
	_, err := npm.ParseManifest([]byte(`{"workspaces": ["../*"]}`))
	wantKind(t, err, npm.Refused)
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\x1b", `\u001b`).Replace(s) + `"`
}

const goodItem = `"version": "1.0.0", "integrity": "sha512-AAAA=="`

func lock(place, item string) []byte {
	return fmt.Appendf(nil, `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "^1"}}, "%s": {%s}}}`, place, item)
}

func TestParseLock(t *testing.T) {
	t.Parallel()
	for _, data := range [][]byte{
		lock("node_modules/a", goodItem),
		lock("node_modules/a", goodItem+`, "resolved": "https://mirror.example/a/-/a-1.0.0.tgz"`),
		lock("node_modules/a", goodItem+`, "name": "a"`),
		lock("node_modules/a/node_modules/@s/b", goodItem),
		lock("node_modules/a", `"version": "1.0.0", "integrity": "sha1-AAAA= sha512-BBBB=="`),
		lock("node_modules/a/node_modules/b", `"version": "1.0.0", "inBundle": true`),
	} {
		if _, err := npm.ParseLock(npm.LockFile, data); err != nil {
			t.Errorf("%s: %v", data, err)
		}
	}
}

func TestInstalled(t *testing.T) {
	t.Parallel()
	for _, data := range [][]byte{
		lock("node_modules/a", goodItem),
		lock("node_modules/a", `"version": "1.0.0", "integrity": "sha1-AAAA="`),
		lock("node_modules/a", `"version": "1.0.0"`),
	} {
		if list, err := npm.Installed(data); err != nil || len(list) != 1 || list[0].Name != "a" || list[0].Version != "1.0.0" {
			t.Errorf("%s: %v, %v", data, list, err)
		}
	}
	for _, item := range []string{`"resolved": "git+ssh://h/x"`, `"resolved": "file:x.tgz"`, `"link": true`} {
		_, err := npm.Installed(lock("node_modules/a", `"version": "1.0.0", `+item))
		wantKind(t, err, npm.Refused)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{\n\"a\": 1,\n\"a\": 2}":         `package.json: line 3: key "a" comes twice`,
		`[]`:                              `package.json: want an object, not a value of the type array`,
		`{"dependencies": {"a": 1}}`:      `package.json: "a": want the type string, not number`,
		`{"dependencies": {"a": "./x"}}`:  `package.json: dependency a: "./x" does not come from a registry: write a version range such as "^1.2.3"`,
		`{"a":` + strings.Repeat("[", 99): `package.json: depth of JSON is 65, at most 64 allowed`,
	} {
		if _, err := npm.ParseManifest([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%.50q: got %v, want %s", text, err, want)
		}
	}
}

func TestNamesMayDifferInCase(t *testing.T) {
	t.Parallel()
	m, err := npm.ParseManifest([]byte(`{"dependencies": {"JSONStream": "1", "jsonstream": "1"}}`))
	if err != nil || len(m.Names()) != 2 {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestMarshalLockIsANormalForm(t *testing.T) {
	t.Parallel()
	a, errA := npm.ParseLock(npm.LockFile, []byte(`{"lockfileVersion": 2, "packages": {"": {}}, "requires": true}`))
	b, errB := npm.ParseLock(npm.LockFile, []byte(`{ "requires": true, "packages": { "":{} }, "lockfileVersion": 2}`))
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	textA, errA := a.MarshalJSON()
	textB, errB := b.MarshalJSON()
	if errA != nil || errB != nil || !bytes.Equal(textA, textB) {
		t.Errorf("%s, %v and %s, %v", textA, errA, textB, errB)
	}
}

func hostileLocks(t *testing.T) {
	t.Parallel()
	for _, data := range [][]byte{
		[]byte(`{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0"}}}`),
		[]byte(`{"packages": {}}`),
		lock("node_modules/a", `"version": "1.0.0"`),
		lock("node_modules/a", `"version": "1.0.0", "integrity": "sha1-AAAA="`),
		lock("node_modules/a", `"version": "1.0.0", "integrity": "md5-AAAA="`),
		lock("node_modules/a", `"integrity": "sha512-AAAA=="`),
		lock("node_modules/a", goodItem+`, "resolved": "git+ssh://git@h/x.git#abc"`),
		lock("node_modules/a", goodItem+`, "resolved": "file:../a"`),
		lock("node_modules/a", goodItem+`, "resolved": "https://user:secret@h/a.tgz"`),
		lock("node_modules/a", goodItem+`, "link": true`),
		lock("node_modules/a", goodItem+`, "name": "../b"`),
		lock("node_modules/../../a", goodItem),
		lock("packages/a", goodItem),
		lock("../a", goodItem),
		lock("node_modules/a/b/c", goodItem),
		lock("node_modules/a", goodItem+`, "resolved": "git+ssh://h/x", "Resolved": "https://h/x"`),
		lock("node_modules/a", `"version": "1.0.0", "Integrity": "sha512-AAAA=="`),
	} {
		_, err := npm.ParseLock(npm.LockFile, data)
		if kindOf(err) != npm.Refused {
			t.Errorf("%s: %v", data, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%v contains a secret", err)
		}
	}
	_, err := npm.ParseLock(npm.LockFile, []byte(`{"lockfileVersion": 3, "packages": []}`))
	wantKind(t, err, npm.Invalid)
	_, err = npm.ParseLock(npm.LockFile, lock("node_modules/a", goodItem+`, "resolved": false`))
	wantKind(t, err, npm.Invalid)
	_, err = npm.ParseLock(npm.LockFile, bytes.Repeat([]byte(" "), npm.MaxLockSize+1))
	wantKind(t, err, npm.Limit)
}

func hostileJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "null", "[]", `"x"`, "\ufeff\ufeff{}", "\xff\xfe{\x00}\x00", `{} {}`, `{}x`, `{"a": 1,}`, "{\"a\": \"\xff\"}", `{"a": {"b": 1, "b": 2}}`,
		`{"dependencies": {"a": "1"}, "dependencies": {"a": "git://x"}}`, `{"dependencies": []}`, `{"dependencies": {"a": 1}}`,
		`{"engines": {"node": 18}}`, `{"engines": ">=18"}`, `{"dependencies": {"__proto__": "1"}}`, `{"dependencies": {"a": "1"`,
	} {
		_, err := npm.ParseManifest([]byte(text))
		if kindOf(err) != npm.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	}
	many := &bytes.Buffer{}
	many.WriteString(`{"dependencies": {"x": "1"`)
	for i := range 1000 {
		fmt.Fprintf(many, `,"x%d":"1"`, i)
	}
	many.WriteString("}}")
	for name, data := range map[string][]byte{
		"many":  many.Bytes(),
		"deep":  []byte(`{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`),
		"large": bytes.Repeat([]byte(" "), npm.MaxManifestSize+1),
	} {
		_, err := npm.ParseManifest(data)
		if kindOf(err) != npm.Limit {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"dependencies": {"a": "^1"}, "engines": {"node": ">=18"}}`))
	f.Add(lock("node_modules/a", goodItem))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := npm.ParseManifest(data); err == nil {
			text, err := m.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if again, err := npm.ParseManifest(text); err != nil || !cmp.Equal(again.Names(), m.Names()) {
				t.Errorf("%s becomes %s: %v", data, text, err)
			}
		}
		if l, err := npm.ParseLock(npm.LockFile, data); err == nil {
			text, err := l.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			again, err := npm.ParseLock(npm.LockFile, text)
			if err != nil || !cmp.Equal(again, l, cmp.AllowUnexported(npm.Lock{})) {
				t.Errorf("%s becomes %s: %v", data, text, err)
			}
		}
	})
}

func TestWhatDecidesTheResultIsKept(t *testing.T) {
	t.Parallel()
	const text = `{"dependencies":{"a":"npm:@s/b@^1","c":"npm:d"},"peerDependencies":{"p":"1"},` +
		`"peerDependenciesMeta":{"p":{"optional":true}},"overrides":{"z@1":"$a","a":{".":"1","b":"npm:c@2"}}}`
	m, err := npm.ParseManifest([]byte(text))
	if err != nil || len(m.Ignored) > 0 || !m.Asks("p") {
		t.Fatalf("got %+v, %v", m, err)
	}
	got, err := m.Marshal()
	if want := `{"name":"environment","version":"0.0.0","private":true,` + text[1:]; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	for override, want := range map[string]npm.Kind{
		`{"a": "file:.."}`: npm.Refused, `{"a": {"b": "git://h/x"}}`: npm.Refused, `{"a": "$"}`: npm.Refused, `{"a": "$../x"}`: npm.Refused,
		`{"../a": "1"}`: npm.Invalid, `{"a": 1}`: npm.Invalid, `{"": "1"}`: npm.Invalid, `[]`: npm.Invalid,
	} {
		_, err := npm.ParseManifest([]byte(`{"overrides": ` + override + `}`))
		if got := kindOf(err); got != want {
			t.Errorf("overrides %s: %v, want %q", override, err, want)
		}
	}
}

func TestReadLock(t *testing.T) {
	t.Parallel()
	files := map[string]string{npm.LockFile: "{"}
	read := func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}
	_, err := npm.ReadLock(read)
	wantKind(t, err, npm.Invalid)
	files[npm.ShrinkwrapFile] = `{"lockfileVersion": 3, "packages": {}}`
	if l, err := npm.ReadLock(read); l == nil || err != nil {
		t.Errorf("shrinkwrap: %v, %v", l, err)
	}
	clear(files)
	if l, err := npm.ReadLock(read); l != nil || err != nil {
		t.Errorf("none: %v, %v", l, err)
	}
}

// What is only for development neither spoils a lock nor decides the Key.
func TestLocksWithoutDevelopment(t *testing.T) {
	t.Parallel()
	const bare = `{"lockfileVersion":2,"packages":{"":{"dependencies":{"a":"^1"}},"node_modules/a":{"integrity":"sha512-AAAA==","name":"b","version":"1.0.0"}}}`
	l, err := npm.ParseLock(npm.LockFile, []byte(`{"lockfileVersion": 2, "dependencies": {"a": {}}, "packages": {
		"": {"dependencies": {"a": "^1"}, "devDependencies": {"x": "file:.."}}, "node_modules/a": {`+goodItem+`, "name": "b"},
		"node_modules/x": {"resolved": "file:..", "dev": true, "link": true}}}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.MarshalJSON()
	if diff := cmp.Diff(bare, string(got)); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
