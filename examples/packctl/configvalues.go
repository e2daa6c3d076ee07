package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/packtrain/pack"
)

// An assignment is the argument NAME=VALUE of --set.
type assignment struct{ name, text string }

// parse returns the assignments of --set, and the file of --file, or of a --set without
// "=".
func (e *configEdit) parse() (assignments []assignment, file string, err error) {
	file = e.file
	for _, text := range e.set {
		name, value, ok := strings.Cut(text, "=")
		switch {
		case ok && name != "":
			assignments = append(assignments, assignment{name, value})
		case ok:
			return nil, "", errors.New("--set: the name before = is missing")
		case file != "":
			return nil, "", errors.New("--set without = and --file name several files; name one")
		default:
			file = text
		}
	}
	return assignments, file, nil
}

// readConfig reads the values of a YAML or JSON file, "-" for standard input.
func readConfig(stdin io.Reader, file string) (map[string]any, error) {
	var data []byte
	var err error
	if file == "-" {
		data, err = io.ReadAll(stdin)
	} else {
		data, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	values := map[string]any{}
	if err := decodeValues(string(data), &values); err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "read configuration in %q: %w", file, err)
	}
	return values, nil
}

// decodeValues decodes one document. Dates stay texts. Its errors contain no values, which
// may be secret.
func decodeValues(text string, v any) error {
	var doc, more yaml.Node
	dec := yaml.NewDecoder(strings.NewReader(text))
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil
	}
	switch {
	case err != nil:
		return err // of the syntax
	case !errors.Is(dec.Decode(&more), io.EOF):
		return errors.New("want one document")
	}
	textOfDates(&doc)
	if err := doc.Decode(v); err != nil {
		return errors.New("want a mapping of names to values")
	}
	return nil
}

func textOfDates(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, c := range n.Content {
		textOfDates(c)
	}
}

// to assigns the value in values.
func (a assignment) to(values, confSchema map[string]any) error {
	path := splitName(a.name)
	object := values
	for i, key := range path[:len(path)-1] {
		next, there := object[key]
		if !there {
			next = map[string]any{}
			object[key] = next
		}
		var ok bool
		if object, ok = next.(map[string]any); !ok {
			return pack.Errorf(pack.CodeInvalidRequest, "--set %s: %q is not a mapping; set it as a whole", a.name, strings.Join(path[:i+1], "."))
		}
	}
	var value any = a.text
	if !isText(confSchema, path) {
		if err := decodeValues(a.text, &value); err != nil {
			value = a.text
		}
	}
	object[path[len(path)-1]] = value
	return nil
}

// unset removes the value with the given name.
func unset(values map[string]any, name string) error {
	path := splitName(name)
	object, last := values, path[len(path)-1]
	for _, key := range path[:len(path)-1] {
		object, _ = object[key].(map[string]any)
	}
	if _, there := object[last]; !there {
		return pack.Errorf(pack.CodeNotFound, "--unset %s: the configuration has no such value", name)
	}
	delete(object, last)
	return nil
}

// splitName splits a.b into its parts. A dot after a backslash belongs to a part.
func splitName(name string) []string {
	const escaped = "\x00"
	parts := strings.Split(strings.ReplaceAll(name, `\.`, escaped), ".")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], escaped, ".")
	}
	return parts
}

// isText reports whether conf_schema says that the value at a path is a string.
func isText(confSchema map[string]any, path []string) bool {
	properties, ok := confSchema["properties"].(map[string]any)
	if _, described := confSchema["type"].(map[string]any); !ok || described {
		properties = confSchema // a flat map
	}
	for i, key := range path {
		spec, _ := properties[key].(map[string]any)
		if i == len(path)-1 {
			return spec["type"] == "string"
		}
		properties, _ = spec["properties"].(map[string]any)
	}
	return false
}
