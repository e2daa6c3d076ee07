package pack

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

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
	KindPermissionSet Kind = "permission_sets"
	KindRuntime       Kind = "runtimes"
	KindAlias         Kind = "aliases"
	KindQueue         Kind = "queues"
)

// Kinds returns all kinds, in the order in which packs are read.
func Kinds() []Kind {
	return []Kind{
		KindAction, KindSensor, KindTrigger, KindRule, KindWorkflow, KindPolicy,
		KindPermissionSet, KindRuntime, KindAlias, KindQueue,
	}
}

// A Component is an action, sensor, trigger, rule, workflow, policy, ... of a
// pack. What all kinds share is in its own fields; what only one kind has is
// behind the pointer of that kind, which is nil for all others.
type Component struct {
	Kind Kind `json:"kind"`
	// Ref is the full ref, "<pack>.<name>". Name is the part behind the pack's
	// ref; it may hold dots, capitals and hyphens in packs of StackStorm shape.
	Ref         string `json:"ref"`
	Name        string `json:"name"`
	Label       string `json:"label"`
	Description string `json:"description"`
	Enabled     bool   `json:"enabled"` // true unless the component says otherwise
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

// An Action is what only actions have.
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

// A Sensor is what only sensors have.
type Sensor struct {
	Runner         string   `json:"runner"` // `runner_type`, "native" when absent
	EntryPoint     string   `json:"entry_point"`
	RuntimeVersion string   `json:"runtime_version"`
	TriggerTypes   []string `json:"trigger_types"` // full refs
}

// A Rule is what only rules have.
type Rule struct {
	TriggerRef string `json:"trigger_ref"`
	ActionRef  string `json:"action_ref"`
}

// A Workflow is what only workflows have.
type Workflow struct {
	// ActionRefs are the actions its tasks name, each once, in order.
	ActionRefs []string `json:"action_refs"`
}

// A Policy is what only policies have.
type Policy struct {
	ActionRef string `json:"action_ref"` // "" when it applies to the whole pack
	Priority  int    `json:"priority"`
}

// A Script is a file of a pack together with what starts it.
type Script struct {
	// File is relative to the pack and separated by "/".
	File string
	// Runtime decides how the script starts; "" when its first line names an
	// interpreter of none, such as perl.
	Runtime RuntimeName
	line    shebang.Line // where it decides; else zero
}

// ReadScript says what starts a file of a pack, whose files are fsys, under a
// `runner_type`. A runtime with environments decides by itself. The runtimes
// shell and native, and "", leave the choice to the file: to its first line,
// then to its extension, then to the shell, or to the system for native.
//
// A runner that is not known, or is a part of the platform, is an error with
// [CodeInvalidManifest]; a file that does not exist, or is not a regular one,
// one that matches [fs.ErrNotExist].
func ReadScript(fsys fs.FS, file, runner string) (Script, error) {
	r, known := RuntimeOfRunner(runner)
	switch {
	case runner == "":
		r.Name = RuntimeShell
	case !known:
		return Script{}, unknownRunner(runner)
	case r.HasEnvironments():
		return Script{File: file, Runtime: r.Name}, nil
	}
	head, err := readHead(fsys, file)
	if err != nil {
		return Script{}, fmt.Errorf("read script: %w", err)
	}
	if s := shebang.Parse(head); s.Path != "" {
		r, _ = RuntimeOfProgram(s.Program())
		return Script{File: file, Runtime: r.Name, line: s}, nil
	}
	if byName, ok := RuntimeOfFile(file); ok {
		r = byName
	}
	return Script{File: file, Runtime: r.Name}, nil
}

// unknownRunner says why nothing can be started under a runner.
func unknownRunner(runner string) error {
	if isPlatformRunner(runner) {
		return Errorf(CodeInvalidManifest, "runner_type %.64q is a part of the platform", runner)
	}
	return Errorf(CodeInvalidManifest, "%s", runnerAdvice(runner, true))
}

// shellPath is the program that runs scripts which name no interpreter.
const shellPath = "/bin/sh"

// Argv returns the words that start the script at path, beginning with the
// program: the interpreter of one of envs, which are the environments of the
// pack's content, or the one that the first line names. An environment that is
// needed and not there is an error with [CodeNotFound]; a first line that names
// no absolute path one with [CodeInvalidManifest].
func (s Script) Argv(path string, envs []Environment) ([]string, error) {
	r, _ := RuntimeByName(s.Runtime)
	switch {
	case r.HasEnvironments():
		program, err := s.Interpreter(envs)
		if err != nil {
			return nil, err
		}
		return append(s.line.With(program), path), nil
	case s.line.Path != "" && s.line.Path[0] != '/':
		return nil, Errorf(CodeInvalidManifest, "interpreter %.128q of %q is not an absolute path", s.line.Path, s.File)
	case s.line.Path != "":
		return append(s.line.Words(), path), nil
	case s.Runtime == RuntimeNative:
		return []string{path}, nil
	}
	return []string{shellPath, path}, nil
}

// Interpreter returns the interpreter of that environment in which the script
// runs. Without such an environment it is an error with [CodeNotFound].
func (s Script) Interpreter(envs []Environment) (string, error) {
	if program, ok := interpreter(envs, s.Runtime); ok {
		return program, nil
	}
	return "", Errorf(CodeNotFound, "%q needs a %s environment, and none is attached to the pack's content: "+
		"build its environments first", s.File, s.Runtime)
}

// headSize is how much of a script is read to see what starts it.
const headSize = 512

// readHead returns the beginning of a file. What is not a regular file, or is on
// no path inside fsys, does not exist for it: a link might lead anywhere, and a
// pipe never end.
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
