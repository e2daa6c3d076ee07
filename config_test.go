package pack_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

const canary = "canary-5ecret"

func configOf(t *testing.T, values map[string]any, secret ...string) pack.Config {
	t.Helper()
	c, err := pack.NewConfig(values, secret)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestConfigMasksSecrets(t *testing.T) {
	t.Parallel()
	c := configOf(t, map[string]any{
		"host": "h", "token": canary, "db": map[string]any{"user": "u", "pass/word": canary}, "keys": []any{canary, "x"}, "none": nil,
	}, "/token", "/db/pass~1word", "/keys/0", "/none", "/gone")
	type hidden struct {
		c  pack.Config
		in []pack.Config
	}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("set", "config", c, "in", hidden{c, nil}, "group", []any{c})
	slog.New(slog.NewTextHandler(&logged, nil)).Info("set", "config", &c, "in", struct{ C pack.Config }{c})
	data, err := json.Marshal(map[string]any{"a": c, "b": &c, "c": []pack.Config{c}})
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{c.String(), logged.String(), string(data), fmt.Sprint(c.Values())}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T %v"} {
		args := []any{c, &c, hidden{c, []pack.Config{c}}, &hidden{c: c}, []any{c}, map[string]pack.Config{"a": c}, fmt.Errorf("about %v: %w", c, errors.ErrUnsupported)}
		for _, a := range args {
			texts = append(texts, fmt.Sprintf(verb, a))
		}
	}
	for _, text := range texts {
		if strings.Contains(text, canary) || strings.Contains(text, fmt.Sprintf("%x", canary)) {
			t.Errorf("shows a secret: %s", text)
		}
	}
	want := map[string]any{
		"host": "h", "token": "********", "db": map[string]any{"user": "u", "pass/word": "********"}, "keys": []any{"********", "x"}, "none": nil,
	}
	if diff := cmp.Diff(want, c.Values()); diff != "" {
		t.Error(diff)
	}
	if got := c.Reveal()["token"]; got != canary {
		t.Errorf("Reveal: got %v", got)
	}
	c.Reveal()["token"], c.Values()["host"] = "changed", "changed"
	if c.Reveal()["token"] != canary || c.Values()["host"] != "h" {
		t.Error("a Config shares its values")
	}
	var zero pack.Config
	if got := zero.String(); got != "{}" || len(zero.Secret()) > 0 || len(zero.Reveal()) > 0 || !zero.Equal(configOf(t, nil)) {
		t.Errorf("zero value: %s", got)
	}
}

