package schema

import (
	"maps"
	"slices"
	"strings"
)

// Described returns the description of the value at a JSON pointer, which a JSON Schema
// names in `properties`, one in another.
func Described(standard map[string]any, at string) (spec map[string]any, known bool) {
	spec, known = standard, true
	for token := range strings.SplitSeq(strings.TrimPrefix(at, "/"), "/") {
		properties, _ := spec["properties"].(map[string]any)
		if spec, known = properties[strings.NewReplacer("~1", "/", "~0", "~").Replace(token)].(map[string]any); !known {
			return nil, false
		}
	}
	return spec, known
}

// Names returns the names of the properties that a JSON Schema describes, or "none".
func Names(standard map[string]any) string {
	properties, _ := standard["properties"].(map[string]any)
	if len(properties) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(properties)), ", ")
}

// Wanted returns "; want a string", for example, for a description with types or an enum,
// and "" for any other one.
func Wanted(spec map[string]any) string {
	if enum, ok := spec["enum"].([]any); ok && len(enum) > 0 {
		return "; want one of " + listed(enum)
	}
	if types := typeWords(spec["type"]); len(types) > 0 {
		return "; want " + article(strings.Join(types, " or "))
	}
	return ""
}
