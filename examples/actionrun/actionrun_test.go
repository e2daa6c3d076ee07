package actionrun_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/actionrun"
	"github.com/packtrain/pack/examples/confschema"
)

// recorder is a Runner that records its command.
type recorder struct {
	cmd    pack.Command
	stdin  string
	file   string // content of the parameter file
	config string // the mode and the content of the file of the configuration
	out    string // what the child prints
	exit   int
	calls  int
}

func (r *recorder) Run(_ context.Context, c pack.Command) (pack.Result, error) {
	r.cmd = c
	r.calls++
	if c.Stdin != nil {
		data, err := io.ReadAll(c.Stdin)
		if err != nil {
			return pack.Result{}, err
		}
		r.stdin = string(data)
	}
	if err := r.readConfig(); err != nil {
		return pack.Result{}, err
	}
	for _, e := range c.Env {
		if name, ok := strings.CutPrefix(e, "ATTUNE_PARAMETER_FILE="); ok {
			data, err := os.ReadFile(name)
			if err != nil {
				return pack.Result{}, err
			}
			r.file = string(data)
		}
	}
	_, err := io.WriteString(c.Stdout, r.out)
	return pack.Result{ExitCode: r.exit, Stdout: []byte(r.out)}, err
}

func action(edit func(*pack.Action)) *pack.Component {
	a := &pack.Action{
		Runner: "shell", EntryPoint: "actions/greet.sh", ParameterDelivery: "stdin", ParameterFormat: "json",
		Parameters: []pack.Parameter{
			{Name: "name", Type: "string", Required: true},
			{Name: "times", Type: "integer", HasDefault: true, Default: 2},
			{Name: "tags", Type: "array"},
		},
	}
	if edit != nil {
		edit(a)
	}
	spec := map[string]any{"parameters": map[string]any{
		"name":  map[string]any{"type": "string", "required": true},
		"times": map[string]any{"type": "integer", "default": 2},
		"tags":  map[string]any{"type": "array"},
		"limits": map[string]any{"type": "object", "properties": map[string]any{
			"retries": map[string]any{"type": "integer", "maximum": 5}, "until": map[string]any{"type": "string", "format": "date-time"},
		}},
	}}
	return &pack.Component{Kind: pack.KindAction, Ref: "hello.greet", Name: "greet", Enabled: true, Action: a, Spec: spec}
}

