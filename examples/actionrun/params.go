package actionrun

import (
	"cmp"
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
	var value any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	err := dec.Decode(&value)
	switch {
	case err == nil && !dec.More():
		return value, nil
	case p.Type == "":
		return text, nil
	case p.Secret:
		return nil, pack.Errorf(pack.CodeInvalidRequest, "parameter %s: want a JSON value of type %s", p.Name, p.Type)
	}
	return nil, pack.Errorf(pack.CodeInvalidRequest, "parameter %s=%.64q: want a JSON value of type %s", p.Name, text, p.Type)
}

// fill returns the parameters in declared order: those given, and the defaults
// of those that are absent.
func fill(declared []pack.Parameter, given map[string]any) ([]param, error) {
	var params []param
	var missing, names []string
	for _, p := range declared {
		names = append(names, p.Name)
		value, ok := given[p.Name]
		switch {
		case ok:
			params = append(params, param{p.Name, value})
		case p.HasDefault:
			params = append(params, param{p.Name, p.Default})
		case p.Required:
			missing = append(missing, p.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(names, name) {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "unknown parameter %q; the action has: %s", name, cmp.Or(strings.Join(names, ", "), "none"))
		}
	}
	if len(missing) > 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "missing parameters: %s; write each as name=value", strings.Join(missing, ", "))
	}
	return params, nil
}
