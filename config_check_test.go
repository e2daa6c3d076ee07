package pack_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

func TestManifestCheckConfig(t *testing.T) {
	t.Parallel()
	const flat = `{host: {type: string, required: true}, port: {type: integer, default: 80}, level: {type: string, enum: [low, high]}, token: {type: string, secret: true}, db: {type: object, properties: {size: {type: integer, required: true}}}}`
	const object = `{type: object, required: [host], properties: {host: {type: string}, port: {type: [integer, "null"]}, tags: {type: array, items: {type: string}}}, additionalProperties: false}`
	for name, tt := range map[string]struct {
		schema string
		values map[string]any
		want   string
	}{
		"fits":                {flat, map[string]any{"host": "h", "port": 1, "level": "low", "db": map[string]any{"size": 1.0}}, ""},
		"null means absent":   {flat, map[string]any{"host": "h", "port": nil, "token": nil}, ""},
		"missing":             {flat, map[string]any{"port": 1}, `"host" is missing`},
		"null where required": {flat, map[string]any{"host": nil}, `"host" is missing`},
		"type":                {flat, map[string]any{"host": "h", "port": "notanumber"}, `"port" is a string; want an integer`},
		"fraction":            {flat, map[string]any{"host": "h", "port": 1.5}, `"port" is a number; want an integer`},
		"enum":                {flat, map[string]any{"host": "h", "level": "mid"}, `"level" is not one of the values that enum lists: "low", "high"`},
		"unknown":             {flat, map[string]any{"host": "h", "prot": 1}, `"prot" is not known: did you mean "port"?`},
		"secret of a type":    {flat, map[string]any{"host": "h", "token": 5}, `"token" is an integer; want a string`},
		"nested":              {flat, map[string]any{"host": "h", "db": map[string]any{"size": "x"}}, `"db.size" is a string; want an integer`},
		"nested missing":      {flat, map[string]any{"host": "h", "db": map[string]any{}}, `"db.size" is missing`},
		"several":             {flat, map[string]any{"port": "x"}, `"host" is missing; "port" is a string; want an integer`},
		"object":              {object, map[string]any{"host": "h", "port": nil, "tags": []any{"a"}}, ""},
		"object, null":        {object, map[string]any{"host": nil}, `"host" is null; want a string`},
		"object, items":       {object, map[string]any{"host": "h", "tags": []any{"a", 1}}, `"tags.1" is an integer; want a string`},
		"object, unknown":     {object, map[string]any{"host": "h", "bogus": 1}, `"bogus" is not known`},
		"object, open":        {`{type: object, properties: {a: {}}}`, map[string]any{"bogus": 1}, ""},
		"reference":           {`{type: object, properties: {a: {$ref: '#/$defs/n'}}, $defs: {n: {type: number}}}`, map[string]any{"a": "x"}, `"a" is a string; want a number`},
		"type of no schema":   {`{a: {type: any}, b: {type: path}}`, map[string]any{"a": 1, "b": 2}, ""},
	} {
		m := pack.Manifest{ConfSchema: decodeYAML(t, tt.schema)}
		got := strings.Join(m.CheckConfig(configOf(t, tt.values), nil), "; ")
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := (&pack.Manifest{}).CheckConfig(configOf(t, map[string]any{"any": 1}), nil); got != nil {
		t.Errorf("without conf_schema: %q", got)
	}
}

// A tattler is a compiler whose messages contain values.
type tattler struct{ refuses error }

func (c tattler) CompileSchema(map[string]any) (func(any) map[string]string, error) {
	return func(value any) map[string]string {
		data, _ := json.Marshal(value)
		return map[string]string{"": "is wrong: " + string(data), "/token": "is wrong: " + canary, "/host": "is wrong: h", "/db": canary, "/db/pass/x": canary}
	}, c.refuses
}

func TestManifestCheckConfigShowsNoSecrets(t *testing.T) {
	t.Parallel()
	m := pack.Manifest{ConfSchema: decodeYAML(t, `{type: object, properties: {host: {}, token: {secret: true}, db: {properties: {pass: {secret: true}}}}}`)}
	c := configOf(t, map[string]any{"host": "h", "token": canary, "db": map[string]any{"pass": map[string]any{"x": canary}}})
	got := strings.Join(m.CheckConfig(c, tattler{}), "; ")
	if strings.Contains(got, canary) || !strings.Contains(got, `"host" is wrong: h`) || !strings.Contains(got, `"token" does not fit its description`) {
		t.Errorf("got %s", got)
	}
	got = strings.Join(m.CheckConfig(c, tattler{errors.New("no schema")}), "; ")
	if got != "conf_schema cannot be used: no schema" {
		t.Errorf("got %s", got)
	}
}

func TestLoadCompilesConfSchema(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"conf_schema", "config_schema"} {
		files := mapFS(map[string]string{"pack.yaml": "ref: demo\nversion: 1.0.0\nlabel: l\ndescription: d\n" + key + ": {type: object, properties: {a: {pattern: '('}}}\n"})
		for refuses, want := range map[error]bool{nil: false, errors.New("no schema"): true} {
			p, err := pack.Load(files, &pack.LoadOptions{Schemas: tattler{refuses}})
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Findings.Err(); (got != nil) != want || want && !strings.Contains(got.Error(), "conf_schema is not JSON Schema: no schema") {
				t.Errorf("%s: got %v", key, got)
			}
		}
	}
}

// TestLoadConfigSchemaFile describes configurations by config.schema.yaml.
func TestLoadConfigSchemaFile(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		manifest, file string
		want           int
	}{
		"read":         {"", "token: {type: string, secret: true}\n", 1},
		"both":         {"conf_schema: {a: {}, b: {}}\n", "token: {secret: true}\n", 2},
		"broken":       {"", "token: [\n", 0},
		"not a map":    {"", "- a\n", 0},
		"far too long": {"", "token: {description: " + strings.Repeat("x", 2<<20) + "}\n", 0},
	} {
		p, err := pack.Load(mapFS(map[string]string{"pack.yaml": "ref: demo\nversion: 1.0.0\n" + tt.manifest, "config.schema.yaml": tt.file}), nil)
		if err != nil || len(p.Manifest.ConfSchema) != tt.want {
			t.Errorf("%s: got %v, %v", name, p.Manifest.ConfSchema, err)
		}
	}
}
