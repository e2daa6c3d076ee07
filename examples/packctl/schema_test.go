package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/settings"
)

// editorSchemas compiles docs/schema, by name.
func editorSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	files, err := filepath.Glob("../../docs/schema/*.json")
	if err != nil || len(files) != 3+len(pack.Kinds()) {
		t.Fatalf("got %q, %v", files, err)
	}
	schemas := map[string]*jsonschema.Schema{}
	for _, file := range files {
		schema, err := jsonschema.NewCompiler().Compile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		schemas[name[:len(name)-len(".json")]] = schema
	}
	return schemas
}

// asJSON returns a decoded document of YAML as JSON would have it.
func asJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = asJSON(value)
		}
	case map[any]any:
		m := map[string]any{}
		for key, value := range v {
			m[fmt.Sprint(key)] = asJSON(value)
		}
		return m
	case []any:
		for i := range v {
			v[i] = asJSON(v[i])
		}
	case time.Time:
		return v.Format(time.RFC3339)
	}
	return v
}

func decodeYAML(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return asJSON(v)
}

// Every pack that loads without errors is accepted by the schemas for editors.
func TestSchemasAcceptWhatLoads(t *testing.T) {
	t.Parallel()
	schemas := editorSchemas(t)
	patterns := []string{"../../testdata/packs/*", "../corepack/core", "../customsource/packs/*", "../internal/samples/packs/*"}
	if corpus := os.Getenv("PACK_CORPUS"); corpus != "" {
		patterns = append(patterns, corpus+"/attune/*", corpus+"/attune-partial/*", corpus+"/attune-upstream/*")
	}
	files := 0
	for _, pattern := range patterns {
		dirs, err := filepath.Glob(pattern)
		if err != nil || len(dirs) == 0 {
			t.Fatalf("%s: no pack, %v", pattern, err)
		}
		for _, dir := range dirs {
			fsys := os.DirFS(dir)
			p, err := pack.Load(fsys, nil)
			if err != nil {
				continue
			}
			broken := map[string]bool{}
			for _, f := range p.Findings.Errors() {
				broken[f.File] = true
			}
			names := map[string]string{pack.ManifestFile: "pack"}
			for _, c := range p.Components {
				names[c.File] = path.Dir(c.File)
			}
			for file, schema := range names {
				text, err := fs.ReadFile(fsys, file)
				if err != nil || broken[file] {
					continue
				}
				files++
				if err := schemas[schema].Validate(decodeYAML(t, text)); err != nil {
					t.Errorf("%s: %v", path.Join(dir, file), err)
				}
			}
		}
	}
	if files < 20 {
		t.Errorf("only %d files were checked", files)
	}
}

// TestSettingsSchema accepts what is read, and refuses what is refused.
func TestSettingsSchema(t *testing.T) {
	t.Parallel()
	schema := editorSchemas(t)["settings"]
	for _, text := range []string{
		"{}\n", "root: ~/packs\nplatform: 2.1\nprovided: [core@2.1.0]\nnetwork:\n",
		"indices: {corp: {url: c.json, claims: [infra-*], trust: [k], signatures: 2, trust_report_only: true}, std: https://std.example/i.json}\n",
		"credentials: {https://a: {bearer: x}, https://b: {basic: {user: u, password: p}}, https://c: {header: {name: N, value: v}}}\n", "credentials: file\n",
		"policy: {minimum_age: 0, allow_source: ['*']}\ncache: {max_age: 1h30m, max_bytes: 5, disabled: false}\nisolation: {level: sandbox}\npackd: {addr: 'x:1', warm: false}\n",
	} {
		if err := schema.Validate(decodeYAML(t, []byte(text))); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if err := loadSettings(t, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{
		"rooot: x\n",
		"cache: {max_bytes: 1GB}\n",
		"cache: {max_age: 3}\n",
		"provided: core\n",
		"isolation: {level: strong}\n",
		"indices: {a b: x}\n",
		"indices: {a: {url: x, clams: [y]}}\n",
		"credentials: {https://a: {bearer: x, basic: {user: u, password: p}}}\n",
	} {
		if schema.Validate(decodeYAML(t, []byte(text))) == nil || loadSettings(t, text) == nil {
			t.Errorf("%s: accepted by the schema or by the reader", text)
		}
	}
}

func loadSettings(t *testing.T, text string) error {
	t.Helper()
	file := filepath.Join(t.TempDir(), "settings.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := settings.Load(settings.Sources{File: file})
	return err
}

// What the loader refuses is refused where a schema can tell.
func TestSchemasRefuse(t *testing.T) {
	t.Parallel()
	schemas := editorSchemas(t)
	const good = "ref: demo\nversion: 1.0.0\n"
	const action = "ref: demo.a\n"
	for _, c := range []struct{ schema, text string }{
		{"pack", "version: 1.0.0\n"},
		{"pack", "ref: demo\n"},
		{"pack", "ref: Demo\nversion: 1.0.0\n"},
		{"pack", "ref: demo\nversion: 1.10\n"},
		{"pack", "ref: demo\nversion: '1.2'\n"},
		{"pack", good + "author: [a]\n"},
		{"pack", good + "tags: a\n"},
		{"pack", good + "enabled: maybe\n"},
		{"pack", good + "conf_schema: []\n"},
		{"pack", good + "dependencies: [{core: 1}]\n"},
		{"pack", good + "testing: {on_failure: explode}\n"},
		{"pack", good + "testing: {min_pass_rate: 2}\n"},
		{"pack", good + "testing: {runners: {a: {timeout: -5}}}\n"},
		{"pack", good + "testing: {runners: {a: {entry_point: /bin/sh}}}\n"},
		{"actions", "label: A\n"},
		{"actions", action + "parameters: [a]\n"},
		{"actions", action + "parameter_delivery: pigeon\n"},
		{"actions", action + "entry_point: 'run.sh; id'\n"},
		{"actions", action + "timeout: 1y\n"},
		{"sensors", action + "trigger_types: [5]\n"},
		{"rules", action + "trigger_ref: core.t\n"},
		{"workflows", action + "tasks: [a]\n"},
		{"policies", action},
	} {
		if err := schemas[c.schema].Validate(decodeYAML(t, []byte(c.text))); err == nil {
			t.Errorf("%s: %q is accepted", c.schema, c.text)
		}
		// The loader refuses it, too.
		files := map[string]string{pack.ManifestFile: good}
		if name := pack.ManifestFile; c.schema == "pack" {
			files[name] = c.text
		} else {
			files[c.schema+"/a.yaml"] = c.text
		}
		p, err := pack.Load(os.DirFS(writeTree(t, files)), nil)
		if err == nil && len(p.Findings.Errors()) == 0 {
			t.Errorf("%s: %q loads without errors", c.schema, c.text)
		}
	}
}
