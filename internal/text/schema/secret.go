package schema

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
)

// Secrets returns the JSON pointers of those values that their description marks as
// secret: by `secret: true`, `writeOnly: true` or `format: password`, at any depth. A
// mark that may apply, such as one in a branch of `anyOf`, counts, and so does a
// reference that cannot be followed.
func Secrets(description, values map[string]any) []string {
	w := &secretWalk{root: description, found: map[string]bool{}}
	w.node(description, values, "", nil)
	// A description without `type: object` may be meant as a flat map.
	w.properties(map[string]any{"properties": description}, values, "")
	return slices.Sorted(maps.Keys(w.found))
}

// Excessive reports whether validating values by their description may take more steps
// than an honest one does: references may multiply the work.
func Excessive(description, values map[string]any) bool {
	w := &secretWalk{root: description, found: map[string]bool{}, all: true}
	w.node(description, values, "", nil)
	return w.steps > maxSteps
}

type secretWalk struct {
	root  map[string]any
	found map[string]bool
	all   bool // also in secret values
	steps int
}

// maxSteps bounds the work: references may repeat a part of a description in each
// branch of another one.
const maxSteps = 100_000

// node walks through the value v at the pointer at, which a node of the description
// describes. refs are the references that led to the node without a step into v.
func (w *secretWalk) node(description, v any, at string, refs []string) {
	node, ok := description.(map[string]any)
	if !ok {
		return
	}
	w.steps++
	secret := flagged(node, "secret") || flagged(node, "writeOnly") || node["format"] == "password"
	if w.steps > maxSteps || secret && !w.all {
		w.found[at] = true
		return
	}
	w.refs(node, v, at, refs)
	for _, key := range []string{"if", "then", "else", "not"} {
		w.node(node[key], v, at, refs)
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		branches, _ := node[key].([]any)
		for _, branch := range branches {
			w.node(branch, v, at, refs)
		}
	}
	for _, key := range []string{"dependentSchemas", "dependencies"} {
		branches, _ := node[key].(map[string]any)
		for _, branch := range branches {
			w.node(branch, v, at, refs)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		w.properties(node, v, at)
	case []any:
		w.items(node, v, at)
	}
}

func (w *secretWalk) refs(node map[string]any, v any, at string, refs []string) {
	for _, key := range []string{"$ref", "$dynamicRef", "$recursiveRef"} {
		ref, ok := node[key].(string)
		if !ok || slices.Contains(refs, ref) {
			continue
		}
		target, ok := resolve(w.root, ref)
		if !ok {
			w.found[at] = true
			continue
		}
		w.node(target, v, at, append(slices.Clip(refs), ref))
	}
}

func (w *secretWalk) properties(node, values map[string]any, at string) {
	properties, _ := node["properties"].(map[string]any)
	patterns, _ := node["patternProperties"].(map[string]any)
	for name, v := range values {
		below := Pointer(at, name)
		w.node(properties[name], v, below, nil)
		for pattern := range patterns {
			if re, err := regexp.Compile(pattern); err != nil || re.MatchString(name) {
				w.node(patterns[pattern], v, below, nil)
			}
		}
		if properties[name] == nil {
			w.node(node["additionalProperties"], v, below, nil)
			w.node(node["unevaluatedProperties"], v, below, nil)
		}
	}
}

func (w *secretWalk) items(node map[string]any, values []any, at string) {
	for i, v := range values {
		below := Pointer(at, strconv.Itoa(i))
		for _, key := range []string{"items", "additionalItems", "unevaluatedItems", "contains"} {
			w.node(node[key], v, below, nil)
		}
		for _, key := range []string{"items", "prefixItems"} {
			if list, ok := node[key].([]any); ok && i < len(list) {
				w.node(list[i], v, below, nil)
			}
		}
	}
}
