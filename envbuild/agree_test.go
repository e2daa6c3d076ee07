package envbuild

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
)

// A fate is what becomes of a pack with a certain file, in a build and in a
// validation.
type fate string

const (
	built   fate = "built"   // by every host, and no error is found
	allowed fate = "allowed" // only where the host allows it; a warning is found
	never   fate = "never"   // by no host; an error is found
	// Packs that name repositories as pip takes them, which no host builds, stay
	// valid: they are many.
	tolerated fate = "tolerated"
)

// fateInBuild returns the fate that the errors of two builds mean: one by
// default, one with everything allowed.
func fateInBuild(byDefault, permissive error) fate {
	switch {
	case permissive != nil:
		return never
	case byDefault != nil:
		return allowed
	}
	return built
}

// fateInValidation validates a pack with the given files.
func fateInValidation(t *testing.T, files ...string) (fate, pack.Findings) {
	t.Helper()
	fsys := fstest.MapFS{"pack.yaml": {Data: []byte("ref: a\nlabel: A\ndescription: A pack.\nversion: 1.0.0\n")}}
	for i := 0; i < len(files); i += 2 {
		fsys[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	p, err := pack.Load(fsys, nil)
	if err != nil || len(p.Findings) > 0 {
		t.Fatalf("load: %v, %v", err, p)
	}
	found := pack.Validate(fsys, p, nil)
	warns := func(f pack.Finding) bool { return f.Code == "requirements.vcs" || f.Code == "requirements.url" }
	switch {
	case found.Err() != nil:
		return never, found
	case slices.ContainsFunc(found, warns):
		return allowed, found
	}
	return built, found
}

var hash = "--hash=sha256:" + strings.Repeat("ab", 32)

func requirementFates() map[string]fate {
	return map[string]fate{
		"": built, "# nothing": built, "six": built, "six==1.16.0": built, "\ufeffsix": built, "six\r\nabc>=1,<2\r\n": built,
		"six==1.0 \\\n  " + hash: built, "Six[a,b] ; python_version < '3.13'": built, "six # why": built, "six ===1": built,

		"six @ https://h.example/six.whl": allowed, "six @ git+https://h.example/six@v1": allowed,
		"git+https://h.example/six@v1#egg=six": allowed, "https://h.example/six.zip#egg=six": allowed, "a\nsix @ https://h/six.whl": allowed,

		"-e git+https://h.example/six#egg=six": tolerated, "git+https://h.example/six": tolerated,

		"six=1.0": never, "idna~=3": never, "six>=1.*": never, "six==": never, "caf\xe9": never, "\xff\xfes": never, "\xff\xfes\x00": built, "# coding: latin-1\nsix # \xe9": built, "# coding: koi8-r\nsix": never, "six\fabc": never,
		"six===1\r--pre": never, "six===1\u2028./x": never, "$(touch x)": never, "six ; os_name": never,
		"--index-url https://evil": never, "-r other.txt": never, "-c x": never, "--pre": never, "six --config-settings=a=b": never,
		"./vendored": never, "../x": never, "/x": never, "x.whl": never, "-e .": never, "file:///x": never, "x @ file:///x": never,
		"six===${X}": never, "x @ https://h/${X}": never, "x @ https://user:pw@h/x.whl": never, "x @ http://h/x.whl": never,
		"x @ git+ssh://git@h/x": never, "https://h/x.whl": never, "-e https://h/x.zip#egg=x": never, "x @ https://h/x.whl --pre": never,
		"x @ https://h/x ; os_name == 1":           never,
		"six==1 --hash=md5:0":                      never,
		"six==1 " + hash + "\nabc==1":              never,
		"six==1 " + hash + "\nx @ https://h/x.whl": never,
		strings.Repeat("six\n", 5001):              never,
		"#" + strings.Repeat("x", 1<<20):           never,
	}
}

func TestValidationAndBuildAgreeOnRequirements(t *testing.T) {
	t.Parallel()
	for text, want := range requirementFates() {
		build := func(direct bool) error {
			v := &virtualenv{config: &Config{}}
			if direct {
				v.config.Policy.Direct = []string{"*"}
			}
			return v.read(fstest.MapFS{"requirements.txt": {Data: []byte(text)}}, "requirements.txt")
		}
		err := build(true)
		inBuild := fateInBuild(build(false), err)
		inValidation, found := fateInValidation(t, "requirements.txt", text)
		if want == tolerated {
			if inBuild != never || inValidation != allowed {
				t.Errorf("%.80q: %s by the build (%v), %s by validation (%v)", text, inBuild, err, inValidation, found)
			}
			continue
		}
		if inBuild != want || inValidation != want {
			t.Errorf("%.80q: %s by the build (%v), %s by validation (%v), want %s", text, inBuild, err, inValidation, found, want)
		}
		wantSameWords(t, text, err, found)
	}
}

// wantSameWords checks that validation finds what the build fails with.
func wantSameWords(t *testing.T, text string, err error, found pack.Findings) {
	t.Helper()
	if _, limit := errors.AsType[*pack.LimitError](err); err == nil || limit {
		return
	}
	said := func(f pack.Finding) bool { return strings.HasSuffix(err.Error(), f.Message) }
	if !slices.ContainsFunc(found, said) {
		t.Errorf("%.80q: the build says %q, validation %v", text, err, found)
	}
}

func nodeFates() []struct {
	manifest, lock string
	want           fate
} {
	const (
		a    = `{"dependencies": {"a": "^1"}}`
		good = `"version": "1.0.0", "integrity": "sha512-AAAA=="`
	)
	lock := func(item string) string {
		return `{"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {` + item + `}}}`
	}
	return []struct {
		manifest, lock string
		want           fate
	}{
		{`{}`, "", built},
		{a, "", built},
		{a, lock(good), built},
		{`{"dependencies": {"JSONStream": "1", "jsonstream": "latest"}}`, "", built},
		{`{"devDependencies": {"a": "file:.."}, "scripts": {"install": "x"}}`, "", built},
		{`{}`, `{`, built}, // nothing to install, so the lock is not read
		{a, lock(good + `, "resolved": "https://mirror.example/a.tgz"`), built},

		{"", "", never},
		{"{", "", never},
		{"[]", "", never},
		{`{} {}`, "", never},
		{`{"dependencies": {"a": "1"}, "dependencies": {}}`, "", never},
		{`{"a": "` + "\xff" + `"}`, "", never},
		{`{"a": "\ud800"}`, "", never},
		{`{"dependencies": ["a"]}`, "", never},
		{`{"dependencies": {"a": 1}}`, "", never},
		{`{"engines": {"node": 18}}`, "", never},
		{`{"dependencies": {"../a": "1"}}`, "", never},
		{`{"dependencies": {"a": "git+ssh://git@h/a.git"}}`, "", never},
		{`{"optionalDependencies": {"a": "file:../a"}}`, "", never},
		{`{"dependencies": {"a": "npm:b@1"}}`, "", built},
		{`{"dependencies": {"a": "npm:b@file:.."}}`, "", never},
		{`{"dependencies": {"a": "1"}, "overrides": {"a": "2"}}`, "", built},
		{`{"dependencies": {"a": "1"}, "overrides": {"a": "file:.."}}`, "", never},
		{`{"peerDependencies": {"a": "file:.."}}`, "", never},
		{a, lock(good + `, "name": "b"`), built},
		{`{"workspaces": ["x"]}`, "", never},
		{`{"a": ` + strings.Repeat("[", 99), "", never},
		{`{"a": "` + strings.Repeat("x", 1<<20) + `"}`, "", never},

		{a, "{", never},
		{a, `{"lockfileVersion": 1}`, never},
		{a, `{"lockfileVersion": 3, "packages": []}`, never},
		{a, lock(`"version": "1.0.0"`), never},
		{a, lock(`"version": "1.0.0", "integrity": "sha1-AAAA="`), never},
		{a, lock(good + `, "link": true`), never},
		{a, lock(good + `, "resolved": "git+ssh://git@h/a.git"`), never},
		{a, lock(good + `, "name": "../b"`), never},
	}
}

func TestValidationAndBuildAgreeOnNodePackages(t *testing.T) {
	t.Parallel()
	for _, tt := range nodeFates() {
		files := []string{"package.json", tt.manifest}
		fsys := fstest.MapFS{"package.json": {Data: []byte(tt.manifest)}}
		if tt.lock != "" {
			files = append(files, "package-lock.json", tt.lock)
			fsys["package-lock.json"] = &fstest.MapFile{Data: []byte(tt.lock)}
		}
		err := (&modules{config: &Config{}}).read(fsys, "package.json")
		inBuild := fateInBuild(err, err)
		inValidation, found := fateInValidation(t, files...)
		if inBuild != tt.want || inValidation != tt.want {
			t.Errorf("%.80s and %.80s: %s by the build (%v), %s by validation (%v), want %s",
				tt.manifest, tt.lock, inBuild, err, inValidation, found, tt.want)
		}
		wantSameWords(t, tt.manifest+tt.lock, err, found)
	}
}
