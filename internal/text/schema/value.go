package schema

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/packtrain/pack/internal/text/yaml"
)

// fits judges a value by its description: by `type` and by `enum`. A template is
// a text that stands for a value of any type, and null stands for no value.
func (c *checker) fits(what string, v, spec *yaml.Node) {
	if isSecret(spec) {
		c.readable(what, v)
		return
	}
	types := typesOf(spec)
	known := slices.ContainsFunc(types, func(t *yaml.Node) bool { return isType(t.Text) })
	switch {
	case v.Kind == yaml.Null, v.Kind == yaml.String && isTemplate(v.Text):
	case known && !slices.ContainsFunc(types, func(t *yaml.Node) bool { return !isType(t.Text) || hasType(v, t.Text) }):
		c.report(Default, v.Line, "%s is %s; its type is %s%s", what, describe(v), names(types), advice(v, types))
	default:
		c.oneOf(what, v, spec.Get("enum"))
	}
}

// readable reports a secret value, without showing it. One that is empty, or a template,
// gives nothing away.
func (c *checker) readable(what string, v *yaml.Node) {
	if v.Kind == yaml.Null || v.Text == "" && len(v.Items)+len(v.Fields) == 0 || v.Kind == yaml.String && isTemplate(v.Text) {
		return
	}
	c.report(Secret, v.Line, "%s is marked as secret, and all who get the pack can read it: leave the value out", what)
}

// isSecret reports whether a description marks its value as secret, as [Secrets] does.
func isSecret(spec *yaml.Node) bool {
	format := spec.Get("format")
	return isTrue(spec.Get("secret")) || isTrue(spec.Get("writeOnly")) || format != nil && format.Text == "password"
}

func isTrue(n *yaml.Node) bool {
	return n != nil && flagged(map[string]any{"": n.Value()}, "")
}

func isTemplate(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "{%") || strings.Contains(text, "<%")
}

func hasType(v *yaml.Node, typ string) bool {
	switch typ {
	case "string":
		return v.Kind == yaml.String
	case "integer":
		return v.Kind == yaml.Int || v.Kind == yaml.Float && isWhole(v)
	case "number":
		return v.Kind == yaml.Int || v.Kind == yaml.Float
	case "boolean":
		return v.Kind == yaml.Bool
	case "array":
		return v.Kind == yaml.Sequence
	case "object":
		return v.Kind == yaml.Mapping
	}
	return v.Kind == yaml.Null
}

func isWhole(v *yaml.Node) bool {
	f, ok := v.Value().(float64)
	return ok && f == float64(int64(f))
}

// oneOf judges a value by `enum`.
func (c *checker) oneOf(what string, v, enum *yaml.Node) {
	if enum == nil || enum.Kind != yaml.Sequence || len(enum.Items) == 0 {
		return
	}
	got := v.Value()
	if !slices.ContainsFunc(enum.Items, func(n *yaml.Node) bool { return reflect.DeepEqual(n.Value(), got) }) {
		c.report(Default, v.Line, "%s is %s, which its enum does not list", what, describe(v))
	}
}

// describe names a value for messages.
func describe(v *yaml.Node) string {
	const shown = 40
	switch v.Kind {
	case yaml.Sequence, yaml.Mapping:
		return v.Kind.String()
	case yaml.String:
		if len(v.Text) > shown {
			return "a string"
		}
		return "the string " + quote(v.Text)
	}
	return "the" + strings.TrimPrefix(v.Kind.String(), "a") + " " + v.Text
}

func names(types []*yaml.Node) string {
	var words []string
	for _, t := range types {
		words = append(words, t.Text)
	}
	return strings.Join(words, " or ")
}

// advice says what to write, where that is plain.
func advice(v *yaml.Node, types []*yaml.Node) string {
	wants := func(typ string) bool {
		return slices.ContainsFunc(types, func(t *yaml.Node) bool { return t.Text == typ })
	}
	switch {
	case wants("boolean"):
		return ": write true or false, without quotes"
	case wants("string"):
		return ": quote it"
	case wants("array"):
		return ": write a list such as [a, b]"
	case wants("object"):
		return ": write a mapping such as {a: b}"
	case v.Kind == yaml.String:
		return ": write it without quotes"
	}
	return ""
}

// quote quotes text of a pack, of which no more is shown than a line has room for.
func quote(text string) string {
	const most = 100
	if len(text) > most {
		text = text[:most]
	}
	return strconv.Quote(text)
}
