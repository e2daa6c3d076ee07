// Package runtimespec judges the descriptions of runtimes that packs contain: what a
// platform would run to build environments and to start actions. Nothing is run here.
package runtimespec

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/packtrain/pack/internal/text/yaml"
)

// A Reason says which rule a [Problem] breaks.
type Reason string

// The reasons.
const (
	Shape       Reason = "shape"       // an entry is of another type
	Command     Reason = "command"     // it is not a program with its arguments
	Variable    Reason = "variable"    // braces stand for nothing that a runtime has
	Environment Reason = "environment" // no process can have such a variable
	Loader      Reason = "loader"      // a variable makes programs load other code, or is the platform's
	Path        Reason = "path"        // it leads out of the pack or of the environment
	Absolute    Reason = "absolute"    // a program that other machines may not have
)

// A Problem is something wrong with a description.
type Problem struct {
	Reason  Reason
	Line    int
	Message string
}

// Check judges a runtime, a mapping, and each of its versions.
func Check(runtime *yaml.Node) []Problem {
	c := &checker{}
	c.execution(runtime)
	for _, version := range c.items(runtime, "versions") {
		if version.Kind != yaml.Mapping {
			c.report(Shape, version, "an entry of versions is %v; want a mapping", version.Kind)
			continue
		}
		c.execution(version)
	}
	return c.problems
}

type checker struct{ problems []Problem }

func (c *checker) report(reason Reason, at *yaml.Node, format string, args ...any) {
	c.problems = append(c.problems, Problem{reason, at.Line, fmt.Sprintf(format, args...)})
}

func (c *checker) of(n *yaml.Node, key string, kind yaml.Kind, want string) *yaml.Node {
	v := n.Get(key)
	if v != nil && v.Kind != kind {
		c.report(Shape, v, "%s is %v; want %s", key, v.Kind, want)
		return nil
	}
	return v
}

func (c *checker) mapping(n *yaml.Node, key string) *yaml.Node {
	return c.of(n, key, yaml.Mapping, "a mapping")
}

func (c *checker) items(n *yaml.Node, key string) []*yaml.Node {
	if v := c.of(n, key, yaml.Sequence, "a list"); v != nil {
		return v.Items
	}
	return nil
}

// execution judges what a runtime, or one version of it, runs.
func (c *checker) execution(of *yaml.Node) {
	for _, n := range c.items(c.mapping(c.mapping(of, "distributions"), "verification"), "commands") {
		c.program(n)
		c.pattern(n)
	}
	config := c.mapping(of, "execution_config")
	if config == nil {
		return
	}
	c.templates("execution_config", config)
	c.program(c.mapping(config, "interpreter"))
	env := c.mapping(config, "environment")
	c.command(env, "create_command")
	c.inside(env, "dir_name")
	c.interpreter(env)
	needs := c.mapping(config, "dependencies")
	c.inside(needs, "manifest_file")
	c.command(needs, "install_command")
	if vars := c.mapping(config, "env_vars"); vars != nil {
		c.variables(vars)
	}
}

// program judges `binary` and `args`.
func (c *checker) program(n *yaml.Node) {
	if binary := n.Get("binary"); binary != nil {
		c.word("binary", binary)
	}
	c.items(n, "args")
}

// maxPattern is the longest pattern of a version.
const maxPattern = 200

// pattern judges `pattern`, which the output of a program has to match.
func (c *checker) pattern(n *yaml.Node) {
	v := n.Get("pattern")
	if v == nil {
		return
	}
	if _, err := regexp.Compile(v.Text); err != nil || v.Kind != yaml.String || len(v.Text) > maxPattern {
		c.report(Command, v, "pattern %.100q: want a regular expression that %d bytes suffice for, without assertions about what lies around", v.Text, maxPattern)
	}
}

// command judges a command, which is a program and its arguments.
func (c *checker) command(n *yaml.Node, key string) {
	v := n.Get(key)
	switch {
	case v == nil:
	case v.Kind != yaml.Sequence:
		c.report(Command, v, "%s is %v; want a list of words such as [npm, install]", key, v.Kind)
	case len(v.Items) > 0:
		c.word("the program of "+key, v.Items[0])
	}
}

// word judges the name or path of a program.
func (c *checker) word(what string, n *yaml.Node) {
	text := n.Text
	switch {
	case n.Kind != yaml.String || strings.TrimSpace(text) == "":
		c.report(Command, n, "%s is %v; want the name of a program", what, n.Kind)
	case strings.ContainsFunc(text, isControl) || strings.ContainsAny(text, " ;|&$`<>*?\\\"'"):
		c.report(Command, n, "%s %.100q: want the name of one program, without arguments; these are words of their own", what, text)
	case climbs(text):
		c.report(Command, n, "%s %.100q leads out of the pack", what, text)
	case path.IsAbs(text):
		c.report(Absolute, n, "%s is %.100q, which other machines may not have; write %q, which is looked up there", what, text, path.Base(text))
	}
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

func climbs(text string) bool { return slices.Contains(strings.Split(text, "/"), "..") }

// inside judges the name of a file or directory of the pack, or of the environment.
func (c *checker) inside(n *yaml.Node, key string) {
	v := n.Get(key)
	if v != nil && (v.Kind != yaml.String || path.IsAbs(v.Text) || climbs(v.Text) || strings.ContainsFunc(v.Text, isControl) || strings.Contains(v.Text, `\`)) {
		c.report(Path, v, "%s %.100q: want a path that stays in the pack", key, v.Text)
	}
}

// interpreter judges `interpreter_path`, which is in the environment.
func (c *checker) interpreter(n *yaml.Node) {
	v := n.Get("interpreter_path")
	if v != nil && (v.Kind != yaml.String || !strings.HasPrefix(v.Text, "{env_dir}/") || climbs(v.Text) || strings.ContainsFunc(v.Text, isControl)) {
		c.report(Path, v, "interpreter_path %.100q: want a path that begins with {env_dir}/ and stays in it", v.Text)
	}
}
