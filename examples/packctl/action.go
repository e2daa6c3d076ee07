package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/actionrun"
)

// An actionReport describes a component of an installed pack.
type actionReport struct {
	Component pack.Component `json:"component"`
	Version   pack.Version   `json:"pack_version"`
	Enabled   bool           `json:"enabled"`
}

// component returns a component of an installed pack.
func (a *app) component(cmd *cobra.Command, ref pack.ComponentRef) (r *actionReport, err error) {
	err = a.withReader(cmd, func(b reader) error {
		p, err := b.Show(cmd.Context(), ref.Pack())
		if err != nil {
			return err
		}
		var known []string
		for i := range p.Components {
			c := &p.Components[i]
			if c.Ref == ref {
				r = &actionReport{*c, p.Active.Version, p.ComponentEnabled(c)}
				return nil
			}
			known = append(known, c.Ref.String())
		}
		if meant := nearest(ref.String(), known); meant != "" {
			return pack.Errorf(pack.CodeNotFound, "pack %s has no component %q: did you mean %q?", ref.Pack(), ref, meant)
		}
		return pack.Errorf(pack.CodeNotFound, "pack %s has no component %q; packctl show %s lists them", ref.Pack(), ref, ref.Pack())
	})
	return r, err
}

func (a *app) showComponent(cmd *cobra.Command, ref pack.ComponentRef) error {
	r, err := a.component(cmd, ref)
	if err != nil {
		return err
	}
	return a.report(r, func() { a.printComponent(r) })
}

func (a *app) printComponent(r *actionReport) {
	c := &r.Component
	a.println("%s  %s", c.Ref, c.Label)
	a.println("%-11s %s", "kind", c.Kind)
	a.println("%-11s %s", "version", r.Version)
	if c.Description != "" {
		a.println("%-11s %s", "about", c.Description)
	}
	if !r.Enabled {
		a.println("%-11s no", "enabled")
	}
	if c.Action == nil {
		return
	}
	a.println("%-11s %s", "runner", c.Action.Runner)
	if c.Action.EntryPoint != "" {
		a.println("%-11s %s", "runs", c.Action.EntryPoint)
	}
	if len(c.Action.Parameters) > 0 {
		a.println("")
		a.printTable(parameterTable(c), "")
	}
}

// parameterTable has a row for each parameter of an action.
func parameterTable(c *pack.Component) *table {
	t := newTable("PARAMETER", "TYPE", "DEFAULT", "ABOUT")
	for i := range c.Action.Parameters {
		p := &c.Action.Parameters[i]
		about := descriptionOf(c, p.Name)
		if p.Secret {
			about = strings.TrimSpace("secret: write " + p.Name + "=@FILE or " + p.Name + "=@-  " + about)
		}
		t.add(p.Name, p.Type, defaultOf(p), about)
	}
	return t
}

// defaultOf returns the default of a parameter, and "required" if there has to be a value.
func defaultOf(p *pack.Parameter) string {
	switch {
	case p.HasDefault && p.Secret:
		return "********"
	case p.HasDefault:
		text, err := json.Marshal(p.Default)
		if err == nil {
			return string(text)
		}
	case p.Required:
		return "required"
	}
	return "-"
}

// descriptionOf returns what the pack says of a parameter.
func descriptionOf(c *pack.Component, name string) string {
	parameters, _ := c.Spec["parameters"].(map[string]any)
	described, _ := parameters[name].(map[string]any)
	text, _ := described["description"].(string)
	return text
}

// actionHelp prints the help of "run" for one action, if args name one that is installed.
func (a *app) actionHelp(cmd *cobra.Command, args []string) bool {
	if len(args) == 0 || a.load(cmd, args) != nil {
		return false
	}
	calls, err := actionrun.ParseCall(args[0])
	if err != nil {
		return false
	}
	r, err := a.component(cmd, calls[len(calls)-1].Action)
	if err != nil || r.Component.Action == nil {
		return false
	}
	a.printComponent(r)
	a.println("")
	a.println("packctl run %s%s", args[0], placeholders(r.Component.Action.Parameters))
	return true
}

// placeholders shows the parameters that have to be given.
func placeholders(all []pack.Parameter) (text string) {
	for i := range all {
		switch p := &all[i]; {
		case p.Required && !p.HasDefault && p.Secret:
			text += " " + p.Name + "=@FILE"
		case p.Required && !p.HasDefault:
			text += " " + p.Name + "=" + strings.ToUpper(p.Type)
		}
	}
	return text
}

// errStdinTwice refuses to read standard input for two parameters.
var errStdinTwice = errors.New("standard input can be the value of one parameter only")

// fromFiles replaces the values @FILE and @- of secret parameters by what the files and
// standard input hold, without the end of their last line. Other parameters keep values that
// begin with @.
func fromFiles(parameters []pack.Parameter, args []string, stdin io.Reader) ([]string, error) {
	secret := map[string]bool{}
	for i := range parameters {
		secret[parameters[i].Name] = parameters[i].Secret
	}
	all, used := make([]string, len(args)), false
	for i, arg := range args {
		name, file, ok := strings.Cut(arg, "=@")
		if all[i] = arg; !ok || !secret[name] || file == "" {
			continue
		}
		text, err := []byte(nil), errStdinTwice
		switch {
		case file != "-":
			text, err = os.ReadFile(file)
		case !used:
			used = true
			text, err = io.ReadAll(stdin)
		}
		if err != nil {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "parameter %s: %w", name, err)
		}
		all[i] = fmt.Sprintf("%s=%s", name, strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"))
	}
	return all, nil
}
