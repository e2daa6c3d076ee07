package schema

import "maps"

// Fill returns values with the defaults that a JSON Schema, which [Standard] returned,
// has for those that are absent, also in objects that are there. It does not change
// values.
func Fill(standard, values map[string]any) map[string]any {
	out := maps.Clone(values)
	if out == nil {
		out = map[string]any{}
	}
	properties, _ := standard["properties"].(map[string]any)
	for name := range properties {
		spec, _ := properties[name].(map[string]any)
		v, there := out[name]
		if d, ok := spec["default"]; ok && !there && d != nil {
			v, there = d, true
			out[name] = d
		}
		if object, ok := v.(map[string]any); ok && there {
			out[name] = Fill(spec, object)
		}
	}
	return out
}

// Merge returns a value with the entries of a default value that it does not have, if
// both are objects.
func Merge(byDefault any, own map[string]any) map[string]any {
	object, _ := byDefault.(map[string]any)
	out := maps.Clone(own)
	for name, v := range object {
		if mine, there := out[name]; !there {
			out[name] = v
		} else if sub, ok := mine.(map[string]any); ok {
			out[name] = Merge(v, sub)
		}
	}
	return out
}

// Present returns values without those that are null. In a flat map of specs, null
// stands for no value; a JSON Schema says whether it is one.
func Present(description, values map[string]any) map[string]any {
	if isSchema(description) {
		return values
	}
	out := maps.Clone(values)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}
