package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/os/childproc"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
)

// oddContents lists, by the name of a file, what it may hold, right or wrong. A
// link, or a name, is odd by itself.
func oddContents() map[string][]string {
	manifest := "ref: demo\nversion: 1.0.0\nlabel: Demo\ndescription: A demo.\n"
	withTests := func(tests string) string { return manifest + "testing: " + tests + "\n" }
	requirements := []string{
		"", "six", "\ufeffsix", "six==1.0", "six ~= 1.0", "six=1.0", "six~=1", "six>=1.*", "six==", "-r x.txt", "--pre", "./x", "../x", "/x", "x.whl", "-e .", "file:///x",
		"six --config-settings=a=b", "six===${X}", "six @ https://h/six.whl", "six @ http://h/six.whl", "six @ https://u:p@h/six.whl", "six @ git+https://h/six@v1",
		"six @ git+ssh://h/six", "six\fabc", "\xff\xfes\x00i\x00x\x00", "\xff\xfes", "caf\xe9", "# coding: latin-1\nsix # \xe9", "# coding: koi8-r\nsix", "six ; os_name", "six==1 --hash=md5:0",
		"six==1 --hash=sha256:" + strings.Repeat("ab", 32), "a==1\nsix==1 --hash=sha256:" + strings.Repeat("ab", 32), strings.Repeat("six\n", 5001),
	}
	packages := []string{
		"{}", "\ufeff{}", "{", "[]", `{"dependencies": {"a": "^1"}}`, `{"dependencies": {"a": "file:../a"}}`, `{"dependencies": {"a": "git://h/a"}}`, `{"dependencies": {"a": "npm:b@1"}}`,
		`{"dependencies": {"a": 1}}`, `{"dependencies": {"A/B/C": "1"}}`, `{"workspaces": ["x"]}`, `{"a": 1, "a": 2}`, `{"engines": {"node": ">=1"}}`, `{"engines": {"node": "latest"}}`, `{"engines": 5}`,
		`{"overrides": {"a": "1"}}`, "{} {}", "\xff\xfe{\x00}\x00",
	}
	return map[string][]string{
		"pack.yaml": {
			manifest, "\ufeff" + manifest, strings.ReplaceAll(manifest, "\n", "\r\n"), "", "[]", "null\n", "ref: demo\n", manifest + "ref: other\n", manifest + "---\nref: other\n",
			manifest + "Ref: other\n", manifest + "a: &a 1\nb: *a\n", manifest + "meta: {a: 1, a: 2}\n", manifest + "email: !!binary aGk=\n", manifest + "email: 5\n", manifest + "author: null\n",
			strings.Replace(manifest, "demo", "Demo", 1), strings.Replace(manifest, "1.0.0", "1.0", 1), strings.Replace(manifest, "1.0.0", "v1.0.0", 1), "\xff\xfe" + manifest,
			manifest + "dependencies: [demo]\n", manifest + "dependencies: ['other@>=']\n", manifest + "dependencies: ['https://h/x']\n", manifest + "dependencies: 5\n",
			manifest + "runtime_deps: ['python3>=3']\n", manifest + "runtime_deps: ['python3^3']\n", manifest + "runtime_deps: ['nodejs^1 || >=2']\n", manifest + "runtime_deps: ['nodejs>=lts']\n", manifest + "runtime_deps: [curl]\n",
			manifest + "dependencies: {python_version: three}\n", manifest + "dependencies: {nodejs_version: 'lts/*'}\n", manifest + "dependencies: {python_version: '3'}\n",
			withTests("{runners: {a: {entry_point: tests/t.sh}}}"), withTests("{runners: {a: {entry_point: tests/none.sh}}}"), withTests("{runners: {a: {entry_point: ../t.sh}}}"),
			withTests("{discovery: {method: manifest, tests: [{name: a, command: tests/t.sh}]}}"), withTests("{discovery: {method: manifest, tests: [{name: a, command: tests/none.sh}]}}"),
			withTests("{discovery: {method: executable, command: ../x.sh}}"), withTests("{discovery: {method: executable, command: tests/crlf.sh}}"), withTests("{min_pass_rate: 2}"), withTests("5"),
			manifest + "conf_schema: {a: {type: integer, default: x}}\n", manifest + "conf_schema: {type: object, required: a}\n", manifest + "unknown: 1\n", manifest + "name: Other\n",
		},
		"requirements.txt": requirements, "package.json": packages,
		"package-lock.json": {"{", `{"lockfileVersion": 1}`, `{"lockfileVersion": 3, "packages": {}}`, "\ufeff" + `{"lockfileVersion": 3, "packages": {}}`},
		"actions/a.yaml": {
			"", "ref: demo.a\n", "ref: other.a\nentry_point: a.sh\n", "ref: demo.A\nentry_point: a.sh\n", "ref: demo.a\nentry_point: none.sh\n", "ref: demo.a\nentry_point: ../../x\n", "ref: demo.a\nentry_point: /bin/sh\n",
			"ref: demo.a\nentry_point: a.sh\nrunner_type: pyhton\n", "ref: demo.a\nentry_point: a.py\nrunner_type: python\nruntime_version: '>=3'\n", "ref: demo.a\nentry_point: a.py\nrunner_type: python\nruntime_version: three\n",
			"ref: demo.a\nentry_point: a.sh\ntimeout: -1\n", "ref: demo.a\nentry_point: a.sh\nparameters: {a: 5}\n", "a: b: c\n", "\xe9\n",
		},
		"actions/a.sh": {"#!/bin/sh\r\n", "\ufeff#!/bin/sh\n", "#!sh\n", "#!\n", "echo\n"},
		"rules/r.yaml": {"ref: demo.r\ntrigger_ref: t\naction_ref: a\n", "ref: demo.r\ntrigger_ref: core.t\naction_ref: a\n", "ref: demo.r\n"},
		"sensors/s.yaml": {
			"ref: demo.s\nentry_point: program\n", "ref: demo.s\nentry_point: program\ntrigger_types: [none]\n", "ref: demo.s\nrunner_type: python\n", "ref: demo.s\nrunner_type: python\nentry_point: none.py\n", "ref: demo.a\nentry_point: x\n",
		},
		"triggers/t.yaml":  {"ref: core.t\n", "label: T\n", "ref: demo.t\npayload_schema: {a: {type: intger}}\n"},
		"workflows/w.yaml": {"ref: demo.w\ntasks: [{name: a, action: core.x}]\n", "ref: demo.w\ntasks: 5\n"},
		"policies/p.yaml":  {"ref: demo.p\n", "ref: demo.p\nquotas: []\n"},
		"aliases/x.yaml":   {"ref: demo.x\n", "name: x\n"},
		"pack/pack.yaml":   {manifest}, "pack.yml": {manifest}, "lib/pack.yaml": {manifest}, "Requirements.txt": {"six"}, "pyproject.toml": {""}, "yarn.lock": {""},
		"lib/aux.py": {""}, "lib/a:b": {""}, "lib/a ": {""}, "lib/é.py": {""}, "lib/a\u200bb": {""}, "lib/caf\xe9": {""}, "ACTIONS/x": {""}, "actions/A.sh": {""}, "git~1/x": {""}, "lib/con": {""}, "lib/x\ny": {""},
	}
}

