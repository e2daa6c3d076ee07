package pack

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/packtrain/pack/internal/text/schema"
	"github.com/packtrain/pack/internal/text/secret"
	"github.com/packtrain/pack/internal/text/shebang"
)

// A Kind is a kind of component; its text is the name of the directory that
// holds such components.
type Kind string

// The kinds of components.
const (
	KindAction        Kind = "actions"
	KindSensor        Kind = "sensors"
	KindTrigger       Kind = "triggers"
	KindRule          Kind = "rules"
	KindWorkflow      Kind = "workflows"
	KindPolicy        Kind = "policies"
	kindPermissionSet Kind = "permission_sets"
	kindRuntime       Kind = "runtimes"
	kindAlias         Kind = "aliases"
	kindQueue         Kind = "queues"
)

// Kinds returns all kinds, in the order in which packs are read.
func Kinds() []Kind {
	return []Kind{
		KindAction, KindSensor, KindTrigger, KindRule, KindWorkflow, KindPolicy,
		kindPermissionSet, kindRuntime, kindAlias, kindQueue,
	}
}

// A Component is an action, sensor, trigger, rule, workflow, policy, ... of a
// pack. Its own fields hold what all kinds share. The fields of a single kind are
// in the struct for that kind, whose pointer is nil for all other kinds.
type Component struct {
	Kind Kind `json:"kind"`
	// Ref is the full ref. Name is the part after the pack's ref.
	Ref         ComponentRef `json:"ref"`
	Name        string       `json:"name"`
	Label       string       `json:"label"`
	Description string       `json:"description"`
	Enabled     bool         `json:"enabled"` // true unless the component says otherwise
	// File is the component's own file, relative to the pack and separated by "/".
	File string `json:"file"`
	// Spec is the whole document, as JSON-compatible values.
	Spec map[string]any `json:"spec"`

	Action   *Action   `json:"action,omitempty"`
	Sensor   *Sensor   `json:"sensor,omitempty"`
	Rule     *Rule     `json:"rule,omitempty"`
	Workflow *Workflow `json:"workflow,omitempty"`
	Policy   *Policy   `json:"policy,omitempty"`
}

// An Action holds the fields that only actions have.
type Action struct {
	Runner string `json:"runner"` // `runner_type`, "shell" when absent
	// EntryPoint is the script, relative to the pack and separated by "/"; ""
	// when the runner needs none.
	EntryPoint string `json:"entry_point"`
	// RuntimeVersion is the version range the action asks for, as written.
	RuntimeVersion string `json:"runtime_version"`
	// WorkflowFile is the workflow that the action runs, relative to the pack.
	WorkflowFile string `json:"workflow_file"`
	// Parameters in the order of the file.
	Parameters []Parameter `json:"parameters"`
	// ParameterDelivery is stdin (the default), env or file; ParameterFormat
	// json (the default), dotenv or yaml; OutputFormat text (the default) or
	// json, ...
	ParameterDelivery string   `json:"parameter_delivery"`
	ParameterFormat   string   `json:"parameter_format"`
	OutputFormat      string   `json:"output_format"`
	Timeout           Duration `json:"timeout_ms"` // 0: none
}

// A Parameter is one input of an action.
type Parameter struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Required   bool   `json:"required"`
	HasDefault bool   `json:"has_default"`
	Default    any    `json:"default"`
	Secret     bool   `json:"secret"`
}

// CompleteParameters returns the parameters with which an action starts: the given ones,
// and the defaults that its `parameters` have for those that are absent, at any depth. An
// error that matches [ErrInvalid] names each parameter that is missing, not known, or has
// a value that is not described, and what is expected of it. It does not contain values
// of secret parameters.
//
// compiler may be nil: then types, enums, required parameters and unknown ones are
// checked. In a flat map of specs null counts as missing; a JSON Schema says whether it is
// a value. Parameters that `parameters` do not name are not known, unless the schema says
// otherwise, such as by `additionalProperties`. Numbers of the result have the type
// [encoding/json.Number].
func (c *Component) CompleteParameters(given map[string]any, compiler SchemaCompiler) (map[string]any, error) {
	described, _ := c.Spec["parameters"].(map[string]any)
	standard, err := exactSchema(described)
	if err != nil {
		return nil, Errorf(CodeInvalidSchema, "action %s: its parameters cannot be used: %w", c.Ref, err)
	}
	exact, err := exactObject(given)
	if err != nil {
		return nil, Errorf(CodeInvalidRequest, "action %s: encode parameters: %w", c.Ref, err)
	}
	filled := schema.Fill(standard, exact)
	schema.Close(standard)
	values := schema.Present(described, filled)
	problems, err := newConfig(values, schema.Secrets(described, values)).misfits(standard, values, compiler)
	if err != nil {
		return nil, Errorf(CodeInvalidSchema, "action %s: the description of its parameters %w", c.Ref, err)
	}
	if len(problems) > 0 {
		return nil, Errorf(CodeInvalidRequest, "action %s: %s", c.Ref, parameterProblems(standard, problems))
	}
	return filled, nil
}

