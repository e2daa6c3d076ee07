package confschema_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/confschema"
)

const canary = "canary-5ecret"

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// TestCheck checks one value for each rule; no message contains the value.
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ schema, value, want string }{
		{`{"type":"object"}`, `{"a":1}`, ""},
		{`{"properties":{"a":{"type":"integer"}}}`, `{"a":"canary-5ecret"}`, "/a is of type string; want integer"},
		{`{"properties":{"a":{"minLength":50}}}`, `{"a":"canary-5ecret"}`, "/a is too short; want at least 50 characters"},
		{`{"properties":{"a":{"maxLength":5}}}`, `{"a":"canary-5ecret"}`, "/a is too long; want at most 5 characters"},
		{`{"properties":{"a":{"minimum":5}}}`, `{"a":4}`, "/a is too small; want at least 5"},
		{`{"properties":{"a":{"maximum":5}}}`, `{"a":6}`, "/a is too large; want at most 5"},
		{`{"properties":{"a":{"pattern":"^x"}}}`, `{"a":"canary-5ecret"}`, `/a does not match the pattern "^x"`},
		{`{"properties":{"a":{"enum":["x"]}}}`, `{"a":"canary-5ecret"}`, `/a does not fit the "enum" of its description`},
		{`{"properties":{"a":{"const":"x"}}}`, `{"a":"canary-5ecret"}`, `/a does not fit the "const" of its description`},
		{`{"properties":{"a":{"anyOf":[{"const":"x"},{"type":"integer"}]}}}`, `{"a":"canary-5ecret"}`, `/a does not fit the "anyOf" of its description`},
		{`{"properties":{"a":{"oneOf":[{"const":"x"},{"type":"integer"}]}}}`, `{"a":"canary-5ecret"}`, `/a does not fit the "oneOf" of its description`},
		{`{"properties":{"a":{"not":{"type":"string"}}}}`, `{"a":"canary-5ecret"}`, "/a does not fit its description"},
		{`{"allOf":[{"$ref":"#/$defs/d"}],"$defs":{"d":{"properties":{"a":{"type":"null"}}}}}`, `{"a":"canary-5ecret"}`, "/a is of type string; want null"},
		{`{"propertyNames":{"maxLength":3}}`, `{"canary-5ecret":1}`, ` does not fit the "propertyNames" of its description`},
		{`{"properties":{"a":{"items":{"type":"integer"},"uniqueItems":true}}}`, `{"a":["canary-5ecret","canary-5ecret"]}`, `/a does not fit the "uniqueItems" of its description; /a/0 is of type string; want integer; /a/1 is of type string; want integer`},
		{`{"required":["a","b/c"],"additionalProperties":false,"properties":{"a":{},"b/c":{}}}`, `{"d":1}`, "/a is missing; /b~1c is missing; /d is not known"},
		{`{"properties":{"a":{"exclusiveMaximum":3}}}`, `{"a":3}`, "/a is too large; want less than 3"},
		{`{"properties":{"a":{"multipleOf":0.5}}}`, `{"a":0.7}`, "/a is not a multiple of 1/2"},
		{`{"properties":{"a":{"minItems":2}}}`, `{"a":["canary-5ecret"]}`, "/a has too few items; want at least 2"},
		{`{"properties":{"a":{"maxItems":1}}}`, `{"a":["canary-5ecret",1]}`, "/a has too many items; want at most 1"},
		{
			`{"properties":{"a":{"format":"ipv4"},"b":{"format":"date-time"},"c":{"format":"email"},"d":{"format":"uri"},"e":{"format":"password"},"f":{"format":"colour"}}}`,
			`{"a":"canary-5ecret","b":"canary-5ecret","c":"canary-5ecret","d":"canary-5ecret","e":"x","f":"x"}`,
			`/a does not have the format "ipv4"; /b does not have the format "date-time"; /c does not have the format "email"; /d does not have the format "uri"`,
		},
		{`{"properties":{"a":false}}`, `{"a":"canary-5ecret"}`, "/a does not fit its description"},
		{`{"$schema":"http://json-schema.org/draft-04/schema#","properties":{"a":{"minimum":3,"exclusiveMinimum":true}}}`, `{"a":3}`, `/a is too small; want more than 3`},
		{`{"dependentRequired":{"a":["b"]}}`, `{"a":"canary-5ecret"}`, ` does not fit the "dependentRequired" of its description`},
	} {
		check, err := confschema.Compiler{}.CompileSchema(decode(t, tt.schema))
		if err != nil {
			t.Errorf("%s: %v", tt.schema, err)
			continue
		}
		found := check(decode(t, tt.value))
		var lines []string
		for _, at := range slices.Sorted(maps.Keys(found)) {
			lines = append(lines, at+" "+found[at])
		}
		if got := strings.Join(lines, "; "); got != tt.want || strings.Contains(got, canary) {
			t.Errorf("%s: got %q, want %q", tt.schema, got, tt.want)
		}
	}
}

// TestHostile has schemas that lead elsewhere, or are none (row E25 of the hostile
// inputs).
func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("E25", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{
			`{"type":"strange"}`, `{"properties":[]}`, `{"required":"a"}`, `{"minimum":"x"}`,
			`{"$schema":"https://dialect.example/unknown"}`, `{"$schema":"file:///etc/hostname"}`,
			`{"$ref":"https://host.example/schema"}`, `{"$ref":"file:///etc/hostname"}`, `{"$ref":"../other.json"}`, `{"$ref":"/dev/zero"}`,
			`{"$id":"file:///etc/","$ref":"hostname"}`, `{"$ref":"#/nowhere"}`, `{"properties":{"a":{"pattern":"("}}}`, `{"properties":{"a":{"pattern":"(?=x)"}}}`,
		} {
			if _, err := (confschema.Compiler{}).CompileSchema(decode(t, text)); err == nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: got %v, want an error of one line", text, err)
			}
		}
		loop, err := confschema.Compiler{}.CompileSchema(decode(t, `{"$ref":"#"}`))
		if err == nil {
			loop(map[string]any{})
		}
		slow, err := confschema.Compiler{}.CompileSchema(decode(t, `{"properties":{"a":{"pattern":"^(a+)+$"}}}`))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if slow(map[string]any{"a": strings.Repeat("a", 50_000) + "!"}) == nil || time.Since(start) > 10*time.Second {
			t.Errorf("a pattern took %v", time.Since(start))
		}
		text, defs := `{"$ref":"#/$defs/d0","$defs":{`, []string{`"d40":{}`}
		for i := range 40 {
			defs = append(defs, fmt.Sprintf(`"d%d":{"anyOf":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"},false]}`, i, i+1, i+1))
		}
		m := pack.Manifest{ConfSchema: decode(t, strings.Replace(text, "{", `{"type":"object",`, 1)+strings.Join(defs, ",")+"}}")}
		if got := m.CheckConfig(pack.Config{}, confschema.Compiler{}); len(got) != 1 || !strings.Contains(got[0], "too complex") {
			t.Errorf("got %q", got)
		}
	})
}
