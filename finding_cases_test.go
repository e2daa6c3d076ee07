package pack_test

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

// A findingCase is a pack and what is found in it, as "file:line code".
type findingCase struct {
	name  string
	shape pack.Shape
	files map[string]string // beside a minimal pack.yaml and a script
	want  []string
}

// run loads and validates the case's pack.
func (c *findingCase) run(limits pack.Limits) (*pack.Pack, []string) {
	files := map[string]string{"pack.yaml": minimal, "actions/run.sh": "", "sensors/run.py": ""}
	maps.Copy(files, c.files)
	fsys := mapFS(files)
	for name := range fsys {
		if link, ok := strings.CutPrefix(files[name], "link to "); ok {
			fsys[name] = &fstest.MapFile{Data: []byte(link), Mode: fs.ModeSymlink}
		}
	}
	p, _ := pack.Load(fsys, &pack.LoadOptions{Shape: c.shape, Limits: limits})
	var found []string
	for _, f := range slices.Concat(p.Findings, pack.Validate(fsys, p, &pack.ValidateOptions{Limits: limits})) {
		found = append(found, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Code))
	}
	return p, found
}

const (
	action = "ref: demo.a\nlabel: A\nentry_point: run.sh\n"
	st2    = pack.ShapeStackStorm
)

func manifestCases() []findingCase {
	manifest := func(name, text string, want ...string) findingCase {
		for i := range want {
			want[i] = "pack.yaml:" + want[i]
		}
		return findingCase{name: name, files: map[string]string{"pack.yaml": text}, want: want}
	}
	with := func(name, text string, want ...string) findingCase { return manifest(name, minimal+text, want...) }
	compat := func(c findingCase) findingCase { c.shape = st2; return c }
	return []findingCase{
		with("nothing", ""),
		manifest("encoding", "ref: d\xe9mo\n", "1 yaml.encoding"),
		manifest("syntax", "ref: [\n", "1 yaml.syntax"),
		manifest("empty", "", "1 yaml.empty"),
		manifest("documents", minimal+"---\na: b\n", "5 yaml.documents"),
		manifest("a list", "- ref: demo\n", "1 yaml.not_mapping"),
		with("duplicate key", "ref: other\n", "5 yaml.duplicate_key"),
		with("alias", "meta: &a {}\n", "5 yaml.alias"),
		with("tag", "license: !x MIT\n", "5 yaml.tag"),
		with("template", "config: {a: {{ b }}}\n", "5 yaml.key"),
		with("infinity", "config: {a: .inf}\n", "5 yaml.number"),
		with("deep", "config: "+strings.Repeat("[", 100)+strings.Repeat("]", 100)+"\n", "5 yaml.limit"),

		manifest("no ref", "version: 1.0.0\nlabel: D\ndescription: D\n", "1 manifest.no_ref"),
		manifest("null ref", "version: 1.0.0\nlabel: D\nref:\ndescription: D\n", "3 manifest.no_ref"),
		manifest("number as ref", "ref: 5\nversion: 1.0.0\nlabel: D\ndescription: D\n", "1 manifest.invalid_ref"),
		manifest("invalid ref", "version: 1.0.0\nref: Demo\nlabel: D\ndescription: D\n", "2 manifest.invalid_ref"),
		manifest("no version", "ref: demo\nlabel: D\ndescription: D\n", "1 manifest.no_version"),
		manifest("list as version", "ref: demo\nversion: [1]\nlabel: D\ndescription: D\n", "2 manifest.invalid_version"),
		manifest("number as version", "ref: demo\nversion: 1.10\nlabel: D\ndescription: D\n", "2 manifest.invalid_version"),
		manifest("no texts", "ref: demo\nversion: 1.0.0\n", "1 manifest.no_label", "1 manifest.no_description"),
		manifest("null texts", "ref: demo\nversion: 1.0.0\nlabel:\ndescription:\nauthor: ~\nemail: null\n",
			"1 manifest.no_label", "4 manifest.null", "5 manifest.null", "6 manifest.null"),
		manifest("wrong texts", "ref: demo\nversion: 1.0.0\nlabel: 5\ndescription: [a]\nauthor: {}\nemail: true\n",
			"3 manifest.wrong_type", "4 manifest.wrong_type", "5 manifest.wrong_type", "6 manifest.wrong_type"),
		with("wrong flags", "system: maybe\nenabled: 1\n", "5 manifest.wrong_type", "6 manifest.wrong_type"),
		with("old flags", "system: no\nenabled: On\n"),
		with("quoted flags", "system: 'no'\nenabled: \"true\"\n", "5 manifest.wrong_type", "6 manifest.wrong_type"),
		with("wrong maps", "conf_schema: []\nconfig: a\nmeta: 1\n", "5 manifest.wrong_type", "6 manifest.wrong_type", "7 manifest.wrong_type"),
		with("wrong lists", "tags: a\nruntime_deps: {}\n", "5 manifest.wrong_type", "6 manifest.wrong_type"),
		with("wrong list entries", "tags: [a, [b], {c: d}, null]\n", "5 manifest.wrong_type", "5 manifest.wrong_type", "5 manifest.wrong_type"),
		with("unknown keys", "future: 1\ncontributors: [a]\n", "5 manifest.unknown_key", "6 manifest.unknown_key"),
		with("case of keys", "Author: a\nvErsion: 2.0.0\n", "5 manifest.key_case", "6 manifest.key_case"),
		with("legacy keys", "name: Demo\nconfig_schema: {}\nmetadata: {a: 1}\nkeywords: [a]\n"),
		manifest("legacy label", "ref: demo\nversion: 1.0.0\nname: Demo\ndescription: D\n"),
		with("legacy keys that contradict", "name: Other\ntags: [a]\nkeywords: [b]\n", "5 manifest.legacy_conflict", "7 manifest.legacy_conflict"),
		compat(with("system in compatibility mode", "system: {centos: {foo: '>= 1.0'}}\n")),
		compat(with("name in compatibility mode", "name: demo pack\n")),
		compat(manifest("ref from name", "name: demo\nversion: 1.0.0\ndescription: D\n", "1 manifest.no_label")),
		compat(manifest("no ref from name", "name: Demo Pack\nversion: 1.0.0\nlabel: D\ndescription: D\n", "1 manifest.invalid_ref")),

		with("dependencies", "dependencies: [core, 'slack@^2', 'aws@>=1.0 <2']\n"),
		with("no dependencies", "dependencies: {}\n"),
		with("wrong dependencies", "dependencies: core\n", "5 manifest.wrong_type"),
		with("invalid dependencies", "dependencies:\n  - A\n  - core@=>1\n  - core@\n  - -x\n  - 5\n",
			"6 manifest.invalid_dependency", "7 manifest.invalid_dependency", "8 manifest.invalid_dependency",
			"9 manifest.invalid_dependency", "10 manifest.wrong_type"),
		with("URLs as dependencies", "dependencies:\n  - https://x/y.git\n  - git@x:y\n  - ../core\n",
			"6 manifest.dependency_url", "7 manifest.dependency_url", "8 manifest.dependency_url"),
		with("map of dependencies", "dependencies:\n  python_version: '>=3.9'\n  packs: [core]\n  other: 1\n", "8 manifest.unknown_key"),
		with("platform version", "dependencies: {attune_version: '>=2.1 <4'}\n"),
		with("invalid platform version", "dependencies:\n  attune_version: =>2\n", "6 manifest.invalid_platform_version"),
		with("constraints that allow nothing", "dependencies:\n  packs: ['core@>2 <1', 'slack@^1 ^2', 'aws@^1']\n  attune_version: '>3 <2'\n",
			"6 manifest.empty_constraint", "6 manifest.empty_constraint", "7 manifest.empty_constraint"),
		with("StackStorm version in native shape", "dependencies: [core=1.0.0]\n", "5 manifest.invalid_dependency"),
		compat(with("StackStorm version", "dependencies: [core=1.0.0]\n")),

		with("runtimes", "runtime_deps: [python3>=3.8, 'nodejs^18', sh, native, node.js]\n"),
		with("runtimes in any case", "runtime_deps: [Python3>=3.8, NodeJS, Bash]\n"),
		with("unknown runtimes", "runtime_deps: [curl, powershell-remoting]\n", "5 manifest.unknown_runtime", "5 manifest.unknown_runtime"),
		with("Python 2", "python_versions: ['2']\n", "5 manifest.unknown_key", "5 manifest.python2_only"),
		with("Python 2 and 3", "python_versions: ['2', '3']\n", "5 manifest.unknown_key"),

		with("testing", "testing: {runners: {a: {type: script, entry_point: actions/run.sh}}}\n"),
		with("testing with runners in any case", "testing: {runners: {a: {type: Script, entry_point: actions/run.sh}, b: {type: UnitTest, entry_point: actions}, c: {type: Python, entry_point: actions/run.sh}}}\n"),
		with("testing with unknown runners", "testing: {discovery: {method: manifest, tests: [{name: a, runner: pyhton, command: actions/run.sh}]}}\n", "5 manifest.unknown_test_runner"),
		with("testing by unknown method", "testing: {discovery: {method: magic}}\n", "5 manifest.unknown_test_runner"),
		with("testing without file", "testing: {runners: {a: {type: script, entry_point: tests/run.sh}}}\n", "5 manifest.tests_missing"),
		with("testing switched off", "testing: {enabled: false, runners: {a: {entry_point: tests/run.sh}}}\n"),
		with("testing outside", "testing:\n  result_path: /tmp/x\n  runners:\n    a: {entry_point: ../x}\n", "6 manifest.unsafe_path", "8 manifest.unsafe_path"),
		with("testing with wrong values", "testing:\n  result_format: xml\n  min_pass_rate: 1.5\n  on_failure: panic\n  runners: {a: 1, b: {timeout: -1}}\n",
			"6 manifest.invalid_value", "7 manifest.invalid_value", "8 manifest.invalid_value", "9 manifest.wrong_type", "9 manifest.invalid_value"),
		with("testing with wrong types", "testing:\n  enabled: 5\n  min_pass_rate: a\n  discovery: {tests: [1]}\n  runners: []\n",
			"6 manifest.wrong_type", "7 manifest.wrong_type", "8 manifest.wrong_type", "9 manifest.wrong_type"),
		with("testing as a list", "testing: []\n", "5 manifest.wrong_type"),
		{name: "pack.yaml is a link", files: map[string]string{"pack.yaml": "link to actions/run.sh"}, want: []string{
			"pack.yaml:0 manifest.not_regular", "pack.yaml:0 tree.symlink",
		}},
	}
}