// parameterProblems returns the problems on one line, each with what is expected.
func parameterProblems(standard map[string]any, problems map[string]string) string {
	var lines []string
	for _, at := range slices.Sorted(maps.Keys(problems)) {
		if at == "" {
			lines = append(lines, "the parameters "+problems[at])
			continue
		}
		line := fmt.Sprintf("parameter %q %s", secret.Dotted(at), problems[at])
		switch spec, known := schema.Described(standard, at); {
		case !known && strings.Count(at, "/") == 1:
			line += "; the action has: " + schema.Names(standard)
		case known && problems[at] == "is missing":
			line += schema.Wanted(spec)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

// A Sensor holds the fields that only sensors have.
type Sensor struct {
	Runner         string         `json:"runner"` // `runner_type`, "native" when absent
	EntryPoint     string         `json:"entry_point"`
	RuntimeVersion string         `json:"runtime_version"`
	TriggerTypes   []ComponentRef `json:"trigger_types"`
}

// A Rule holds the fields that only rules have.
type Rule struct {
	TriggerRef ComponentRef `json:"trigger_ref"`
	ActionRef  ComponentRef `json:"action_ref"`
}

// A Workflow holds the fields that only workflows have.
type Workflow struct {
	// ActionRefs are the actions its tasks name, each once, in order.
	ActionRefs []ComponentRef `json:"action_refs"`
}

// A Policy holds the fields that only policies have.
type Policy struct {
	ActionRef ComponentRef `json:"action_ref"` // "" when it applies to the whole pack
	Priority  int          `json:"priority"`
}

// A Script is a file of a pack together with the way to start it.
type Script struct {
	// File is relative to the pack and separated by "/".
	File string
	// Runtime decides how the script starts; "" when its first line names an
	// interpreter of none, such as perl.
	Runtime   RuntimeName
	described bool         // the runtime is not built in
	line      shebang.Line // where it decides; else zero
	fault     error        // why nothing can start it by its first line
}

// Err says why nothing can start the script: its first line is not one of a
// script, or its line ends are not those of Unix. It is nil for scripts that can
// be started, and has [CodeInvalidManifest] otherwise.
func (s Script) Err() error { return s.fault }

// ReadScript determines how to start a file of a pack, whose files are fsys,
// under a `runner_type`. For a runtime with environments, the runtime alone
// decides. The runtimes shell and native, and "", leave the choice to the file:
// to its first line, then to its extension, then to the shell, or to the system
// for native.
//
// The runtimes are those that are built in, and those of envs, the environments of the
// pack's content. An unknown runner, or one that is part of the platform, is an error with
// [CodeInvalidManifest]. For a file that does not exist or is not a regular file,
// the error matches [fs.ErrNotExist].
func ReadScript(fsys fs.FS, file, runner string, envs []Environment) (Script, error) {
	return tableOf(envs).readScript(fsys, file, runner)
}

func (t runtimeTable) readScript(fsys fs.FS, file, runner string) (Script, error) {
	r, known := t.ofRunner(runner)
	switch {
	case runner == "":
		r.Name = RuntimeShell
	case !known:
		return Script{}, t.unknownRunner(runner)
	case r.HasEnvironments():
		return Script{File: file, Runtime: r.Name, described: r.Described != nil}, nil
	}
	head, err := readHead(fsys, file)
	if err != nil {
		return Script{}, fmt.Errorf("read script: %w", err)
	}
	s := Script{File: file, Runtime: r.Name, line: shebang.Parse(head)}
	if s.line.Path != "" {
		r, _ = t.ofProgram(s.line.Program())
	} else if byName, ok := t.ofFile(file); ok {
		r = byName
	}
	s.Runtime, s.described = r.Name, r.Described != nil
	start := map[RuntimeName]shebang.Start{RuntimeShell: shebang.ByShell, RuntimeNative: shebang.BySystem}[r.Name]
	if fault := shebang.Judge(head, start); fault != nil && !r.HasEnvironments() {
		s.fault = Errorf(CodeInvalidManifest, "%q cannot be started: %w", file, fault)
	}
	return s, nil
}

// unknownRunner explains why nothing can be started under a runner.
func (t runtimeTable) unknownRunner(runner string) error {
	if isPlatformRunner(runner) {
		return Errorf(CodeInvalidManifest, "runner_type %.64q is part of the platform", runner)
	}
	return Errorf(CodeInvalidManifest, "%s", t.runnerAdvice(runner, true))
}

// shellPath is the program that runs scripts which name no interpreter.
const shellPath = "/bin/sh"

// Argv returns the argument vector that starts the script at path, beginning with
// the program: the interpreter of one of envs, which are the environments of the
// pack's content, or the one named by the script's first line. A missing
// environment is an error with [CodeNotFound]; a script that nothing can start is
// the error of [Script.Err]. A path that begins with "-" would be an option of
// the program, so "./" is put before it.
func (s Script) Argv(path string, envs []Environment) ([]string, error) {
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	r, _ := RuntimeByName(s.Runtime)
	switch {
	case r.HasEnvironments(), s.described:
		program, err := s.Interpreter(envs)
		if err != nil {
			return nil, err
		}
		argv := s.line.With(program)
		if d := environmentOf(envs, s.Runtime).Described; d != nil {
			argv = append(argv, d.Described.Versions[0].Args...)
		}
		return append(argv, path), nil
	case s.fault != nil:
		return nil, s.fault
	case s.line.Path != "":
		return append(s.line.Words(), path), nil
	case s.Runtime == RuntimeNative:
		return []string{path}, nil
	}
	return []string{shellPath, path}, nil
}

// Interpreter returns the interpreter of the environment in which the script
// runs. If envs has no such environment, the error has [CodeNotFound].
func (s Script) Interpreter(envs []Environment) (string, error) {
	if e := environmentOf(envs, s.Runtime); e != nil {
		return e.Interpreter, nil
	}
	return "", Errorf(CodeNotFound, "%q needs a %s environment, but none is attached to the pack's content: "+
		"build its environments first", s.File, s.Runtime)
}

// SearchPath returns search, the value of a PATH variable, with the directories
// of the environments' interpreters in front, so that programs that a pack's
// scripts start by name come from its environments.
func SearchPath(envs []Environment, search string) string {
	for _, e := range envs {
		switch {
		case e.Interpreter == "":
		case search == "":
			search = filepath.Dir(e.Interpreter)
		default:
			search = filepath.Dir(e.Interpreter) + string(filepath.ListSeparator) + search
		}
	}
	return search
}

// Environ returns env with the changes that environments of described runtimes make, for a
// program of a pack whose directory is dir; both are absolute. An environment without a
// directory changes nothing that names it. Where env has a variable twice, the last one
// counts.
func Environ(env []string, dir string, envs []Environment) []string {
	env = slices.Clone(env)
	for i := range envs {
		e := &envs[i]
		if e.Described == nil {
			continue
		}
		expand := strings.NewReplacer("{env_dir}", e.Path, "{pack_dir}", dir, "{interpreter}", e.Interpreter, "{manifest_path}", path.Join(dir, e.Described.Manifest))
		for _, v := range e.Described.Described.Versions[0].Variables {
			if e.Path != "" || !strings.Contains(v.Value, "{env_dir}") {
				v.Value = expand.Replace(v.Value)
				env = v.apply(env)
			}
		}
	}
	return env
}

// apply changes the variable in env.
func (v *RuntimeVariable) apply(env []string) []string {
	old := ""
	for _, assignment := range env {
		if name, value, _ := strings.Cut(assignment, "="); name == v.Name {
			old = value
		}
	}
	env = slices.DeleteFunc(env, func(a string) bool { return strings.HasPrefix(a, v.Name+"=") })
	value := v.Value
	switch {
	case old == "":
	case v.Operation == "prepend":
		value += v.Separator + old
	case v.Operation == "append":
		value = old + v.Separator + value
	}
	return append(env, v.Name+"="+value)
}

// headSize is how much of a script is read to see what starts it.
const headSize = 512

// readHead returns the beginning of a file. A file that is not regular, or whose
// path leads out of fsys, is treated as missing: a link might lead anywhere, and
// reading a pipe might never end.
func readHead(fsys fs.FS, file string) ([]byte, error) {
	info, err := fs.Lstat(fsys, file)
	if err != nil || !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: file, Err: fs.ErrNotExist}
	}
	f, err := fsys.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	head := make([]byte, headSize)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // it is shorter than that
	}
	return head[:n], err
}
