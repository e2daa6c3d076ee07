package actionrun

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// param is a parameter with its value.
type param struct {
	name  string
	value any
}

// ParseParams reads "name=value" arguments. A value is taken as the action
// declares the parameter: text as it is for a string, JSON for everything else.
func ParseParams(a *pack.Action, args []string) (map[string]any, error) {
	params := make(map[string]any, len(args))
	for _, arg := range args {
		name, text, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "parameter %q: want name=value", arg)
		}
		if _, twice := params[name]; twice {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "parameter %q is given twice", name)
		}
		value, err := parseValue(find(a.Parameters, name), text)
		if err != nil {
			return nil, err
		}
		params[name] = value
	}
	return params, nil
}

func find(declared []pack.Parameter, name string) *pack.Parameter {
	for i := range declared {
		if declared[i].Name == name {
			return &declared[i]
		}
	}
	return nil
}

func parseValue(p *pack.Parameter, text string) (any, error) {
	if p == nil || p.Type == "string" {
		return text, nil
	}
	types := strings.Split(p.Type, "|")
	want := strings.Join(types, " or ")
	var value any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	err := dec.Decode(&value)
	switch {
	case err == nil && !dec.More():
		return value, nil
	case p.Type == "", slices.Contains(types, "string"):
		return text, nil
	case p.Secret:
		return nil, pack.Errorf(pack.CodeInvalidRequest, "parameter %s: want a JSON value of type %s", p.Name, want)
	}
	return nil, pack.Errorf(pack.CodeInvalidRequest, "parameter %s=%.64q: want a JSON value of type %s", p.Name, text, want)
}

// ordered returns the parameters in declared order, and then those that are not declared.
// A declared default that is null is delivered, too.
func ordered(declared []pack.Parameter, values map[string]any) []param {
	params := make([]param, 0, len(values))
	rest := maps.Clone(values)
	for _, p := range declared {
		if value, ok := values[p.Name]; ok || p.HasDefault && p.Default == nil {
			params = append(params, param{p.Name, value})
			delete(rest, p.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		params = append(params, param{name, rest[name]})
	}
	return params
}