func packDir(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "actions"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "actions", "greet.sh"), []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, delivery, format string
		stdin, file            string
		env                    []string
	}{
		{name: "stdin json", delivery: "stdin", format: "json", stdin: `{"name":"it's <me>","tags":["a","b"],"times":2}`},
		{name: "stdin yaml", delivery: "stdin", format: "yaml", stdin: "\"name\": \"it's <me>\"\n\"tags\":\n    - \"a\"\n    - \"b\"\n\"times\": 2\n"},
		{name: "stdin dotenv", delivery: "stdin", format: "dotenv", stdin: "name='it'\\''s <me>'\ntimes='2'\ntags='[\"a\",\"b\"]'\n"},
		{name: "file json", delivery: "file", format: "json", file: `{"name":"it's <me>","tags":["a","b"],"times":2}`},
		{name: "env", delivery: "env", env: []string{"ATTUNE_ACTION_NAME=it's <me>", "ATTUNE_ACTION_TIMES=2", `ATTUNE_ACTION_TAGS=["a","b"]`}},
		{name: "defaults", stdin: `{"name":"it's <me>","tags":["a","b"],"times":2}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &recorder{}
			scratch := t.TempDir()
			_, err := actionrun.Run(t.Context(), r, actionrun.Invocation{
				Dir: packDir(t, "#!/bin/sh\n"), Scratch: scratch,
				Action: action(func(a *pack.Action) { a.ParameterDelivery, a.ParameterFormat = tt.delivery, tt.format }),
				Params: map[string]any{"name": "it's <me>", "tags": []any{"a", "b"}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if r.stdin != tt.stdin {
				t.Errorf("stdin is %q, want %q", r.stdin, tt.stdin)
			}
			if r.file != tt.file {
				t.Errorf("file is %q, want %q", r.file, tt.file)
			}
			if tt.env != nil && !cmp.Equal(r.cmd.Env, tt.env) {
				t.Errorf("env is %q, want %q", r.cmd.Env, tt.env)
			}
			if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
				t.Errorf("scratch holds %v, %v", left, err)
			}
		})
	}
}

func TestRefusedBeforeAnythingStarts(t *testing.T) {
	t.Parallel()
	ok := map[string]any{"name": "x"}
	tests := []struct {
		name   string
		edit   func(*pack.Component)
		params map[string]any
		want   string
	}{
		{"missing parameter", nil, nil, `parameter "name" is missing; want a string`},
		{"unknown parameter", nil, map[string]any{"name": "x", "label": "y"}, `parameter "label" is not known; the action has: limits, name, tags, times`},
		{"bound", nil, map[string]any{"name": "x", "limits": map[string]any{"retries": 9}}, `parameter "limits.retries" is too large; want at most 5`},
		{"format", nil, map[string]any{"name": "x", "limits": map[string]any{"until": "soon"}}, `parameter "limits.until" does not have the format "date-time"`},
		{"disabled", func(c *pack.Component) { c.Enabled = false }, ok, "disabled"},
		{"workflow", func(c *pack.Component) { c.Action.WorkflowFile = "w.yaml" }, ok, "workflow engine"},
		{"native", func(c *pack.Component) { c.Action.EntryPoint = "" }, ok, "no entry point"},
		{"no action", func(c *pack.Component) { c.Action = nil }, ok, "is not an action"},
		{"no environment", func(c *pack.Component) { c.Action.Runner = "python" }, ok, "needs a python environment"},
		{"no script", func(c *pack.Component) { c.Action.EntryPoint = "actions/none.sh" }, ok, "none.sh"},
		{"unknown delivery", func(c *pack.Component) { c.Action.ParameterDelivery = "mail" }, ok, "want stdin, env or file"},
		{"unknown format", func(c *pack.Component) { c.Action.ParameterFormat = "xml" }, ok, "want json, dotenv or yaml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := action(nil)
			if tt.edit != nil {
				tt.edit(c)
			}
			r := &recorder{}
			_, err := actionrun.Run(t.Context(), r, actionrun.Invocation{Dir: packDir(t, "x"), Action: c, Params: tt.params, Schemas: confschema.Compiler{}, Scratch: t.TempDir()})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if r.calls > 0 {
				t.Error("the runner was called")
			}
		})
	}
}

func TestInterpreter(t *testing.T) {
	t.Parallel()
	envs := []pack.Environment{
		{Runtime: pack.RuntimePython, Interpreter: "/env/bin/python"},
		{Runtime: pack.RuntimeNode, Interpreter: "/usr/bin/node"},
	}
	tests := []struct {
		name, runner, script string
		path                 string
		args                 []string
	}{
		{"shebang", "shell", "#!/bin/bash\n", "/bin/bash", nil},
		{"env shebang", "shell", "#!/usr/bin/env bash\n", "/usr/bin/env", []string{"bash"}},
		{"one argument", "shell", "#! /bin/sh -e -u\n", "/bin/sh", []string{"-e -u"}},
		{"no shebang", "shell", "echo hi\n", "/bin/sh", nil},
		{"python", "python", "#!/bin/false\n", "/env/bin/python", nil},
		{"nodejs", "nodejs", "#!/bin/false\n", "/usr/bin/node", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &recorder{}
			dir := packDir(t, tt.script)
			_, err := actionrun.Run(t.Context(), r, actionrun.Invocation{
				Dir: dir, Environments: envs, Params: map[string]any{"name": "x"},
				Action: action(func(a *pack.Action) { a.Runner = tt.runner }),
			})
			if err != nil {
				t.Fatal(err)
			}
			want := append(tt.args, filepath.Join(dir, "actions", "greet.sh"))
			if r.cmd.Path != tt.path || !cmp.Equal(r.cmd.Args, want) || r.cmd.Dir != dir {
				t.Errorf("runs %s %q in %s, want %s %q", r.cmd.Path, r.cmd.Args, r.cmd.Dir, tt.path, want)
			}
		})
	}
}

// TestRuntimes runs the scripts of testdata/runtimes.json, which validation,
// builds and tests are held against too.
func TestRuntimes(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "runtimes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Runner, Entry, Script, Refused string
		Argv                                 []string
	}
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) < 20 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	envs := []pack.Environment{
		{Runtime: pack.RuntimePython, Interpreter: "/envs/python"}, {Runtime: pack.RuntimeNode, Interpreter: "/opt/node"},
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			dir := packDir(t, "")
			script := filepath.Join(dir, "actions", c.Entry)
			if err := os.WriteFile(script, []byte(c.Script), 0o644); err != nil {
				t.Fatal(err)
			}
			r := &recorder{}
			_, err := actionrun.Run(t.Context(), r, actionrun.Invocation{
				Dir: dir, Environments: envs, Params: map[string]any{"name": "x"}, Env: []string{"PATH=/bin", "A=1"},
				Action: action(func(a *pack.Action) { a.Runner, a.EntryPoint = c.Runner, "actions/"+c.Entry }),
			})
			if c.Refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.Refused) || r.calls > 0 {
					t.Errorf("got %v after %d calls, want %q", err, r.calls, c.Refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, word := range c.Argv {
				want = append(want, strings.NewReplacer("{python}", "/envs/python", "{node}", "/opt/node", "{script}", script).Replace(word))
			}
			if diff := cmp.Diff(want, append([]string{r.cmd.Path}, r.cmd.Args...)); diff != "" {
				t.Errorf("starts (-want +got)\n%s", diff)
			}
			if want := []string{"A=1", "PATH=/opt:/envs:/bin", "PYTHONDONTWRITEBYTECODE=1"}; !cmp.Equal(r.cmd.Env, want) {
				t.Errorf("env is %q, want %q", r.cmd.Env, want)
			}
		})
	}
}

func TestOutput(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, format, out string
		exit              int
		want              any
		err               error
	}{
		{name: "text", out: "{}\n", want: "{}\n"},
		{name: "json", format: "json", out: `{"a":1}`, want: map[string]any{"a": 1.0}},
		{name: "broken json", format: "json", out: "oops", want: "oops", err: pack.ErrMalformed},
		{name: "failed", format: "json", out: "oops", exit: 3, want: "oops"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var live bytes.Buffer
			res, err := actionrun.Run(t.Context(), &recorder{out: tt.out, exit: tt.exit}, actionrun.Invocation{
				Dir: packDir(t, "x"), Params: map[string]any{"name": "x"}, Stdout: &live,
				Action: action(func(a *pack.Action) { a.OutputFormat = tt.format }),
			})
			if !errors.Is(err, tt.err) {
				t.Fatalf("got error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, res.Output); diff != "" || res.ExitCode != tt.exit || live.String() != tt.out {
				t.Errorf("exit %d, live %q, output -want +got:\n%s", res.ExitCode, live.String(), diff)
			}
		})
	}
}

func TestParseParams(t *testing.T) {
	t.Parallel()
	declared := &pack.Action{Parameters: []pack.Parameter{
		{Name: "s", Type: "string"}, {Name: "n", Type: "integer"}, {Name: "o", Type: "object"}, {Name: "any"}, {Name: "u", Type: "string|null"},
	}}
	tests := []struct {
		name string
		args []string
		want string // as JSON, or the error
	}{
		{"text", []string{"s=12", "any=hi there"}, `{"any":"hi there","s":"12"}`},
		{"json", []string{"n=12345678901234567890", `o={"a":[1]}`, "any=true"}, `{"any":true,"n":12345678901234567890,"o":{"a":[1]}}`},
		{"equals sign", []string{"s=a=b"}, `{"s":"a=b"}`},
		{"empty", []string{"s="}, `{"s":""}`},
		{"not json", []string{"n=twelve"}, "want a JSON value of type integer"},
		{"trailing", []string{"n=1 2"}, "want a JSON value of type integer"},
		{"text or null", []string{"u=null"}, `{"u":null}`},
		{"text or null, text", []string{"u=hi there"}, `{"u":"hi there"}`},
		{"twice", []string{"s=a", "s=b"}, "given twice"},
		{"no value", []string{"s"}, "want name=value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := actionrun.ParseParams(declared, tt.args)
			if err != nil {
				if !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want %q", err, tt.want)
				}
				return
			}
			if s := toJSON(t, got); s != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
		})
	}
}

// TestShellReadsDotenv lets a real shell read the output in dotenv format.
func TestShellReadsDotenv(t *testing.T) {
	t.Parallel()
	hostile := "it's $HOME `id` \"q\" \\ \n second line '"
	out := &bytes.Buffer{}
	_, err := actionrun.Run(t.Context(), direct{}, actionrun.Invocation{
		Dir: packDir(t, "#!/bin/sh\n. \"$ATTUNE_PARAMETER_FILE\"\nprintf %s \"$name\"\n"), Scratch: t.TempDir(), Stdout: out,
		Action: action(func(a *pack.Action) { a.ParameterDelivery, a.ParameterFormat = "file", "dotenv" }),
		Params: map[string]any{"name": hostile},
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != hostile {
		t.Errorf("the shell read %q, want %q", out, hostile)
	}
}

// direct is a Runner for trusted scripts.
type direct struct{}

func (direct) Run(ctx context.Context, c pack.Command) (pack.Result, error) {
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Dir, c.Env, c.Stdin, c.Stdout, os.Stderr
	return pack.Result{}, cmd.Run()
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