func componentCases() []findingCase {
	one := func(name, file, text string, want ...string) findingCase {
		for i := range want {
			want[i] = file + ":" + want[i]
		}
		return findingCase{name: name, files: map[string]string{file: text}, want: want}
	}
	act := func(name, text string, want ...string) findingCase { return one(name, "actions/a.yaml", text, want...) }
	more := func(name, text string, want ...string) findingCase { return act(name, action+text, want...) }
	compat := func(c findingCase) findingCase { c.shape = st2; return c }
	return []findingCase{
		more("an action", ""),
		act("a short ref", "ref: a\nentry_point: run.sh\n"),
		act("yml", "ref: a\nentry_point: run.sh\n"),
		act("no ref", "name: a\nentry_point: run.sh\n", "1 component.no_ref"),
		act("a number as ref", "ref: 5\nentry_point: run.sh\n", "1 component.invalid_ref"),
		act("upper case", "ref: demo.A\nentry_point: run.sh\n", "1 component.invalid_ref"),
		act("two dots", "entry_point: run.sh\nref: demo.a.b\n", "2 component.invalid_ref"),
		act("a strange prefix", "ref: Demo.a\nentry_point: run.sh\n", "1 component.invalid_ref"),
		act("another pack", "ref: core.a\nentry_point: run.sh\n", "1 component.foreign_ref"),
		act("case of keys", "ref: a\nEntry_Point: x\nentry_point: run.sh\n", "2 component.key_case"),
		more("unknown keys", "poll_interval: 1\nlog_retention_policy: versions\n"),
		more("pack", "pack: demo\n"),
		more("another pack's field", "pack: other\n", "4 component.other_pack"),
		more("wrong texts", "description: [a]\nenabled: 5\ntimeout: a\n", "4 component.wrong_type", "5 component.wrong_type", "6 component.wrong_type"),
		more("null texts", "description:\nparameters:\ntimeout:\n"),
		more("wrong values", "timeout: -1\nparameter_delivery: post\nparameter_format: xml\n",
			"4 component.invalid_value", "5 component.invalid_value", "6 component.invalid_value"),
		more("runner in any case", "runner_type: Bash\n"),
		more("unknown runner", "runner_type: cobol\n", "4 component.unknown_runner"),
		more("StackStorm's runner in native shape", "runner_type: python-script\n", "4 component.unknown_runner"),
		compat(act("StackStorm's runner", "name: a\nrunner_type: python-script\nentry_point: run.sh\n")),

		act("no entry point", "ref: a\nrunner_type: python\n", "1 action.no_entry_point"),
		act("no entry point for native", "ref: a\nrunner_type: native\n"),
		act("native program of the platform", "ref: a\nrunner_type: native\nentry_point: some-program\n"),
		act("entry point from the root", "ref: a\nentry_point: sensors/run.py\n"),
		act("entry point with its directory", "ref: a\nentry_point: actions/run.sh\n"),
		act("entry point beside", "ref: a\nentry_point: ../sensors/run.py\n"),
		act("entry point missing", "ref: a\nentry_point: gone.sh\n", "2 action.entry_point_missing"),
		act("entry point is a directory", "ref: a\nentry_point: ../actions\n", "2 action.entry_point_missing"),
		{name: "H16: entry point is a pointer of Git LFS", files: map[string]string{
			"actions/a.yaml": "ref: a\nentry_point: a.bin\n", "actions/a.bin": lfsPointer,
		}, want: []string{"actions/a.yaml:2 action.entry_point_missing"}},
		act("entry point outside", "ref: a\nentry_point: ../../x\n", "2 component.unsafe_path"),
		act("workflow", "ref: a\nworkflow_file: run.sh\n"),
		act("workflow missing", "ref: a\nworkflow_file: workflows/x.yaml\n", "2 action.workflow_missing"),
		act("workflow outside", "ref: a\nworkflow_file: ../../x.yaml\n", "2 component.unsafe_path"),
		compat(act("command runner", "name: a\nrunner_type: local-shell-cmd\n")),
		compat(act("script runner without script", "name: a\nrunner_type: python-script\n", "1 action.no_entry_point")),

		more("parameters", "parameters:\n  a: {type: string, required: true}\n  b: {type: [string, 'null'], default: null}\n  type: {type: string}\n"),
		more("JSON Schema", "parameters: {type: object, properties: {a: {type: string}}, required: [a]}\n"),
		more("JSON Schema without properties", "parameters: {type: object}\n"),
		more("broken parameters", "parameters:\n  5: {}\n  a: string\n  b: {secret: 5}\n",
			"5 action.invalid_parameter", "6 action.invalid_parameter", "7 component.wrong_type"),
		more("parameters that are one variable", "parameter_delivery: env\nparameters: {a-b: {}, a.b: {}, ab: {}, A_B: {}}\n", "5 action.parameter_variable", "5 action.parameter_variable"),
		more("parameters that are one variable, on stdin", "parameters: {a-b: {}, a.b: {}}\n"),
		more("list of parameters", "parameters: [a]\n", "4 component.wrong_type"),

		one("a sensor", "sensors/s.yaml", "ref: s\nrunner_type: python\nentry_point: run.py\n"),
		one("a native sensor", "sensors/s.yaml", "ref: s\nentry_point: program\n"),
		one("sensor without entry point", "sensors/s.yaml", "ref: s\nrunner_type: python\n", "1 sensor.no_entry_point"),
		one("sensor's entry point missing", "sensors/s.yaml", "ref: s\nrunner_type: python\nentry_point: x.py\n", "3 sensor.entry_point_missing"),
		one("sensor of unknown triggers", "sensors/s.yaml", "ref: s\nentry_point: program\ntrigger_types: [t, core.t]\n",
			"3 sensor.unknown_trigger", "3 component.foreign_use"),
		one("sensor of one trigger", "sensors/s.yaml", "ref: s\nentry_point: program\ntrigger_type: t\n", "3 sensor.unknown_trigger"),
		one("sensor of wrong triggers", "sensors/s.yaml", "ref: s\nentry_point: program\ntrigger_types: [5]\n", "3 component.wrong_type"),
		compat(one("StackStorm's sensor", "sensors/s.yaml", "class_name: S\nentry_point: run.py\ntrigger_types: [{name: a.b}]\n", "3 sensor.inline_triggers")),
		compat(one("nameless", "triggers/t.yaml", "description: t\n", "1 component.no_ref")),
		compat(one("strange names", "triggers/t.yaml", "name: a/b\n", "1 component.invalid_ref")),
		compat(one("ref of another pack", "triggers/t.yaml", "ref: core.t\n", "1 component.foreign_ref")),
		compat(one("list as name", "triggers/t.yaml", "name: [a]\n", "1 component.invalid_ref")),
		compat(one("names as they are", "triggers/t.yaml", "name: A.b-C\n")),

		{name: "a rule", files: map[string]string{
			"actions/a.yaml": action, "triggers/t.yaml": "ref: demo.t\n", "rules/r.yaml": "ref: r\ntrigger_ref: t\naction_ref: demo.a\n",
		}},
		{name: "a rule that runs a workflow", files: map[string]string{
			"workflows/w.yaml": "ref: w\ntasks: {}\n", "triggers/t.yaml": "ref: t\n", "rules/r.yaml": "ref: r\ntrigger_ref: t\naction_ref: w\n",
		}},
		one("rule without anything", "rules/r.yaml", "ref: r\n", "1 rule.no_trigger", "1 rule.no_action"),
		one("rule with unknown refs", "rules/r.yaml", "ref: r\naction_ref: demo.a\ntrigger_ref: t\n", "2 rule.unknown_action", "3 rule.unknown_trigger"),
		one("rule with refs of others", "rules/r.yaml", "ref: r\naction_ref: core.a\ntrigger_ref: core.t\n", "2 component.foreign_use", "3 component.foreign_use"),
		one("StackStorm's rule in native shape", "rules/r.yaml", "ref: r\ntrigger: {type: core.t}\naction: {ref: core.a}\n",
			"1 rule.stackstorm_shape", "2 component.foreign_use", "3 component.foreign_use"),
		one("half of StackStorm's rule", "rules/r.yaml", "ref: r\ntrigger: core.t\naction: {ref: core.a}\n", "1 rule.no_trigger", "1 rule.no_action"),
		compat(one("StackStorm's rule", "rules/r.yaml", "name: r\ntrigger: {type: t}\naction: {ref: a}\n", "1 rule.stackstorm_shape")),
		compat(one("StackStorm's rule with a ref", "rules/r.yaml", "ref: demo.r\ntrigger: {type: t}\naction: {ref: a}\n",
			"1 rule.has_ref", "1 rule.stackstorm_shape")),

		one("a workflow", "workflows/w.yaml", "ref: w\ntasks:\n  - {name: a, action: core.noop}\n  - {name: b, action: '{{ x }}'}\n", "2 component.foreign_use"),
		one("broken tasks", "workflows/w.yaml", "ref: w\ntasks: [a]\n", "2 component.wrong_type"),
		one("text as tasks", "workflows/w.yaml", "ref: w\ntasks: a\n", "2 component.wrong_type"),

		one("a policy", "policies/p.yaml", "ref: p\naction_ref: core.a\nrate_limit: {max_executions: 1, window_seconds: 1}\n", "2 component.foreign_use"),
		one("policy of a strange priority", "policies/p.yaml", "ref: p\nquotas: []\npriority: 1.5\n", "3 component.invalid_value"),
		one("policy without limits", "policies/p.yaml", "ref: p\n", "1 policy.no_limit"),
		compat(one("StackStorm's policy", "policies/p.yaml", "name: p\nresource_ref: core.a\npolicy_type: action.retry\n")),

		{name: "the same ref twice", files: map[string]string{"actions/a.yaml": action, "actions/b.yaml": action}, want: []string{
			"actions/b.yaml:1 component.duplicate_ref",
		}},
		{name: "the same ref across kinds", files: map[string]string{"actions/a.yaml": action, "triggers/t.yaml": "label: T\nref: a\n"}, want: []string{
			"triggers/t.yaml:2 component.duplicate_ref",
		}},
		{name: "the same name across kinds", shape: st2, files: map[string]string{
			"actions/a.yaml": "name: a\nrunner_type: noop\n", "aliases/a.yaml": "name: a\n",
		}},
		{name: "other kinds", files: map[string]string{
			"permission_sets/p.yaml": "ref: p\n", "runtimes/r.yaml": "ref: r\n", "aliases/a.yaml": "ref: al\n", "queues/q.yml": "ref: q\n",
		}},
		{name: "pack.yaml comes first", files: map[string]string{"pack.yaml": minimal + "x: 1\n", "aliases/a.yaml": "x: 1\n"}, want: []string{
			"pack.yaml:5 manifest.unknown_key", "aliases/a.yaml:1 component.no_ref",
		}},
		{name: "decoys", files: map[string]string{
			"actions/.gitkeep": "", "actions/README.md": "", "actions/a.yaml.example": "", "actions/b.json": "", "actions/.c.yaml": "",
			"actions/lib/d.yaml": "", "dashboards/e.yaml": "", "actions/f.yaml/g": "",
		}},
		{name: "a link as component", files: map[string]string{"actions/a.yaml": "link to run.sh"}, want: []string{
			"actions/a.yaml:0 component.not_regular", "actions/a.yaml:0 tree.symlink",
		}},
		{name: "a link as directory of components", files: map[string]string{"rules": "link to actions"}, want: []string{
			"rules:0 component.not_regular", "rules:0 tree.symlink",
		}},
	}
}

