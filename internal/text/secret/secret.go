// Package secret hides secret values in documents of JSON, and keeps them secret when
// the document is replaced. Values are named by JSON pointers.
package secret

import (
	"slices"
	"strconv"

	"github.com/packtrain/pack/internal/text/schema"
)

// Mask stands for a secret value.
const Mask = "********"

// Masked returns a copy of the value v at the pointer at, with [Mask] for what is at one
// of the pointers in secrets. null is not hidden.
func Masked(v any, secrets []string, at string) any {
	if v != nil && slices.Contains(secrets, at) {
		return Mask
	}
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name := range v {
			out[name] = Masked(v[name], secrets, schema.Pointer(at, name))
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = Masked(v[i], secrets, schema.Pointer(at, strconv.Itoa(i)))
		}
		return out
	}
	return v
}

// Pointers returns the given pointers of values that are there, sorted, without those
// of values in another one of them. "" stands for each value by itself.
func Pointers(values map[string]any, pointers []string) []string {
	var found []string
	for _, at := range pointers {
		if at == "" {
			for name := range values {
				found = append(found, schema.Pointer("", name))
			}
			continue
		}
		if _, ok := schema.At(values, at); ok {
			found = append(found, at)
		}
	}
	slices.Sort(found) // an object comes before its values
	var out []string
	for _, at := range found {
		if !slices.ContainsFunc(out, func(whole string) bool { return schema.Within(at, whole) }) {
			out = append(out, at)
		}
	}
	return out
}
