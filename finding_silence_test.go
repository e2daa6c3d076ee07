package pack_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
)

// silenceCases are about what would be passed over, and about what looks like it
// and is right.
func silenceCases() []findingCase {
	with := func(name, file, content string, want ...string) findingCase {
		return findingCase{name: name, files: map[string]string{file: content}, want: want}
	}
	script := func(name, runner, file, content string, want ...string) findingCase {
		files := map[string]string{"actions/a.yaml": "ref: demo.a\nrunner_type: " + runner + "\nentry_point: " + file + "\n", "actions/" + file: content}
		for i, code := range want {
			want[i] = "actions/" + file + ":1 script." + code
		}
		return findingCase{name: name, files: files, want: want}
	}
	specs := func(name, text string, want ...string) findingCase {
		return findingCase{name: name, files: map[string]string{"actions/a.yaml": action + text}, want: want}
	}
	manifest := func(name, text string, want ...string) findingCase {
		return findingCase{name: name, files: map[string]string{"pack.yaml": minimal + text}, want: want}
	}
	python := func(name string, files ...string) findingCase {
		c := findingCase{name: name, files: map[string]string{"actions/a.yaml": "ref: demo.a\nrunner_type: python\nentry_point: a.py\n", "actions/a.py": ""}}
		for _, f := range files {
			c.files[f] = ""
		}
		return c
	}
	hiding := python("a module of the standard library", "actions/json.py", "actions/http/__init__.py", "actions/email/x.py", "actions/sys.py", "lib/json.py")
	hiding.want = []string{"actions/http:0 action.hides_module", "actions/json.py:0 action.hides_module"}
	return []findingCase{
		with("requirements in capitals", "Requirements.txt", "six", "Requirements.txt:0 packages.not_read"),
		with("requirements beside the actions", "actions/requirements.txt", "six", "actions/requirements.txt:0 packages.not_read"),
		with("packages beside the actions", "actions/package.json", "{}", "actions/package.json:0 packages.not_read"),
		with("packages of a deeper program", "actions/lib/x/package.json", "{}"),
		with("requirements of the tests", "tests/requirements.txt", "six"),
		with("a project", "pyproject.toml", "", "pyproject.toml:0 packages.not_read"),
		with("a Pipfile", "Pipfile", "", "Pipfile:0 packages.not_read"),
		with("a setup", "setup.py", "", "setup.py:0 packages.not_read"),
		with("a lock of yarn", "yarn.lock", "", "yarn.lock:0 packages.not_read"),
		with("a lock of pnpm", "pnpm-lock.yaml", "", "pnpm-lock.yaml:0 packages.not_read"),
		with("a lock of bun", "bun.lock", "", "bun.lock:0 packages.not_read"),
		with("a lock in capitals", "Package-Lock.json", "", "Package-Lock.json:0 packages.not_read"),
		with("keys of package.json", "package.json", `{"resolutions": {"a": "1"}, "scripts": {}}`, "package.json:0 node.ignored_key"),
		manifest("requirements of a runner", "testing: {runners: {a: {entry_point: actions/run.sh, requirements: tests/r.txt}}}\n", "pack.yaml:5 packages.not_read"),

		with("an action without the name of its script", "actions/a.yaml", "ref: demo.a\nrunner_type: python\nentry_point: ''\n", "actions/a.yaml:3 action.no_entry_point"),
		with("a sensor without the name of its script", "sensors/a.yaml", "ref: demo.a\nrunner_type: python\nentry_point: ''\n", "sensors/a.yaml:3 sensor.no_entry_point"),

		with("a directory in the singular", "action/x.yaml", "ref: x", "action/x.yaml:0 component.not_read"),
		with("a directory in capitals", "Rules/x.yaml", "ref: x", "Rules/x.yaml:0 component.not_read"),
		with("an extension in capitals", "rules/x.YAML", "ref: x", "rules/x.YAML:0 component.not_read"),
		with("a directory of its own", "dashboards/x.yaml", "ref: x"),
		with("another manifest", "pack.yml", "ref: x", "pack.yml:0 tree.nested_pack"),
		with("two manifests", "pack/pack.yaml", minimal, "pack/pack.yaml:0 manifest.ambiguous"),
		with("a manifest below", "demo/Pack.yaml", "ref: x", "demo/Pack.yaml:0 tree.nested_pack"),
		specs("a mistyped key", "parameterz: {a: {type: string}}\nx-own: 1\n", "actions/a.yaml:4 component.key_spelling"),

		with("a device", "actions/aux.py", "", "actions/aux.py:0 tree.unsafe_name"),
		with("a colon", "lib/a:b", "", "lib/a:b:0 tree.unsafe_name"),
		{name: "two names in one", files: map[string]string{"lib/A": "", "lib/a": ""}, want: []string{"lib/a:0 tree.name_collision"}},
		manifest("itself", "dependencies: [demo@^1]\n", "pack.yaml:5 manifest.self_dependency"),
		manifest("a range of Python", "runtime_deps: [python3^3.8]\n", "pack.yaml:5 runtime.invalid_range"),
		manifest("a range of Node.js", "dependencies: {nodejs_version: 'lts/*'}\n", "pack.yaml:5 runtime.invalid_range"),
		manifest("good ranges", "runtime_deps: ['python3>=3.8', nodejs^18]\n"),
		manifest("a range of an unknown program", "runtime_deps: ['shell^^3']\n"),
		with("a range of an action", "actions/a.yaml", "ref: demo.a\nentry_point: run.py\nrunner_type: python\nruntime_version: three\n",
			"actions/a.yaml:2 action.entry_point_missing", "actions/a.yaml:4 runtime.invalid_range"),
		with("a range of package.json", "package.json", `{"engines": {"node": "latest"}}`, "package.json:0 runtime.invalid_range"),
		with("a runtime", runt, execution("interpreter: {binary: ruby, args: ['-e', 'puts ${HOME} {x: 1}', '{env_dir}/{pack_dir}']}\n  env_vars: {A: 1, B: {operation: prepend, value: '{env_dir}'}, C: null}\n  environment: {interpreter_path: null}")),
		with("a broken runtime", runt, "ref: r\nversions: [1]\nexecution_config:\n  environment: {create_command: venv}\n  interpreter: {args: ['{home}']}\n  env_vars: {1A: x}\n  dependencies: {manifest_file: /x}\n",
			"runtimes/r.yaml:2 component.wrong_type", "runtimes/r.yaml:4 runtime.invalid_command", "runtimes/r.yaml:5 runtime.unknown_variable", "runtimes/r.yaml:6 runtime.invalid_environment",
			"runtimes/r.yaml:7 runtime.unsafe_path"),
		with("a runtime that loads code", runt, execution("env_vars: {DYLD_INSERT_LIBRARIES: x}"), "runtimes/r.yaml:3 runtime.loader_variable"),
		with("a runtime of this machine", runt, execution("interpreter: {binary: /bin/bash}"), "runtimes/r.yaml:3 runtime.absolute_program"),
		manifest("tests that are not there", "testing: {discovery: {method: manifest, tests: [{name: a, command: tests/a.sh}]}}\n", "pack.yaml:5 manifest.tests_missing"),

		script("a script of Windows", "shell", "a.sh", "#!/usr/bin/env bash\r\nset -e\r\n", "line_ends"),
		script("commands of Windows", "shell", "a.sh", "set -e\r\n", "line_ends"),
		script("a line of Windows in a text", "shell", "a.sh", "#!/bin/sh\nprintf 'a\r\n'\n"),
		script("a script of Perl", "shell", "a.pl", "#!/usr/bin/perl\nprint 1;\r\n"),
		script("Python of Windows", "python", "a.py", "#!/usr/bin/env python3\r\nprint(1)\r\n"),
		script("a mark", "shell", "a.sh", "\ufeff#!/bin/sh\n", "byte_order_mark"),
		script("Python with a mark", "python", "a.py", "\ufeffprint(1)\n"),
		script("no interpreter", "shell", "a.sh", "#!\n", "interpreter"),
		script("a relative interpreter", "shell", "a.sh", "#!bin/bash\n", "interpreter"),
		script("env of nothing", "shell", "a.sh", "#!/usr/bin/env\n", "interpreter"),
		script("a native text", "native", "a", "echo hi\n", "interpreter"),
		script("a native program", "native", "a", "\x7fELF"),
		script("a native script", "native", "a", "#!/bin/sh\n"),
		{name: "a test of Windows", files: map[string]string{
			"pack.yaml": minimal + "testing: {runners: {a: {entry_point: tests/t.sh}}}\n", "tests/t.sh": "#!/bin/sh\r\n",
		}, want: []string{"tests/t.sh:1 script.line_ends"}},
		hiding,
		{name: "a file of that name without Python", files: map[string]string{"actions/a.yaml": action, "actions/json.py": ""}},

		specs("a type of another language", "parameters: {a: {type: list, default: [1]}}\n", "actions/a.yaml:4 schema.unknown_type"),
		specs("a mistyped type", "output: {a: {type: intger}}\n", "actions/a.yaml:4 schema.unknown_type"),
		specs("any type", "parameters: {a: {type: any, default: 1}}\n"),
		specs("defaults", "parameters:\n  a: {type: array, default: foo}\n  b: {type: boolean, default: 'no'}\n  c: {type: integer, default: '{{ x }}'}\n  d: {type: string, enum: [a], default: b}\n  e: {type: number, default: 1}\n",
			"actions/a.yaml:5 schema.default", "actions/a.yaml:6 schema.default", "actions/a.yaml:8 schema.default"),
		specs("nested defaults", "parameters:\n  type: object\n  properties:\n    a: {type: object, properties: {b: {type: integer, default: x}}}\n", "actions/a.yaml:7 schema.default"),
		specs("a name as required", "parameters: {type: object, required: port}\n", "actions/a.yaml:4 schema.invalid"),
		specs("a word as required", "parameters: {a: {required: port}, b: {required: yes}}\n", "actions/a.yaml:4 schema.invalid"),
		manifest("no schema", "conf_schema: {type: object, properties: {a: {$ref: 'https://x/y'}, b: {enum: a}}}\n", "pack.yaml:5 schema.invalid", "pack.yaml:5 schema.invalid"),
		manifest("secrets", "conf_schema:\n  a: {type: string, secret: true, default: hunter2}\n  b: {type: string, secret: true, default: ''}\n  c: {type: integer, secret: true}\n  d: {type: string, format: password, default: '{{ x }}'}\n  e: {type: array, writeOnly: true}\nconfig: {c: many, e: []}\n",
			"pack.yaml:6 schema.secret_value", "pack.yaml:11 schema.secret_value"),
		manifest("values", "conf_schema: {port: {type: integer}}\nconfig: {port: many, other: 1}\n", "pack.yaml:6 schema.default"),
	}
}

