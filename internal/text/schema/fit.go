package schema

import (
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/packtrain/pack/internal/text/nearest"
)

// Fit returns what keeps a value of JSON from being one that a JSON Schema, which
// [Standard] returned, describes: a message for each JSON pointer into the value. Of
// JSON Schema it obeys `type`, `enum`, `required`, `properties`,
// `additionalProperties: false`, `items`, `allOf` and local references. Messages do not
// contain values.
func Fit(standard map[string]any, value any) map[string]string {
	f := &fitter{root: standard, problems: map[string]string{}}
	f.node(standard, value, "", nil)
	return f.problems
}

type fitter struct {
	root     map[string]any
	problems map[string]string
	steps    int
}

func (f *fitter) report(at, message string) {
	if f.problems[at] == "" {
		f.problems[at] = message
	}
}

// node judges the value v at the pointer at. refs are the references that led to the
// description without a step into v.
func (f *fitter) node(description, v any, at string, refs []string) {
	node, ok := description.(map[string]any)
	if f.steps++; !ok || f.steps > maxSteps {
		return
	}
	if ref, ok := node["$ref"].(string); ok && !slices.Contains(refs, ref) {
		if target, ok := resolve(f.root, ref); ok {
			f.node(target, v, at, append(slices.Clip(refs), ref))
		}
	}
	branches, _ := node["allOf"].([]any)
	for _, branch := range branches {
		f.node(branch, v, at, refs)
	}
	types := typeWords(node["type"])
	if len(types) > 0 && !slices.ContainsFunc(types, func(t string) bool { return valueHasType(v, t) }) {
		f.report(at, "is "+describeValue(v)+"; want "+article(strings.Join(types, " or ")))
		return
	}
	if enum, ok := node["enum"].([]any); ok && len(enum) > 0 && !slices.ContainsFunc(enum, func(e any) bool { return Same(e, v) }) {
		f.report(at, "is not one of the values that enum lists: "+listed(enum))
	}
	switch v := v.(type) {
	case map[string]any:
		f.object(node, v, at)
	case []any:
		for i := range v {
			f.node(node["items"], v[i], Pointer(at, strconv.Itoa(i)), nil)
		}
	}
}

func (f *fitter) object(node, values map[string]any, at string) {
	properties, _ := node["properties"].(map[string]any)
	required, _ := node["required"].([]any)
	for _, name := range required {
		if name, ok := name.(string); ok {
			if _, there := values[name]; !there {
				f.report(Pointer(at, name), "is missing")
			}
		}
	}
	closed := node["additionalProperties"] == false && node["patternProperties"] == nil
	for name, v := range values {
		switch spec, known := properties[name]; {
		case known:
			f.node(spec, v, Pointer(at, name), nil)
		case closed:
			f.report(Pointer(at, name), "is not known"+nearest.Hint(name, slices.Sorted(maps.Keys(properties))))
		default:
			f.node(node["additionalProperties"], v, Pointer(at, name), nil)
		}
	}
}

func typeWords(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		words := make([]string, 0, len(v))
		for _, t := range v {
			if word, ok := t.(string); ok {
				words = append(words, word)
			}
		}
		return words
	}
	return nil
}

// valueHasType reports whether a value of JSON has a type of JSON Schema.
func valueHasType(v any, typ string) bool {
	switch v := v.(type) {
	case nil:
		return typ == "null"
	case bool:
		return typ == "boolean"
	case string:
		return typ == "string"
	case []any:
		return typ == "array"
	case map[string]any:
		return typ == "object"
	case json.Number:
		if typ == "number" {
			return true
		}
		if _, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return typ == "integer"
		}
		n, err := v.Float64()
		return typ == "integer" && err == nil && n == math.Trunc(n)
	}
	return false
}

func describeValue(v any) string {
	for _, t := range Types() {
		if valueHasType(v, t) {
			return article(t)
		}
	}
	return "a value of an unknown type"
}

func article(typ string) string {
	switch {
	case typ == "null":
		return typ
	case strings.ContainsRune("aio", rune(typ[0])):
		return "an " + typ
	}
	return "a " + typ
}

// maxListed is how much of an enum a message shows.
const maxListed = 100

func listed(enum []any) string {
	words := make([]string, len(enum))
	for i, e := range enum {
		data, err := json.Marshal(e)
		if err != nil {
			return "..."
		}
		words[i] = string(data)
	}
	text := strings.Join(words, ", ")
	if len(text) > maxListed {
		return strings.ToValidUTF8(text[:maxListed], "") + "..."
	}
	return text
}

// Same reports whether two values are the same value of JSON: 1 and 1.0 are.
func Same(a, b any) bool {
	x, xok := number(a)
	y, yok := number(b)
	if !xok || !yok {
		return reflect.DeepEqual(a, b)
	}
	i, ierr := strconv.ParseInt(x.String(), 10, 64)
	j, jerr := strconv.ParseInt(y.String(), 10, 64)
	if ierr == nil && jerr == nil {
		return i == j
	}
	f, ferr := x.Float64()
	g, gerr := y.Float64()
	return x == y || ferr == nil && gerr == nil && f == g
}

func number(v any) (json.Number, bool) {
	switch v := v.(type) {
	case json.Number:
		return v, true
	case int64:
		return json.Number(strconv.FormatInt(v, 10)), true
	case uint64:
		return json.Number(strconv.FormatUint(v, 10)), true
	case float64:
		return json.Number(strconv.FormatFloat(v, 'g', -1, 64)), true
	}
	return "", false
}
