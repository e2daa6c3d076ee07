// Package actionrun runs one action of an installed pack: it delivers the parameters in
// the format of the action, chooses the interpreter, and reads the result. It is a
// minimal worker of a host, without a queue, retries and permissions.
package actionrun

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/packtrain/pack"
)

// maxOutput limits the standard output that is kept for parsing.
const maxOutput = 16 << 20

// An Invocation is one run of an action.
type Invocation struct {
	// Dir is the pack's directory: the working directory of the action.
	Dir string
	// Action is a component with [pack.Component.Action].
	Action *pack.Component
	// Environments of the pack's content.
	Environments []pack.Environment
	// Params are given by name; defaults fill what is absent.
	Params map[string]any
	// Schemas checks that the parameters fit their description; nil for the rules of JSON
	// Schema that package pack knows.
	Schemas pack.SchemaCompiler
	// Config is the configuration of the pack, with its defaults.
	Config pack.Config
	// Env is the environment that the action sees beside its parameters; its
	// PATH finds the interpreter of `#!/usr/bin/env` lines.
	Env []string
	// Scratch is a directory of the host for files with parameters and configuration,
	// which only the user can read and which are removed afterwards.
	Scratch string
	// Stdout and Stderr receive the output as it comes; nil is fine.
	Stdout, Stderr io.Writer
}

// A Result is the outcome of an action that was started.
type Result struct {
	ExitCode int           `json:"exit_code"`
	Signal   string        `json:"signal,omitempty"`
	Duration time.Duration `json:"-"`
	// Output is standard output: parsed when the action says that it is JSON,
	// else a string.
	Output any    `json:"output"`
	Stderr string `json:"stderr"`
}

// Run runs the action through runner. It checks parameters and interpreter before it
// starts a process. An action that ran and failed is not an error; see
// [Result.ExitCode].
func Run(ctx context.Context, runner pack.Runner, inv Invocation) (_ *Result, err error) {
	a := inv.Action.Action
	if err := runnable(inv.Action); err != nil {
		return nil, err
	}
	values, err := inv.Action.CompleteParameters(inv.Params, inv.Schemas)
	if err != nil {
		return nil, err
	}
	params := ordered(a.Parameters, values)
	cmd, err := interpret(inv)
	if err != nil {
		return nil, err
	}
	cmd.Dir, cmd.Timeout, cmd.Stderr = inv.Dir, time.Duration(a.Timeout), inv.Stderr
	undo, err := deliver(&cmd, inv, params)
	if err != nil {
		return nil, err
	}
	defer undo()
	undoConfig, err := deliverConfig(&cmd, inv)
	if err != nil {
		return nil, err
	}
	defer undoConfig()

	out := &head{max: maxOutput}
	cmd.Stdout = out
	if inv.Stdout != nil {
		cmd.Stdout = io.MultiWriter(inv.Stdout, out)
	}
	res, err := runner.Run(ctx, cmd)
	if err != nil {
		return nil, fmt.Errorf("run action %s: %w", inv.Action.Ref, err)
	}
	return result(inv.Action, res, out)
}

func runnable(c *pack.Component) error {
	switch a := c.Action; {
	case a == nil:
		return pack.Errorf(pack.CodeInvalidRequest, "%s is not an action", c.Ref)
	case !c.Enabled:
		return pack.Errorf(pack.CodeInvalidRequest, "action %s is disabled", c.Ref)
	case a.WorkflowFile != "":
		return pack.Errorf(pack.CodeInvalidRequest, "action %s is a workflow: a workflow engine runs it", c.Ref)
	case a.EntryPoint == "":
		return pack.Errorf(pack.CodeInvalidRequest, "action %s has no entry point: its runner %q is part of the platform", c.Ref, a.Runner)
	}
	return nil
}

func result(c *pack.Component, res pack.Result, out *head) (*Result, error) {
	r := &Result{ExitCode: res.ExitCode, Signal: res.Signal, Duration: res.Duration, Output: out.String(), Stderr: string(res.Stderr)}
	if c.Action.OutputFormat != "json" || res.ExitCode != 0 {
		return r, nil
	}
	var parsed any
	if err := json.Unmarshal(out.Bytes(), &parsed); err != nil {
		return r, pack.Errorf(pack.CodeMalformedContent, "action %s: standard output is not the JSON that it promises: %w", c.Ref, err)
	}
	r.Output = parsed
	return r, nil
}

// head keeps the first max bytes written to it.
type head struct {
	bytes.Buffer
	max int
}

func (h *head) Write(p []byte) (int, error) {
	if room := h.max - h.Len(); room > 0 {
		h.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// deliver hands the parameters over by stdin, env or file; undo removes what
// it made.
func deliver(cmd *pack.Command, inv Invocation, params []param) (undo func(), err error) {
	undo = func() {}
	a := inv.Action.Action
	if a.ParameterDelivery == "env" {
		env, err := environ(params)
		cmd.Env = append(cmd.Env, env...)
		return undo, err
	}
	doc, err := encode(a.ParameterFormat, params)
	if err != nil {
		return undo, err
	}
	switch a.ParameterDelivery {
	case "", "stdin":
		cmd.Stdin = bytes.NewReader(doc)
		return undo, nil
	case "file":
		name, err := writePrivate(inv.Scratch, "parameters-*", doc)
		if err != nil {
			return undo, err
		}
		cmd.Env = append(cmd.Env, "ATTUNE_PARAMETER_FILE="+name)
		// It stays private: a Runner lends what is written, but not what is read.
		cmd.Access.Write = append(cmd.Access.Write, name)
		return func() { _ = os.Remove(name) }, nil
	}
	return undo, pack.Errorf(pack.CodeInvalidManifest, "action %s: parameter_delivery %q: want stdin, env or file", inv.Action.Ref, a.ParameterDelivery)
}

// writePrivate writes data to a new file that only this user can read.
func writePrivate(dir, pattern string, data []byte) (name string, err error) {
	f, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	return filepath.Abs(f.Name())
}