// TestFindingsSayWhatToDo looks at the words of some findings.
func TestFindingsSayWhatToDo(t *testing.T) {
	t.Parallel()
	tests := []struct{ file, content, want string }{
		{"actions/a.yaml", action + "parameters: {a: {type: intger}}\n", `type "intger" is not known: did you mean "integer"?`},
		{"actions/a.yaml", action + "parameters: {type: object, required: port}\n", "want a list of names such as [port]"},
		{"actions/a.yaml", action + "parameterz: {}\n", `did you mean "parameters"?`},
		{"actions/run.sh", "echo\r\n", "save the file with Unix line ends"},
		{"Requirements.txt", "six", "requirements.txt at the root of the pack: move it there"},
		{"pack.yaml", minimal + "conf_shema: {}\n", `did you mean "conf_schema"?`},
		{"action/x.yaml", "", `did you mean the directory "actions"?`},
	}
	for _, tt := range tests {
		fsys := mapFS(map[string]string{"pack.yaml": minimal, "actions/a.yaml": action, "actions/run.sh": "", tt.file: tt.content})
		p, err := pack.Load(fsys, nil)
		if err != nil {
			t.Fatal(err)
		}
		found := append(p.Findings, pack.Validate(fsys, p, nil)...)
		if len(found) != 1 || !strings.Contains(found[0].Message, tt.want) {
			t.Errorf("%s: got %v, want %q", tt.file, found, tt.want)
		}
	}
}

