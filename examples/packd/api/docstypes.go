package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// A property is a field of an object.
type property struct {
	Name     string
	Required bool
	Schema   *huma.Schema
}

func properties(s *huma.Schema) []property {
	var all []property
	for _, p := range inOrder(s.Properties) {
		all = append(all, property{p.Name, slices.Contains(s.Required, p.Name), p.Value})
	}
	return all
}

// refName returns the name of the schema that s, or its element for a list, refers to;
// "" for none.
func refName(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return strings.TrimPrefix(s.Ref, schemaPrefix)
	case s.Items != nil:
		return refName(s.Items)
	case len(s.AnyOf) > 0:
		return refName(s.AnyOf[0])
	}
	values, _ := s.AdditionalProperties.(*huma.Schema)
	return refName(values)
}

// typeText describes s in words.
func typeText(s *huma.Schema) string {
	text := s.Type
	switch {
	case s.Ref != "":
		text = refName(s)
	case s.Items != nil:
		text = "list of " + typeText(s.Items)
	case len(s.AnyOf) > 0:
		return typeText(s.AnyOf[0]) + " or null"
	case text == "":
		return "any"
	}
	if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
		text = "map to " + typeText(values)
	}
	if s.Nullable {
		text += " or null"
	}
	return text + limits(s)
}

// limits returns the other constraints on a value.
func limits(s *huma.Schema) string {
	var parts []string
	if s.Minimum != nil && s.Maximum != nil {
		parts = append(parts, fmt.Sprintf("%g to %g", *s.Minimum, *s.Maximum))
	}
	if s.MinItems != nil && s.MaxItems != nil {
		parts = append(parts, fmt.Sprintf("%d to %d", *s.MinItems, *s.MaxItems))
	}
	for _, value := range s.Enum {
		parts = append(parts, fmt.Sprint(value))
	}
	if s.Default != nil {
		b, _ := json.Marshal(s.Default) // it came from JSON
		parts = append(parts, "default "+string(b))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