func treeCases() []findingCase {
	return []findingCase{
		{name: "own repository", files: map[string]string{".git/HEAD": "", ".gitignore": ""}},
		{name: "submodule", files: map[string]string{"lib/x/.git": "gitdir: ..."}, want: []string{"lib/x:0 tree.submodule"}},
		{name: "repository inside", files: map[string]string{"lib/x/.git/HEAD": ""}, want: []string{"lib/x:0 tree.submodule"}},
		{name: "submodules listed", files: map[string]string{".gitmodules": "[submodule \"a\"]\n\tpath = a\n\turl = https://x\n"}, want: []string{
			".gitmodules:2 tree.submodule",
		}},
		{name: "nested pack", files: map[string]string{"tests/p/pack.yaml": ""}, want: []string{"tests/p/pack.yaml:0 tree.nested_pack"}},
		{name: "link", files: map[string]string{"tests/l": "link to ../x"}, want: []string{"tests/l:0 tree.symlink"}},

		{name: "links instead of files", files: map[string]string{
			"requirements.txt": "link to pack.yaml", "config.schema.yaml": "link to actions/run.sh", ".gitmodules": "link to pack.yaml",
		}, want: []string{
			".gitmodules:0 tree.symlink", "config.schema.yaml:0 tree.symlink", "requirements.txt:0 tree.symlink",
		}},
		{name: "configuration schema", files: map[string]string{"config.schema.yaml": "a: {type: string}\n"}},
		{name: "broken configuration schema", files: map[string]string{"config.schema.yaml": "a: 1\n---\nb: 1\n"}, want: []string{
			"config.schema.yaml:2 config_schema.invalid",
		}},
		{name: "empty configuration schema", files: map[string]string{"config.schema.yaml": "---\n"}, want: []string{
			"config.schema.yaml:1 config_schema.invalid",
		}},
		{name: "list as configuration schema", files: map[string]string{"config.schema.yaml": "\n- a\n"}, want: []string{
			"config.schema.yaml:2 config_schema.invalid",
		}},
	}
}