func TestMissingManifestNamesWhatIsThere(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"pack.yml", "Pack.yaml", "demo/pack.yaml"} {
		p, err := pack.Load(fstest.MapFS{file: {}}, nil)
		if err == nil || len(p.Findings) != 1 || !strings.Contains(p.Findings[0].Message, `found "`+file+`"`) {
			t.Errorf("%s: got %v", file, p.Findings)
		}
	}
}

// TestNoErrorFollowsFromAnother breaks one thing at a time.
func TestNoErrorFollowsFromAnother(t *testing.T) {
	t.Parallel()
	rule := "ref: demo.r\naction_ref: demo.a\ntrigger_ref: demo.t\n"
	files := map[string]string{
		"actions/a.yaml": action, "triggers/t.yaml": "ref: demo.t\npack: demo\n", "rules/r.yaml": rule,
		"sensors/s.yaml": "ref: demo.s\nentry_point: s\ntrigger_types: [t]\n",
	}
	for broken, want := range map[string]string{
		"pack.yaml = ref: demo\nlabel: it's\n'": "yaml.syntax", "pack.yaml = " + strings.Replace(minimal, "demo", "Demo", 1): "manifest.invalid_ref",
		"pack.yaml = " + minimal + "ref: other\n": "yaml.duplicate_key",
		"actions/a.yaml = a: b: c":                "yaml.syntax", "actions/a.yaml = ref: demo.A\nentry_point: run.sh\n": "component.invalid_ref",
		"triggers/t.yaml = ": "yaml.empty", "triggers/t.yaml = ref: other.t\n": "component.foreign_ref",
		"actions/run.sh = link to x": "tree.symlink",
	} {
		file, content, _ := strings.Cut(broken, " = ")
		c := findingCase{files: maps.Clone(files)}
		c.files[file] = content
		if _, found := c.run(pack.Limits{}); len(found) != 1 || !strings.HasSuffix(found[0], " "+want) {
			t.Errorf("%q: found %q, want %s alone", broken, found, want)
		}
	}
}

// TestAmbiguousManifestIsRefused: a reader that stops early, or takes the other
// of two keys, would take another pack for this one.
func TestAmbiguousManifestIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		minimal + "ref: other\n", minimal + "meta: {a: 1, a: 2}\n", minimal + "---\nref: other\n", minimal + "x: &a 1\ny: *a\n",
		minimal + "Version: 2.0.0\n", minimal + "email: !!binary aGk=\n", minimal + "<<: {ref: other}\n",
	} {
		for _, only := range []bool{true, false} {
			p, err := pack.Load(fstest.MapFS{"pack.yaml": {Data: []byte(text)}}, &pack.LoadOptions{ManifestOnly: only})
			if !errors.Is(err, pack.ErrInvalid) || len(p.Findings.Errors()) == 0 {
				t.Errorf("%q: got %v, %v", text, err, p.Findings)
			}
		}
	}
}