// TestValidMeansInstallable hands odd packs to validation and to every stage. No
// stage refuses by rule what is valid, and what is not valid is not registered.
func TestValidMeansInstallable(t *testing.T) {
	t.Parallel()
	programs := []string{program(t, "python3", "-c", "import sys; print(sys.executable)"), program(t, "node", "-p", "process.execPath")}
	b, err := envbuild.New(envbuild.Config{
		Dir: t.TempDir(), Runner: childproc.New(nil), SearchPath: programs, Policy: envbuild.Policy{Source: []string{"*"}, Direct: []string{"*"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	packs, refused := 0, 0
	contents := oddContents()
	for _, file := range slices.Sorted(maps.Keys(contents)) {
		for i, content := range contents[file] {
			files := map[string]string{
				"pack.yaml": contents["pack.yaml"][0], "actions/a.yaml": "ref: demo.a\nentry_point: a.sh\n", "actions/a.sh": "#!/bin/sh\n", "actions/a.py": "",
				"triggers/t.yaml": "ref: demo.t\n", "tests/t.sh": "#!/bin/sh\n", "tests/crlf.sh": "#!/bin/sh\r\n",
			}
			if file == "package-lock.json" {
				files["package.json"] = `{"dependencies": {"a": "^1"}}`
			}
			files[file] = content
			o := &oddPack{name: fmt.Sprintf("%q %d: %.60q", file, i, content), files: files}
			packs++
			if o.check(t, b) {
				refused++
			}
		}
	}
	if packs < 150 || refused < packs/4 || refused > packs*9/10 {
		t.Errorf("%d of %d packs are refused", refused, packs)
	}
}

type oddPack struct {
	name  string
	files map[string]string
}

// check compares the verdicts on a pack and reports whether it is refused.
func (o *oddPack) check(t *testing.T, b *envbuild.Builder) bool {
	t.Helper()
	dir := t.TempDir()
	received := o.receive(t, filepath.Join(dir, "received"))
	plain := filepath.Join(dir, "plain")
	for name, content := range o.files {
		name = filepath.Join(plain, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(content), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	p, err := pack.Load(os.DirFS(plain), nil)
	found := append(p.Findings, pack.Validate(os.DirFS(plain), p, nil)...)
	valid := err == nil && found.Err() == nil
	stages := map[string]error{"download": received, "analysis": analyse(t, plain), "build": plan(t.Context(), b, plain), "registration": register(t, plain, true)}
	for stage, err := range stages {
		if valid && err != nil {
			t.Errorf("%s: valid, but %s refuses it: %v", o.name, stage, err)
		}
	}
	if err := register(t, plain, false); valid != (err == nil) {
		t.Errorf("%s: valid: %t, registered: %v\n%v", o.name, valid, err, found)
	}
	return !valid
}

// receive puts the files into a tree, as sources do, and looks for the pack.
func (o *oddPack) receive(t *testing.T, dir string) error {
	t.Helper()
	tree, err := source.NewTree(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(o.files)) {
		if err := tree.Put(t.Context(), source.Entry{Name: name, Size: -1}, strings.NewReader(o.files[name])); err != nil {
			return errors.Join(err, tree.Discard())
		}
	}
	if _, err := tree.Finish(); err != nil {
		return err
	}
	_, err = pack.Root(os.DirFS(dir))
	return err
}

func analyse(t *testing.T, dir string) error {
	t.Helper()
	a, err := deps.New(deps.Config{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Analyze(t.Context(), deps.Request{Paths: []string{dir}, SkipValidation: true})
	return err
}

func plan(ctx context.Context, b *envbuild.Builder, dir string) error {
	_, err := b.Build(ctx, envbuild.Request{Paths: []string{dir}, Check: true})
	return err
}

// register registers the pack with its tests, which a runner that starts nothing
// lets pass.
func register(t *testing.T, dir string, skipValidation bool) error {
	t.Helper()
	store, err := registry.Open(t.Context(), registry.Config{
		Root: t.TempDir(), Records: registry.NewMemory(), Environments: bothEnvironments{t.TempDir()}, Runner: &commandLog{},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	_, err = store.Register(t.Context(), registry.Request{Paths: []string{dir}, SkipValidation: skipValidation})
	return err
}
