// Package schema judges the descriptions of values that packs contain: JSON Schema
// objects, or flat maps from names to specs. It knows as much of JSON Schema as
// such descriptions use, and passes over the rest.
package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack/internal/text/nearest"
	"github.com/packtrain/pack/internal/text/yaml"
)

// A Reason says which rule a [Problem] breaks.
type Reason string

// The reasons.
const (
	Invalid Reason = "invalid" // a keyword has a value that it cannot have
	Type    Reason = "type"    // a type is not one of JSON Schema
	Default Reason = "default" // a default does not fit its own description
	Secret  Reason = "secret"  // a value is there that its description marks as secret
)

// A Problem is something wrong with a description.
type Problem struct {
	Reason  Reason
	Line    int
	Message string
}

// Types returns the types of JSON Schema.
func Types() []string {
	return []string{"string", "integer", "number", "boolean", "array", "object", "null"}
}

// Check judges what the key `name` holds: n is a JSON Schema object, or a flat map
// of specs. Entries of a flat map that are not mappings are left to the caller.
func Check(name string, n *yaml.Node) []Problem {
	c := &checker{}
	switch {
	case n == nil || n.Kind != yaml.Mapping:
	case IsObject(n):
		c.spec(name, n, false)
	default:
		for _, f := range n.Fields {
			if f.Value.Kind == yaml.Mapping {
				c.spec(name+"."+f.Key.Text, f.Value, true)
			}
		}
	}
	return c.problems
}

// CheckValues holds the values that the key `name` has against their
// description, a JSON Schema object or a flat map of specs.
func CheckValues(name string, values, description *yaml.Node) []Problem {
	c := &checker{}
	if values == nil || description == nil || values.Kind != yaml.Mapping {
		return nil
	}
	if IsObject(description) {
		description = description.Get("properties")
	}
	for _, f := range values.Fields {
		if spec := description.Get(f.Key.Text); spec != nil && spec.Kind == yaml.Mapping {
			c.fits(quote(name+"."+f.Key.Text), f.Value, spec)
		}
	}
	return c.problems
}

// IsObject reports whether n is a JSON Schema object rather than a flat map, in
// which "type" and "properties" would be the specs of two values. An object may leave
// out its type.
func IsObject(n *yaml.Node) bool {
	typ, properties := n.Get("type"), n.Get("properties")
	switch {
	case typ != nil:
		return typ.Kind == yaml.String && typ.Text == "object" && (properties == nil || properties.Kind == yaml.Mapping)
	case properties == nil || properties.Kind != yaml.Mapping || len(properties.Fields) == 0:
		return false
	}
	return !slices.ContainsFunc(properties.Fields, func(f yaml.Field) bool { return f.Value.Kind != yaml.Mapping })
}

type checker struct{ problems []Problem }

func (c *checker) report(reason Reason, line int, format string, args ...any) {
	c.problems = append(c.problems, Problem{reason, line, fmt.Sprintf(format, args...)})
}

// spec judges the description of one value, and of what the value holds. In a
// flat map, `required` says whether the value itself is required.
func (c *checker) spec(name string, n *yaml.Node, flat bool) {
	c.types(name, n)
	c.required(name, n, flat)
	c.keywords(name, n)
	if d := n.Get("default"); d != nil {
		c.fits("the default of "+quote(name), d, n)
	}
	if properties := n.Get("properties"); properties != nil {
		for _, f := range properties.Fields {
			if f.Value.Kind == yaml.Mapping {
				c.spec(name+"."+f.Key.Text, f.Value, flat)
			}
		}
	}
	if items := n.Get("items"); items != nil && items.Kind == yaml.Mapping {
		c.spec("items of "+name, items, flat)
	}
}

// types judges `type`, of which JSON Schema allows a list.
func (c *checker) types(name string, n *yaml.Node) {
	for _, t := range typesOf(n) {
		if t.Kind == yaml.String && !isType(t.Text) && t.Text != anyType {
			c.report(Type, t.Line, "%.100q: type %.64q is not known%s", name, t.Text, typeHint(t.Text))
		}
	}
}

// anyType is a word for every type, which many packs write. JSON Schema would
// leave the type out.
const anyType = "any"

func typesOf(n *yaml.Node) []*yaml.Node {
	t := n.Get("type")
	switch {
	case t == nil:
		return nil
	case t.Kind == yaml.Sequence:
		return t.Items
	}
	return []*yaml.Node{t}
}

func isType(word string) bool { return slices.Contains(Types(), word) }

// typeHint names the type that was meant: other languages have other names.
func typeHint(word string) string {
	switch strings.ToLower(word) {
	case "list", "tuple", "set":
		return `: write "array"`
	case "dict", "map", "mapping", "hash":
		return `: write "object"`
	case "int", "long":
		return `: write "integer"`
	case "float", "double", "decimal":
		return `: write "number"`
	case "bool":
		return `: write "boolean"`
	case "str", "text", "path", "password", "secret", "date", "datetime", "url", "enum":
		return `: write "string"`
	}
	if hint := nearest.Hint(word, Types()); hint != "" {
		return hint
	}
	return ": want one of " + strings.Join(Types(), ", ")
}

// required judges `required`: a list of names, or true or false for one value.
func (c *checker) required(name string, n *yaml.Node, flat bool) {
	r := n.Get("required")
	switch {
	case r == nil, r.Kind == yaml.Bool:
	case r.Kind == yaml.Sequence:
		for _, item := range r.Items {
			if item.Kind != yaml.String {
				c.report(Invalid, item.Line, "%.100q: required lists %v; want names", name, item.Kind)
			}
		}
	case flat:
		if !isFlag(r) {
			c.report(Invalid, r.Line, "%.100q: required is %v; want true or false", name, r.Kind)
		}
	default:
		c.report(Invalid, r.Line, "%.100q: required is %v; want a list of names such as [%s]", name, r.Kind, exampleName(r))
	}
}

// isFlag also takes the words that were booleans in YAML 1.1.
func isFlag(n *yaml.Node) bool {
	words := []string{"true", "yes", "on", "false", "no", "off"}
	return n.Kind == yaml.String && !n.Quoted && slices.Contains(words, strings.ToLower(n.Text))
}

func exampleName(r *yaml.Node) string {
	if r.Kind == yaml.String && r.Text != "" && len(r.Text) <= 64 && !strings.ContainsAny(r.Text, "\n\r\t") {
		return r.Text
	}
	return "port"
}

// keywords checks the form of keywords that describe a value.
func (c *checker) keywords(name string, n *yaml.Node) {
	for _, k := range []struct {
		key  string
		kind yaml.Kind
		want string
	}{
		{"properties", yaml.Mapping, "a mapping from names to descriptions"},
		{"enum", yaml.Sequence, "a list of values"},
	} {
		if v := n.Get(k.key); v != nil && v.Kind != k.kind {
			c.report(Invalid, v.Line, "%.100q: %s is %v; want %s", name, k.key, v.Kind, k.want)
		}
	}
	if ref := n.Get("$ref"); ref != nil && !strings.HasPrefix(ref.Text, "#") {
		c.report(Invalid, ref.Line, "%.100q: $ref names another document, which is never read; write the description here", name)
	}
}
