package runtimespec

import (
	"slices"
	"strconv"

	"github.com/packtrain/pack/internal/text/yaml"
)

// A Spec is what a description says, as far as something here depends on it. What has
// the wrong type is left out: [Check] reports it.
type Spec struct {
	Ref, Title string
	Words      []string // the aliases
	Minimum    string   // the lowest version
	// Versions are ways to run it, the default first; one, without a version, if the
	// description lists none.
	Versions []Version
}

// A Version is what a runtime, or one version of it, runs.
type Version struct {
	Version         string
	Checks          []Asked  // that say whether it is there, in order
	Program         string   // the interpreter
	Args            []string // its arguments before the script
	Extension       string
	Layout          string // what `env_type` calls the shape of the environment
	Create, Install []string
	Interpreter     string // in the environment; "" for Program
	Manifest        string
	Variables       []Assignment
	defaults        bool
}

// An Asked is a program that is asked for its version.
type Asked struct {
	Program string
	Args    []string
	Exit    int
	Pattern string // "" for any output
	rank    int
}

// An Assignment changes an environment variable.
type Assignment struct{ Name, Operation, Value, Separator string }

// Read returns what a description says.
func Read(n *yaml.Node) Spec {
	s := Spec{Ref: text(n, "ref"), Title: text(n, "name"), Words: texts(n.Get("aliases"))}
	s.Minimum = text(n.Get("distributions"), "min_version")
	whole := version(n)
	for _, item := range items(n.Get("versions")) {
		v := version(item)
		if item.Get("execution_config") == nil { // it stands for that of the runtime
			checks := v.Checks
			v = whole
			v.Checks = checks
		}
		if len(v.Checks) == 0 {
			v.Checks = whole.Checks
		}
		v.Version = text(item, "version")
		v.defaults = text(item, "is_default") == "true"
		s.Versions = append(s.Versions, v)
	}
	if len(s.Versions) == 0 {
		s.Versions = []Version{whole}
	}
	slices.SortStableFunc(s.Versions, func(a, b Version) int { return rank(b.defaults) - rank(a.defaults) })
	return s
}

func rank(first bool) int {
	if first {
		return 1
	}
	return 0
}

func version(n *yaml.Node) Version {
	config := n.Get("execution_config")
	program, env, needs := config.Get("interpreter"), config.Get("environment"), config.Get("dependencies")
	return Version{
		Checks:  checks(n.Get("distributions").Get("verification").Get("commands")),
		Program: text(program, "binary"), Args: texts(program.Get("args")), Extension: text(program, "file_extension"),
		Layout: text(env, "env_type"), Create: texts(env.Get("create_command")), Interpreter: text(env, "interpreter_path"),
		Manifest: text(needs, "manifest_file"), Install: texts(needs.Get("install_command")),
		Variables: variables(config.Get("env_vars")),
	}
}

// checks returns the commands of a verification, those of the lowest priority first.
func checks(n *yaml.Node) []Asked {
	var all []Asked
	for _, c := range items(n) {
		if program := text(c, "binary"); program != "" {
			exit, _ := strconv.Atoi(text(c, "exit_code")) // 0 if it is none
			rank, _ := strconv.Atoi(text(c, "priority"))
			all = append(all, Asked{Program: program, Args: texts(c.Get("args")), Exit: exit, Pattern: text(c, "pattern"), rank: rank})
		}
	}
	slices.SortStableFunc(all, func(a, b Asked) int { return a.rank - b.rank })
	return all
}

// variables returns those with a value.
func variables(n *yaml.Node) []Assignment {
	var all []Assignment
	for _, f := range fields(n) {
		v := Assignment{Name: f.Key.Text, Operation: "set", Separator: ":"}
		switch f.Value.Kind {
		case yaml.Mapping:
			v.Value = text(f.Value, "value")
			v.Operation, v.Separator = or(text(f.Value, "operation"), v.Operation), or(text(f.Value, "separator"), v.Separator)
		case yaml.Null, yaml.Sequence:
			continue
		default:
			v.Value = f.Value.Text
		}
		all = append(all, v)
	}
	return all
}

func or(text, absent string) string {
	if text != "" {
		return text
	}
	return absent
}

func text(n *yaml.Node, key string) string {
	v := n.Get(key)
	if v == nil || v.Kind == yaml.Null || v.Kind == yaml.Mapping || v.Kind == yaml.Sequence {
		return ""
	}
	return v.Text
}

func texts(n *yaml.Node) []string {
	var all []string
	for _, item := range items(n) {
		if item.Kind != yaml.Null && item.Kind != yaml.Mapping && item.Kind != yaml.Sequence {
			all = append(all, item.Text)
		}
	}
	return all
}

func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.Sequence {
		return nil
	}
	return n.Items
}

func fields(n *yaml.Node) []yaml.Field {
	if n == nil || n.Kind != yaml.Mapping {
		return nil
	}
	return n.Fields
}
