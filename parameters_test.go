package pack_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

const flatParameters = `{parameters: {s: {type: string, enum: [x, y], required: true}, n: {type: integer, default: 7}, ` +
	`o: {type: object, properties: {k: {type: string}, d: {type: integer, default: 5}}}, list: {type: array, items: {type: integer}}, pin: {type: string, secret: true}, any: {}}}`

const objectParameters = `{parameters: {type: object, required: [s], properties: {s: {type: string}, n: {type: [integer, "null"], default: 3}}}}`

func TestComponentCompleteParameters(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spec   string
		values map[string]any
		want   string // the parameters as JSON, or the error
	}{
		"defaults":        {flatParameters, map[string]any{"s": "x"}, `{"n":7,"s":"x"}`},
		"nested defaults": {flatParameters, map[string]any{"s": "x", "n": int64(1), "o": map[string]any{"k": "v"}, "any": []any{1}}, `{"any":[1],"n":1,"o":{"d":5,"k":"v"},"s":"x"}`},
		"null":            {flatParameters, map[string]any{"s": "x", "n": nil}, `{"n":null,"s":"x"}`},
		"missing":         {flatParameters, map[string]any{"n": 1}, `parameter "s" is missing; want one of "x", "y"`},
		"null is missing": {flatParameters, map[string]any{"s": nil}, `parameter "s" is missing; want one of "x", "y"`},
		"enum":            {flatParameters, map[string]any{"s": "z"}, `parameter "s" is not one of the values that enum lists: "x", "y"`},
		"type":            {flatParameters, map[string]any{"s": "x", "n": canary}, `parameter "n" is a string; want an integer`},
		"nested":          {flatParameters, map[string]any{"s": "x", "o": map[string]any{"k": 1}}, `parameter "o.k" is an integer; want a string`},
		"items":           {flatParameters, map[string]any{"s": "x", "list": []any{1, "b"}}, `parameter "list.1" is a string; want an integer`},
		"unknown":         {flatParameters, map[string]any{"s": "x", "lst": 1}, `parameter "lst" is not known: did you mean "list"?; the action has: any, list, n, o, pin, s`},
		"several":         {flatParameters, map[string]any{"n": "x", "list": 1}, `action demo.run: parameter "list" is an integer; want an array; parameter "n" is a string; want an integer; parameter "s" is missing`},
		"secret":          {flatParameters, map[string]any{"s": "x", "pin": []any{canary}}, `parameter "pin" is an array; want a string`},
		"not data":        {flatParameters, map[string]any{"s": func() {}}, "unsupported type"},
		"object":          {objectParameters, map[string]any{"s": "x", "n": nil}, `{"n":null,"s":"x"}`},
		"object, null":    {objectParameters, map[string]any{"s": nil}, `parameter "s" is null; want a string`},
		"object, missing": {objectParameters, nil, `parameter "s" is missing; want a string`},
		"object, unknown": {objectParameters, map[string]any{"s": "x", "b": 1}, `parameter "b" is not known; the action has: n, s`},
		"object, open":    {`{parameters: {type: object, properties: {a: {type: string}}, additionalProperties: {type: integer}}}`, map[string]any{"b": 1}, `{"b":1}`},
		"object, closed":  {`{parameters: {type: object, properties: {a: {type: string}}, additionalProperties: {type: integer}}}`, map[string]any{"b": "x"}, `parameter "b" is a string; want an integer`},
		"reference":       {`{parameters: {type: object, properties: {a: {$ref: '#/$defs/n'}}, $defs: {n: {type: number}}}}`, map[string]any{"a": "x"}, `parameter "a" is a string; want a number`},
		"none":            {`{label: x}`, nil, `{}`},
		"none, unknown":   {`{label: x}`, map[string]any{"a": 1}, `parameter "a" is not known; the action has: none`},
	} {
		c := pack.Component{Ref: "demo.run", Spec: decodeYAML(t, tt.spec)}
		got, err := c.CompleteParameters(tt.values, nil)
		if err == nil {
			data, err := json.Marshal(got)
			if diff := cmp.Diff(tt.want, string(data)); err != nil || diff != "" {
				t.Errorf("%s: %v %s", name, err, diff)
			}
			continue
		}
		if !strings.Contains(err.Error(), tt.want) || !errors.Is(err, pack.ErrInvalid) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}

// TestCompleteParametersShowsNoSecrets has a compiler whose messages contain values.
func TestCompleteParametersShowsNoSecrets(t *testing.T) {
	t.Parallel()
	c := pack.Component{Ref: "demo.run", Spec: decodeYAML(t, `{parameters: {host: {}, token: {secret: true}, db: {properties: {pass: {secret: true}}}}}`)}
	given := map[string]any{"host": "h", "token": canary, "db": map[string]any{"pass": map[string]any{"x": canary}}}
	_, err := c.CompleteParameters(given, tattler{})
	if err == nil || strings.Contains(err.Error(), canary) || !strings.Contains(err.Error(), `parameter "host" is wrong: h`) || !strings.Contains(err.Error(), `parameter "token" does not fit its description`) {
		t.Errorf("got %v", err)
	}
	_, err = c.CompleteParameters(given, tattler{errors.New("no schema")})
	if err == nil || !strings.Contains(err.Error(), "action demo.run: the description of its parameters cannot be used: no schema") {
		t.Errorf("got %v", err)
	}
}
