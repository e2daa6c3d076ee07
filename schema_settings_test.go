package pack_test

import (
	"strings"

	"github.com/packtrain/pack/installer/settings"
)

// settingsSchema returns the schema of settings files, from the table of settings.
func settingsSchema() object {
	root := section()
	for _, s := range settings.Table() {
		at, path := root, strings.Split(s.Name, ".")
		for _, key := range path[:len(path)-1] {
			at = below(at, key)
		}
		if s.Form != settings.IndexList { // its properties are rows
			at["properties"].(object)[path[len(path)-1]] = settingSchema(&s)
		} else {
			below(below(at, s.Name), "*")["description"] = "registry index; the first that lists a pack supplies it"
		}
	}
	index := below(below(root, "indices"), "*")
	index["properties"].(object)["url"] = object{"type": "string", "description": "URL or path of the index"}
	index["properties"].(object)["signatures"] = object{"type": "integer", "minimum": 1, "description": "how many of the keys have to sign"}
	root["properties"].(object)["indices"] = object{
		"type": []string{"object", "null"}, "propertyNames": object{"pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"},
		"additionalProperties": object{"anyOf": []any{object{"type": "string", "minLength": 1}, index}},
	}
	root["$schema"], root["title"] = "https://json-schema.org/draft/2020-12/schema", "packtrain.yaml, and settings.yaml of a user"
	return root
}

func section() object {
	return object{"type": []string{"object", "null"}, "properties": object{}, "additionalProperties": false}
}

// below returns the section with that key.
func below(o object, key string) object {
	properties := o["properties"].(object)
	if properties[key] == nil {
		properties[key] = section()
	}
	return properties[key].(object)
}

// settingSchema returns the schema of one setting.
func settingSchema(s *settings.Setting) object {
	schema := settingForm(s)
	schema["description"] = s.Doc
	if s.OneOf != nil {
		schema["enum"] = append([]any{nil}, anys(s.OneOf)...)
	}
	return schema
}

func anys(words []string) []any {
	var all []any
	for _, w := range words {
		all = append(all, w)
	}
	return all
}

func settingForm(s *settings.Setting) object {
	const duration = `^[-+]?(0|([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+$`
	switch s.Form {
	case settings.Switch:
		return object{"type": []string{"boolean", "null"}}
	case settings.Number:
		return object{"type": []string{"integer", "null"}}
	case settings.Duration:
		return object{"type": []string{"string", "integer", "null"}, "pattern": duration, "minimum": 0, "maximum": 0}
	case settings.List, settings.Names, settings.Paths, settings.SearchPath:
		return object{"type": []string{"array", "null"}, "items": object{"type": []string{"string", "number"}}}
	case settings.IndexRules:
		if strings.HasSuffix(s.Name, "report_only") {
			return object{"type": "boolean"}
		}
		return object{"anyOf": []any{object{"type": "string"}, object{"type": "array", "items": object{"type": "string"}}}}
	case settings.Credentials:
		return object{"anyOf": []any{object{"type": []string{"string", "null"}}, credentialSchema()}}
	case settings.Text, settings.Path, settings.IndexList:
	}
	return text()
}

func credentialSchema() object {
	one := func(name string, value object) object {
		return object{"type": "object", "properties": object{name: value}, "required": []string{name}, "additionalProperties": false}
	}
	two := func(a, b string) object {
		return object{"type": "object", "properties": object{a: text(), b: text()}, "required": []string{a, b}, "additionalProperties": false}
	}
	return object{"type": "object", "additionalProperties": object{"anyOf": []any{
		one("bearer", text()), one("basic", two("user", "password")), one("header", two("name", "value")),
	}}}
}
