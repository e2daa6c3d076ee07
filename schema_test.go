package pack_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

var updateSchemas = flag.Bool("update-schemas", false, "rewrite docs/schema")

// TestSchemasForEditors compares docs/schema with what the tables of the loader say.
func TestSchemasForEditors(t *testing.T) {
	t.Parallel()
	for name, schema := range editorSchemas() {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(schema); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("docs", "schema", name+".json")
		if *updateSchemas {
			if err := os.WriteFile(file, want.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), string(got)); diff != "" {
			t.Errorf("%s is out of date; run go test -run TestSchemasForEditors -update-schemas . (-want +got):\n%s", file, diff)
		}
	}
}

type object = map[string]any

// editorSchemas returns the JSON Schemas by name: "pack", the kinds, "plan" and "settings".
func editorSchemas() map[string]object {
	schemas := map[string]object{"pack": manifestSchema(), "plan": planSchema(), "settings": settingsSchema()}
	for _, kind := range pack.Kinds() {
		schemas[string(kind)] = componentSchema(kind)
	}
	return schemas
}

// document returns a schema in which keys that are not described are allowed.
func document(title string, keys []string, properties object, more object) object {
	for _, key := range keys {
		if properties[key] == nil {
			properties[key] = object{}
		}
	}
	schema := object{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   title, "type": "object", "properties": properties,
	}
	for key, value := range more {
		schema[key] = value
	}
	return schema
}

// The types of values, as the loader reads them: a null is as good as no value.
func str() object       { return object{"type": []string{"string", "null"}} }
func text() object      { return object{"type": []string{"string", "number", "boolean", "null"}} }
func mapping() object   { return object{"type": []string{"object", "null"}} }
func number() object    { return object{"type": []string{"number", "null"}} }
func list(o object) any { return object{"type": []string{"array", "null"}, "items": o} }

func texts() any { return list(object{"type": []string{"string", "number", "boolean"}}) }

func flagValue() object {
	words := []any{true, false, nil}
	for _, word := range []string{"true", "false", "yes", "no", "on", "off"} {
		words = append(words, word, strings.ToUpper(word), strings.ToUpper(word[:1])+word[1:])
	}
	return object{"enum": words}
}

func oneOf(words ...string) object {
	enum := []any{}
	for _, word := range words {
		enum = append(enum, word)
	}
	return object{"enum": append(enum, "", nil)}
}

func seconds() object {
	return object{"type": []string{"number", "null"}, "minimum": 0, "maximum": pack.MaxSeconds}
}

func filePath() object {
	const special = `\\;|&$` + "`" + `<>*?"'\x00-\x1f`
	return object{"type": []string{"string", "null"}, "pattern": "^([^/" + special + "][^" + special + "]*)?$"}
}

func runnerType() object {
	return object{"anyOf": []any{oneOf(pack.RunnerTypes()...), str()}}
}

// pattern is a regular expression of Go in the notation of JavaScript.
func pattern(re string) string { return strings.ReplaceAll(re, `\z`, "$") }

func manifestSchema() object {
	const number = `(0|[1-9][0-9]*)`
	properties := object{
		"ref":     object{"type": "string", "pattern": pattern(pack.RefPattern()), "maxLength": pack.MaxRefLen, "description": "name of the pack"},
		"version": object{"type": "string", "pattern": "^" + number + `\.` + number + `\.` + number + `(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`, "description": "semantic version"},
		"system":  flagValue(), "enabled": flagValue(),
		"tags": texts(), "keywords": texts(), "runtime_deps": texts(),
		"dependencies": object{"anyOf": []any{list(object{"type": "string"}), dependencies()}},
		"testing":      testsSection(),
	}
	for _, key := range []string{"label", "name", "description", "author", "email", "license", "homepage"} {
		properties[key] = str()
	}
	for _, key := range []string{"conf_schema", "config_schema", "config", "meta", "metadata"} {
		properties[key] = mapping()
	}
	return document("pack.yaml", pack.ManifestKeys(), properties, object{"required": []string{"ref", "version"}})
}

func dependencies() object {
	return object{"type": "object", "properties": object{
		"attune_version": text(), "python_version": text(), "nodejs_version": text(), "packs": list(object{"type": "string"}),
	}}
}

func testsSection() object {
	format := oneOf("simple", "junit-xml", "tap", "json")
	runner := object{"type": "object", "properties": object{
		"type": str(), "entry_point": filePath(), "timeout": seconds(), "result_format": format, "requirements": filePath(),
	}}
	test := object{"type": "object", "properties": object{"name": str(), "runner": str(), "command": str(), "timeout": seconds()}}
	return object{"type": []string{"object", "null"}, "properties": object{
		"enabled": flagValue(), "runners": object{"type": []string{"object", "null"}, "additionalProperties": runner},
		"discovery": object{"type": []string{"object", "null"}, "properties": object{
			"method": str(), "path": filePath(), "command": str(), "tests": list(test),
		}},
		"result_format": format, "result_path": filePath(), "on_failure": oneOf("block", "warn", "ignore"),
		"min_pass_rate": object{"type": []string{"number", "null"}, "minimum": 0, "maximum": 1},
	}}
}

func componentSchema(kind pack.Kind) object {
	name := strings.TrimPrefix(pattern(pack.RefPattern()), "^")
	properties := object{
		"ref": object{"type": "string", "pattern": `^([a-z][a-z0-9_-]*\.)?` + name, "description": "the pack's ref, a dot and the component's name, or the name alone"},
		// The name has no type: refs win.
		"label": str(), "description": str(), "enabled": flagValue(),
	}
	more := object{"required": []string{"ref"}}
	switch kind {
	case pack.KindAction:
		add(properties, object{
			"runner_type": runnerType(), "entry_point": filePath(), "workflow_file": filePath(), "runtime_version": text(), "parameters": mapping(),
			"parameter_delivery": oneOf("stdin", "env", "file"), "parameter_format": oneOf("json", "dotenv", "yaml"), "output_format": str(), "timeout": seconds(),
		})
	case pack.KindSensor:
		add(properties, object{
			"runner_type": runnerType(), "entry_point": filePath(), "runtime_version": text(),
			"trigger_type": str(), "trigger_types": list(object{"type": []string{"string", "object"}}),
		})
	case pack.KindRule:
		used := object{"type": "string", "minLength": 1}
		more["anyOf"] = []any{
			object{"required": []string{"trigger_ref", "action_ref"}, "properties": object{"trigger_ref": used, "action_ref": used}},
			object{"required": []string{"trigger", "action"}, "properties": object{"trigger": object{"type": "object"}, "action": object{"type": "object"}}},
		}
	case pack.KindWorkflow:
		properties["tasks"] = object{"anyOf": []any{list(object{"type": "object"}), object{"type": "object", "additionalProperties": object{"type": "object"}}}}
	case pack.KindPolicy:
		add(properties, object{"action_ref": str(), "resource_ref": str(), "priority": number()})
		more["anyOf"] = []any{object{"required": []string{"concurrency"}}, object{"required": []string{"rate_limit"}}, object{"required": []string{"quotas"}}}
	}
	return document(string(kind)+"/*.yaml of a pack", pack.ComponentKeys(kind), properties, more)
}

func add(to, from object) {
	for key, value := range from {
		to[key] = value
	}
}
