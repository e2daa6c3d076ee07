package schema

import (
	"maps"
	"slices"
	"strings"
)

// Standard returns a description of values, as packs write it, as a JSON Schema that
// means the same: a flat map of specs becomes the properties of an object without other
// properties, `required: true` of a value becomes an entry in the list of its object,
// and types that JSON Schema does not have are left out. The result shares values with
// description, which is not changed.
func Standard(description map[string]any) map[string]any {
	if isSchema(description) {
		return standard(description)
	}
	return standard(map[string]any{"type": "object", "properties": description, "additionalProperties": false})
}

// isSchema reports whether a description is a JSON Schema rather than a flat map.
func isSchema(d map[string]any) bool {
	properties, hasProperties := d["properties"].(map[string]any)
	switch typ, has := d["type"]; {
	case typ == "object":
		return d["properties"] == nil || hasProperties
	case has, !hasProperties, len(properties) == 0:
		return false
	}
	for _, p := range properties {
		if _, ok := p.(map[string]any); !ok {
			return false
		}
	}
	return true
}

// standard returns the JSON Schema that a node of a description means.
func standard(node map[string]any) map[string]any {
	out := make(map[string]any, len(node))
	for key, v := range node {
		switch key {
		case "type":
			v = knownTypes(v)
		case "required":
			if _, ok := v.([]any); !ok {
				continue // it belongs to the object that holds the value
			}
		case "enum", "const", "default", "examples":
		case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas":
			v = standardMap(v)
		default:
			v = standardAny(v)
		}
		if v != nil {
			out[key] = v
		}
	}
	if names := requiredNames(node); len(names) > 0 {
		out["required"] = names
	}
	return out
}

// Close makes a JSON Schema, which [Standard] returned, one of an object without other
// properties than those it names, unless it says otherwise, or parts of it may name more.
func Close(standard map[string]any) {
	for _, key := range []string{"additionalProperties", "unevaluatedProperties", "patternProperties", "propertyNames", "allOf", "anyOf", "oneOf", "if", "dependentSchemas", "dependencies", "$ref", "$dynamicRef"} {
		if _, ok := standard[key]; ok {
			return
		}
	}
	standard["additionalProperties"] = false
}

func standardAny(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return standard(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = standardAny(v[i])
		}
		return list
	}
	return v
}

func standardMap(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := make(map[string]any, len(m))
	for name := range m {
		if spec, ok := m[name].(map[string]any); ok {
			out[name] = standard(spec)
		} else if _, isBool := m[name].(bool); isBool {
			out[name] = m[name]
		}
	}
	return out
}

// requiredNames returns the names that an object requires: those it lists, and those
// of its properties that say so themselves.
func requiredNames(node map[string]any) []any {
	list, _ := node["required"].([]any)
	names := slices.Clone(list)
	properties, _ := node["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if spec, ok := properties[name].(map[string]any); ok && flagged(spec, "required") && !slices.Contains(names, any(name)) {
			names = append(names, name)
		}
	}
	return names
}

// knownTypes returns the value of `type` without types that JSON Schema does not have,
// nil if none is left, which admits every value.
func knownTypes(v any) any {
	switch v := v.(type) {
	case string:
		if isType(v) {
			return v
		}
	case []any:
		for _, t := range v {
			if word, ok := t.(string); !ok || !isType(word) {
				return nil
			}
		}
		if len(v) > 0 {
			return v
		}
	}
	return nil
}

// flagged reports whether a spec has the value true for a key, also in the words of
// YAML 1.1.
func flagged(spec map[string]any, key string) bool {
	switch v := spec[key].(type) {
	case bool:
		return v
	case string:
		return slices.Contains([]string{"true", "yes", "on"}, strings.ToLower(v))
	}
	return false
}