// TestConfigSecretMarks marks values in every way that a conf_schema has.
func TestConfigSecretMarks(t *testing.T) {
	t.Parallel()
	values := map[string]any{
		"a": "1", "b": map[string]any{"c": "2", "d": "3"}, "l": []any{"4", map[string]any{"p": "5", "q": "6"}}, "x_key": "7",
	}
	for name, tt := range map[string]struct{ schema, want string }{
		"flat":                  {`a: {secret: true}`, "/a"},
		"flat, YAML 1.1":        {`a: {secret: "yes"}`, "/a"},
		"not secret":            {`{type: object, properties: {a: {secret: false}, b: {description: secret}}}`, ""},
		"object":                {`{type: object, properties: {a: {secret: true}}}`, "/a"},
		"no type":               {`{properties: {a: {secret: true}}}`, "/a"},
		"whole":                 {`{type: object, writeOnly: true}`, "/a /b /l /x_key"},
		"write only":            {`{type: object, properties: {a: {writeOnly: true}}}`, "/a"},
		"format":                {`{type: object, properties: {a: {type: string, format: password}}}`, "/a"},
		"nested":                {`{type: object, properties: {b: {properties: {d: {secret: true}}}}}`, "/b/d"},
		"flat nested":           {`b: {type: object, properties: {d: {secret: true}}}`, "/b/d"},
		"whole object":          {`b: {type: object, secret: true}`, "/b"},
		"items":                 {`l: {type: array, items: {secret: true}}`, "/l/0 /l/1"},
		"items of objects":      {`l: {items: {properties: {p: {secret: true}}}}`, "/l/1/p"},
		"tuple":                 {`{type: object, properties: {l: {prefixItems: [{secret: true}]}}}`, "/l/0"},
		"old tuple":             {`{type: object, properties: {l: {items: [{}, {properties: {q: {secret: true}}}]}}}`, "/l/1/q"},
		"additional properties": {`{type: object, properties: {a: {}}, additionalProperties: {secret: true}}`, "/b /l /x_key"},
		"patterns":              {`{type: object, patternProperties: {_key$: {secret: true}}}`, "/x_key"},
		"pattern of others":     {`{type: object, patternProperties: {"(?!x)": {secret: true}}}`, "/a /b /l /x_key"},
		"all of":                {`{type: object, allOf: [{properties: {a: {secret: true}}}]}`, "/a"},
		"branch":                {`{type: object, if: {properties: {a: {const: z}}}, else: {properties: {a: {secret: true}}}}`, "/a"},
		"reference":             {`{type: object, properties: {a: {$ref: '#/$defs/s'}}, $defs: {s: {secret: true}}}`, "/a"},
		"anchor":                {`{type: object, properties: {a: {$ref: '#s'}}, $defs: {s: {$anchor: s, secret: true}}}`, "/a"},
		"recursive":             {`{type: object, properties: {b: {$ref: '#'}, c: {secret: true}}}`, "/b/c"},
		"loop":                  {`{type: object, properties: {a: {$ref: '#/properties/a'}}}`, ""},
		"unknown reference":     {`{type: object, properties: {a: {$ref: 'https://x.example/y'}}}`, "/a"},
		"a name that is a mark": {`secret: {type: string}`, ""},
	} {
		got := strings.Join(configOf(t, values).Mark(decodeYAML(t, tt.schema)).Secret(), " ")
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

func TestConfigReplace(t *testing.T) {
	t.Parallel()
	old := configOf(t, map[string]any{
		"token": canary, "db": map[string]any{"user": "u", "password": "p-1"}, "hosts": []any{map[string]any{"name": "n", "key": "k-1"}}, "list": []any{"s-1", "s-2"},
		"creds": map[string]any{"id": 1, "pin": "0000"}, "plain": "v",
	}, "/token", "/db/password", "/hosts/0/key", "/list/0", "/list/1", "/creds")
	for name, tt := range map[string]struct {
		change       func(v map[string]any)
		secret, want string
	}{
		"as it is":                  {func(map[string]any) {}, "/creds /db/password /hosts/0/key /list/0 /list/1 /token", ""},
		"another plain value":       {func(v map[string]any) { v["plain"] = "w" }, "/creds /db/password /hosts/0/key /list/0 /list/1 /token", ""},
		"replaced":                  {func(v map[string]any) { v["token"] = "new" }, "/creds /db/password /hosts/0/key /list/0 /list/1", ""},
		"the same, written":         {func(v map[string]any) { v["token"] = canary }, "/creds /db/password /hosts/0/key /list/0 /list/1 /token", ""},
		"removed":                   {func(v map[string]any) { delete(v, "token"); delete(v, "list") }, "/creds /db/password /hosts/0/key", ""},
		"moved":                     {func(v map[string]any) { delete(v, "token"); v["api_token"] = canary }, "/api_token /creds /db/password /hosts/0/key /list/0 /list/1", ""},
		"list shifted":              {func(v map[string]any) { v["list"] = []any{"s-2"} }, "/creds /db/password /hosts/0/key /list/0 /token", ""},
		"part of a secret object":   {func(v map[string]any) { v["creds"] = map[string]any{"id": 2, "pin": "0000"} }, "/creds/pin /db/password /hosts/0/key /list/0 /list/1 /token", ""},
		"placeholder for nothing":   {func(v map[string]any) { v["plain"] = "********" }, "", "plain"},
		"placeholder of a new key":  {func(v map[string]any) { v["more"] = map[string]any{"x": "********"} }, "", `"more.x"`},
		"list with placeholders":    {func(v map[string]any) { v["list"] = []any{"********"} }, "", `the list "list"`},
		"list of objects, changed":  {func(v map[string]any) { v["hosts"] = []any{map[string]any{"name": "m", "key": "********"}} }, "", `the list "hosts"`},
		"value that JSON has not":   {func(v map[string]any) { v["f"] = func() {} }, "", "unsupported type"},
		"more than there may be":    {func(v map[string]any) { v["plain"] = strings.Repeat("x", 64<<10) }, "", "at most 65536"},
		"text that contains a mask": {func(v map[string]any) { v["plain"] = "x********" }, "/creds /db/password /hosts/0/key /list/0 /list/1 /token", ""},
	} {
		next := old.Values()
		tt.change(next)
		c, err := old.Replace(next)
		if tt.want != "" {
			if err == nil || !strings.Contains(err.Error(), tt.want) || !errors.Is(err, pack.ErrInvalid) && !errors.Is(err, pack.ErrLimit) {
				t.Errorf("%s: got %v, want %q", name, err, tt.want)
			}
			continue
		}
		if got := strings.Join(c.Secret(), " "); err != nil || got != tt.secret {
			t.Errorf("%s: secret are %q, %v, want %q", name, got, err, tt.secret)
		}
		for _, secret := range []string{"p-1", "k-1"} {
			if !strings.Contains(fmt.Sprint(c.Reveal()), secret) {
				t.Errorf("%s: %s is lost", name, secret)
			}
		}
	}
}

func TestManifestConfigure(t *testing.T) {
	t.Parallel()
	m := pack.Manifest{
		ConfSchema: decodeYAML(t, `{type: object, properties: {host: {default: h}, port: {type: integer, default: 1}, token: {secret: true, default: t}, db: {properties: {size: {default: 5}}}}}`),
		Config:     decodeYAML(t, `{port: 2, db: {name: n, user: u}}`),
	}
	got := m.Configure(configOf(t, map[string]any{"db": map[string]any{"user": "own"}, "extra": true}))
	want := map[string]any{
		"host": "h", "port": json.Number("2"), "token": "********", "extra": true,
		"db": map[string]any{"name": "n", "user": "own", "size": json.Number("5")},
	}
	if diff := cmp.Diff(want, got.Values()); diff != "" {
		t.Error(diff)
	}
}

func decodeYAML(t *testing.T, text string) map[string]any {
	t.Helper()
	if !strings.HasPrefix(text, "{") {
		text = "{" + text + "}"
	}
	p, err := pack.Load(mapFS(map[string]string{"pack.yaml": "ref: demo\nversion: 1.0.0\nmeta: " + text + "\n"}), nil)
	if err != nil || len(p.Manifest.Meta) == 0 {
		t.Fatalf("%s: %v, %v", text, err, p.Findings)
	}
	return p.Manifest.Meta
}
