package pack_test

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/packtrain/pack"
)

// mustLoad loads files as a pack without findings of severity error.
func mustLoad(t *testing.T, shape pack.Shape, files map[string]string) *pack.Pack {
	t.Helper()
	p, err := pack.Load(mapFS(files), &pack.LoadOptions{Shape: shape})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Findings.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestManifestValues(t *testing.T) {
	t.Parallel()
	p := mustLoad(t, pack.ShapeNative, map[string]string{"pack.yaml": `
ref: demo
version: 1.2.3-rc.1
name: Demo
description: "caf\u00e9"
author: A
email: a@example.com
license: MIT
homepage: https://example.com
system: yes
enabled: false
keywords: [a, 1.10, true]
config_schema: {a: {type: string}}
config: {a: b}
metadata: {c: [1, 2.5, null]}
dependencies:
  attune_version: ">=1.0"
  python_version: ">=3.10"
  nodejs_version: ^18
  packs: [core, "slack@^2.1"]
runtime_deps: [python3>=3.8, "Node.js", curl ]
future: {x: 1}
`})
	want := pack.Manifest{
		Ref: "demo", Version: version(t, "1.2.3-rc.1"), Label: "Demo", Description: "café", Author: "A", Email: "a@example.com",
		License: "MIT", Homepage: "https://example.com", System: true, Enabled: false, Tags: []string{"a", "1.10", "true"},
		ConfSchema:   map[string]any{"a": map[string]any{"type": "string"}},
		Config:       map[string]any{"a": "b"},
		Meta:         map[string]any{"c": []any{int64(1), 2.5, nil}},
		Dependencies: []pack.Dependency{{Ref: "core"}, {Ref: "slack", Constraint: constraint(t, "^2.1")}}, URLDependencies: []string{},

		PlatformVersion: constraint(t, ">=1.0"), PythonVersion: ">=3.10", NodeVersion: "^18",
		RuntimeDeps: []pack.RuntimeDep{
			{Name: "python3", Runtime: pack.RuntimePython, Range: ">=3.8"}, {Name: "Node.js", Runtime: pack.RuntimeNode}, {Name: "curl"},
		},
		Extra: map[string]any{"future": map[string]any{"x": int64(1)}},
	}
	if diff := cmp.Diff(want, p.Manifest); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEmptyManifestHasNoNils(t *testing.T) {
	t.Parallel()
	p := mustLoad(t, pack.ShapeNative, map[string]string{"pack.yaml": minimal})
	want := pack.Manifest{
		Ref: "demo", Version: version(t, "1.0.0"), Label: "Demo", Description: "A demo.", Enabled: true, Tags: []string{},
		ConfSchema: map[string]any{}, Config: map[string]any{}, Meta: map[string]any{}, Extra: map[string]any{},
		Dependencies: []pack.Dependency{}, URLDependencies: []string{}, RuntimeDeps: []pack.RuntimeDep{},
	}
	if diff := cmp.Diff(want, p.Manifest); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTestingValues(t *testing.T) {
	t.Parallel()
	p := mustLoad(t, pack.ShapeNative, map[string]string{"pack.yaml": minimal + `
testing:
  discovery:
    method: manifest
    path: tests/
    command: ./all
    tests: [{name: one, runner: python, command: x, timeout: 1.5}, {name: two}]
  runners:
    python: {type: unittest, entry_point: tests/test_pack.py, timeout: 120, requirements: tests/requirements.txt}
    a: {type: script, entry_point: ./tests/run.sh, result_format: tap}
  result_format: junit-xml
  result_path: tests/results/
  min_pass_rate: 0.5
  on_failure: warn
`})
	want := &pack.Testing{
		Enabled: true, ResultFormat: "junit-xml", ResultPath: "tests/results", MinPassRate: 0.5, OnFailure: "warn",
		Runners: []pack.TestRunner{
			{Name: "python", Type: "unittest", EntryPoint: "tests/test_pack.py", Timeout: pack.Duration(2 * time.Minute), ResultFormat: "junit-xml", Requirements: "tests/requirements.txt"},
			{Name: "a", Type: "script", EntryPoint: "tests/run.sh", Timeout: pack.Duration(5 * time.Minute), ResultFormat: "tap"},
		},
		Discovery: pack.TestDiscovery{Method: "manifest", Path: "tests", Command: "./all", Tests: []pack.TestCase{
			{Name: "one", Runner: "python", Command: "x", Timeout: pack.Duration(1500 * time.Millisecond)},
			{Name: "two", Timeout: pack.Duration(5 * time.Minute)},
		}},
	}
	if diff := cmp.Diff(want, p.Manifest.Testing); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	bare := mustLoad(t, pack.ShapeNative, map[string]string{"pack.yaml": minimal + "testing: {}\n"})
	want = &pack.Testing{
		Enabled: true, ResultFormat: "simple", MinPassRate: 1, OnFailure: "block", Runners: []pack.TestRunner{},
		Discovery: pack.TestDiscovery{Tests: []pack.TestCase{}},
	}
	if diff := cmp.Diff(want, bare.Manifest.Testing); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestComponentValues(t *testing.T) {
	t.Parallel()
	p := mustLoad(t, pack.ShapeNative, map[string]string{
		"pack.yaml": minimal, "sensors/watch.py": "",
		"actions/a.yaml": `
ref: a
description: null
entry_point: a.py
runner_type: python
runtime_version: ">=3.10"
parameter_delivery: env
parameter_format: dotenv
output_format: json
timeout: 60
parameters:
  z: {type: string, required: true}
  b: {type: [integer, "null"], default: null}
  c: {type: string, secret: true, default: 1.10}
`,
		"actions/b.yml":      "ref: demo.b\nlabel: B\nenabled: false\nentry_point: actions/gone.sh\nworkflow_file: workflows/b.yaml\nparameters: {type: object, properties: {x: {type: string}}, required: [x]}\n",
		"sensors/s.yaml":     "ref: s\nrunner_type: python\nentry_point: watch.py\ntrigger_types: [t, core.u]\n",
		"triggers/t.yaml":    "ref: t\nname: T\n",
		"rules/r.yaml":       "ref: r\ntrigger_ref: t\naction_ref: core.noop\n",
		"workflows/w.yaml":   "ref: w\ntasks:\n  one: {action: a}\n  two: {action: core.noop}\n  three: {action: demo.a}\n  four: {}\n",
		"policies/p.yaml":    "ref: p\naction_ref: a\npriority: 5\nquotas: []\n",
		"queues/q.yaml":      "ref: q\n",
		"actions/sub/x.yaml": "ref: [\n",
	})
	want := []pack.Component{
		{
			Kind: pack.KindAction, Ref: "demo.a", Name: "a", Enabled: true, File: "actions/a.yaml",
			Action: &pack.Action{
				Runner: "python", EntryPoint: "actions/a.py", RuntimeVersion: ">=3.10", ParameterDelivery: "env", ParameterFormat: "dotenv",
				OutputFormat: "json", Timeout: pack.Duration(time.Minute), Parameters: []pack.Parameter{
					{Name: "z", Type: "string", Required: true},
					{Name: "b", Type: "integer|null", HasDefault: true},
					{Name: "c", Type: "string", Secret: true, HasDefault: true, Default: 1.10},
				},
			},
		},
		{
			Kind: pack.KindAction, Ref: "demo.b", Name: "b", Label: "B", File: "actions/b.yml",
			Action: &pack.Action{
				Runner: "shell", EntryPoint: "actions/gone.sh", WorkflowFile: "actions/workflows/b.yaml", ParameterDelivery: "stdin", ParameterFormat: "json",
				OutputFormat: "text", Parameters: []pack.Parameter{{Name: "x", Type: "string", Required: true}},
			},
		},
		{
			Kind: pack.KindSensor, Ref: "demo.s", Name: "s", Enabled: true, File: "sensors/s.yaml",
			Sensor: &pack.Sensor{Runner: "python", EntryPoint: "sensors/watch.py", TriggerTypes: []pack.ComponentRef{"demo.t", "core.u"}},
		},
		{Kind: pack.KindTrigger, Ref: "demo.t", Name: "t", Label: "T", Enabled: true, File: "triggers/t.yaml"},
		{
			Kind: pack.KindRule, Ref: "demo.r", Name: "r", Enabled: true, File: "rules/r.yaml",
			Rule: &pack.Rule{TriggerRef: "demo.t", ActionRef: "core.noop"},
		},
		{
			Kind: pack.KindWorkflow, Ref: "demo.w", Name: "w", Enabled: true, File: "workflows/w.yaml",
			Workflow: &pack.Workflow{ActionRefs: []pack.ComponentRef{"demo.a", "core.noop"}},
		},
		{
			Kind: pack.KindPolicy, Ref: "demo.p", Name: "p", Enabled: true, File: "policies/p.yaml",
			Policy: &pack.Policy{ActionRef: "demo.a", Priority: 5},
		},
		{Kind: "queues", Ref: "demo.q", Name: "q", Enabled: true, File: "queues/q.yaml"},
	}
	if diff := cmp.Diff(want, p.Components, cmpopts.IgnoreFields(pack.Component{}, "Spec")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := p.Component(pack.KindTrigger, "demo.t"); got == nil || !cmp.Equal(got.Spec, map[string]any{"ref": "t", "name": "T"}) {
		t.Errorf("got %+v", got)
	}
	if p.Component(pack.KindTrigger, "demo.a") != nil || p.Count()[pack.KindAction] != 1 || p.Count()[pack.KindWorkflow] != 2 || len(p.Count()) != 7 {
		t.Errorf("got %v", p.Count())
	}
}

func TestStackStormValues(t *testing.T) {
	t.Parallel()
	p := mustLoad(t, pack.ShapeStackStorm, map[string]string{
		"pack.yaml":       "name: demo\nversion: 1.0.0\ndescription: D\nkeywords: [a]\ndependencies: [core=3.1.0]\n",
		"actions/x.yaml":  "name: demo.List-All\npack: demo\nrunner_type: python-script\nentry_point: x.py\n",
		"sensors/s.yaml":  "class_name: S\nentry_point: s.py\ntrigger_types: [{name: imap.message}]\n",
		"rules/r.yaml":    "name: r\ntrigger: {type: core.st2.webhook}\naction: {ref: notify}\n",
		"policies/p.yaml": "name: a.retry\nresource_ref: core.http\npolicy_type: action.retry\n",
	})
	if m := p.Manifest; m.Ref != "demo" || m.Label != "demo" || m.Dependencies[0].String() != "core@3.1.0" {
		t.Errorf("got %+v", m)
	}
	want := []pack.Component{
		{
			Kind: pack.KindAction, Ref: "demo.demo.List-All", Name: "demo.List-All", Label: "demo.List-All", File: "actions/x.yaml", Enabled: true,
			Action: &pack.Action{
				Runner: "python-script", EntryPoint: "actions/x.py", ParameterDelivery: "stdin", ParameterFormat: "json", OutputFormat: "text",
				Parameters: []pack.Parameter{},
			},
		},
		{
			Kind: pack.KindSensor, Ref: "demo.S", Name: "S", File: "sensors/s.yaml", Enabled: true,
			Sensor: &pack.Sensor{Runner: "python", EntryPoint: "sensors/s.py", TriggerTypes: []pack.ComponentRef{"demo.imap.message"}},
		},
		{
			Kind: pack.KindRule, Ref: "demo.r", Name: "r", Label: "r", File: "rules/r.yaml", Enabled: true,
			Rule: &pack.Rule{TriggerRef: "core.st2.webhook", ActionRef: "demo.notify"},
		},
		{
			Kind: pack.KindPolicy, Ref: "demo.a.retry", Name: "a.retry", Label: "a.retry", File: "policies/p.yaml", Enabled: true,
			Policy: &pack.Policy{ActionRef: "core.http"},
		},
	}
	if diff := cmp.Diff(want, p.Components, cmpopts.IgnoreFields(pack.Component{}, "Spec")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// failingFS fails to open one file.
type failingFS struct {
	fstest.MapFS
	file string
}

func (f failingFS) Open(name string) (fs.File, error) {
	if name == f.file {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errNoDisk}
	}
	return f.MapFS.Open(name)
}

func TestLoadTellsFailuresOfTheFileSystem(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"pack.yaml", "actions/a.yaml"} {
		fsys := failingFS{mapFS(map[string]string{"pack.yaml": minimal, "actions/a.yaml": action}), file}
		p, err := pack.Load(fsys, nil)
		if p == nil || !errors.Is(err, errNoDisk) || pack.CodeOf(err) != pack.CodeIO {
			t.Errorf("%s: got %v, %v", file, p, err)
		}
	}
}