func TestFindingCases(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(manifestCases(), componentCases(), treeCases(), packageCases(), silenceCases()) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, found := c.run(pack.Limits{})
			if diff := cmp.Diff(c.want, found); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, p.Findings)
			}
		})
	}
}

// TestEveryCodeHasACase keeps the cases complete.
func TestEveryCodeHasACase(t *testing.T) {
	t.Parallel()
	elsewhere := []string{"manifest.missing", "component.limit", "tree.irregular", "tree.limit", "tree.unreadable"}
	covered := map[string]bool{}
	for _, c := range slices.Concat(manifestCases(), componentCases(), treeCases(), packageCases(), silenceCases()) {
		for _, want := range c.want {
			covered[want[strings.LastIndex(want, " ")+1:]] = true
		}
	}
	for _, row := range pack.FindingCodes() {
		if code := string(row.Code); !covered[code] && !slices.Contains(elsewhere, code) {
			t.Errorf("no case finds %s", code)
		}
	}
}

func TestLimitsOfFiles(t *testing.T) {
	t.Parallel()
	c := findingCase{files: map[string]string{"actions/a.yaml": action, "actions/b.yaml": "ref: b\nentry_point: run.sh\n", "rules/x.yaml": ""}}
	_, found := c.run(pack.Limits{Components: 1, Files: 4})
	want := []string{"actions/b.yaml:0 component.limit", ".:0 tree.limit"}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, found = c.run(pack.Limits{TotalSize: len(minimal) + len(action)})
	want = []string{"rules/x.yaml:0 component.limit"}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("total size (-want +got):\n%s", diff)
	}
}

func TestValidateTellsIrregularAndUnreadableFiles(t *testing.T) {
	t.Parallel()
	fsys := mapFS(map[string]string{"pack.yaml": minimal})
	fsys["pipe"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	fsys["dir/x"] = &fstest.MapFile{}
	p, err := pack.Load(fsys, nil)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range pack.Validate(unreadableDir{fsys}, p, nil) {
		found = append(found, f.File+" "+string(f.Code))
	}
	if diff := cmp.Diff([]string{"dir tree.unreadable", "pipe tree.irregular"}, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// unreadableDir fails to read the directory "dir".
type unreadableDir struct{ fstest.MapFS }

func (d unreadableDir) ReadDir(name string) ([]fs.DirEntry, error) {
	if path.Base(name) == "dir" {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrPermission}
	}
	return d.MapFS.ReadDir(name)
}
