package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/text/schema"
	"github.com/packtrain/pack/internal/text/yaml"
)

func node(t *testing.T, text string) *yaml.Node {
	t.Helper()
	n, problems := yaml.Parse([]byte(text), yaml.Limits{Bytes: 1 << 16, Depth: 50, Keys: 100, Nodes: 1000})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return n
}

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want string // "line reason: part of the message", separated by "; "
	}{
		{"a: {type: string, default: x}", ""},
		{"a: {type: [string, 'null'], default: null}", ""},
		{"a: {type: integer, default: 1.0}", ""},
		{"a: {type: any}", ""},
		{"a: {type: string, default: '{{ x }}', enum: [b]}", ""},
		{"a: {type: boolean, default: '<% $.x %>'}", ""},
		{"a: 5", ""},
		{"a: {type: bool}", `1 type: write "boolean"`},
		{"a: {type: dict}", `1 type: write "object"`},
		{"a: {type: zzz}", `1 type: want one of string, integer`},
		{"a: {type: [integer, strng]}", `1 type: did you mean "string"?`},
		{"a: {type: lst, default: 5}", "1 type: want one of"},
		{"\na: {type: integer, default: 'x'}", `2 default: is the string "x"; its type is integer: write it without quotes`},
		{"a: {type: string, default: 27}", "1 default: is the number 27; its type is string: quote it"},
		{"a: {type: string, default: true}", "1 default: is the boolean true"},
		{"a: {type: integer, default: 1.5}", "1 default: is the number 1.5"},
		{"a: {type: array, default: {}}", "1 default: is a mapping; its type is array"},
		{"a: {enum: [1, 2], default: 3}", "1 default: which its enum does not list"},
		{"a: {required: x}", "1 invalid: want true or false"},
		{"{type: object, properties: {a: {type: x-x}}, required: [1]}", `1 invalid: required lists a number; 1 type: "parameters.a"`},
		{"{type: object, additionalProperties: false, required: true}", ""},
		{"a: {type: array, items: {type: intger}}", `1 type: "items of parameters.a"`},
		{"a: {properties: [x]}", "1 invalid: properties is a list"},
		{"a: {$ref: '#/x'}", ""},
		{"a: {$ref: file:///x}", "1 invalid: never read"},
	}
	for _, tt := range tests {
		got := schema.Check("parameters", node(t, tt.text))
		compare(t, tt.text, tt.want, got)
	}
}

func TestCheckValues(t *testing.T) {
	t.Parallel()
	tests := []struct{ values, description, want string }{
		{"a: 1", "a: {type: integer}", ""},
		{"a: x", "a: {type: integer}", `1 default: "config.a" is the string "x"`},
		{"a: x", "{type: object, properties: {a: {type: integer}}}", `1 default: "config.a"`},
		{"b: x", "a: {type: integer}", ""},
		{"[a]", "a: {type: integer}", ""},
		{"a: null", "a: {type: integer}", ""},
	}
	for _, tt := range tests {
		compare(t, tt.values, tt.want, schema.CheckValues("config", node(t, tt.values), node(t, tt.description)))
	}
	if got := schema.CheckValues("config", nil, nil); got != nil {
		t.Errorf("got %v", got)
	}
}

func compare(t *testing.T, text, want string, got []schema.Problem) {
	t.Helper()
	wants := strings.Split(want, "; ")
	if want == "" {
		wants = nil
	}
	if strings.Contains(want, "its type") {
		wants = []string{want}
	}
	if len(wants) != len(got) {
		t.Errorf("%s: got %v, want %q", text, got, want)
		return
	}
	for i, w := range wants {
		head, part, _ := strings.Cut(w, ": ")
		if diff := cmp.Diff(head, fmt.Sprintf("%d %s", got[i].Line, got[i].Reason)); diff != "" || !strings.Contains(got[i].Message, part) {
			t.Errorf("%s: got %v, want %q", text, got[i], w)
		}
	}
}
