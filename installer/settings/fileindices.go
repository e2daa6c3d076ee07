package settings

import (
	"strconv"
	"strings"

	"github.com/packtrain/pack/internal/text/nearest"
	"github.com/packtrain/pack/internal/text/yaml"
)

// indices reads registry indices by name: a URL, or a mapping.
func (f *file) indices(s *Setting, n *yaml.Node) error {
	if n.Kind != yaml.Mapping {
		return f.wrong(n, "%s: want a mapping of names to URLs, got %s", s.Name, n.Kind)
	}
	stated := len(n.Fields) == 0
	if stated {
		f.layer.clear(s, f.place(n.Line))
	}
	for i := range n.Fields {
		if err := f.index(&n.Fields[i]); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) index(field *yaml.Field) error {
	name, n := field.Key.Text, field.Value
	if !namedIndex.MatchString(name + "=x") {
		return f.wrong(field.Key, "indices: %.64q is not a name of an index: want letters, digits, dots, dashes and underscores", name)
	}
	if n.Kind != yaml.Mapping {
		return f.location(name, n)
	}
	for i := range n.Fields {
		if err := f.property(name, n, &n.Fields[i]); err != nil {
			return err
		}
	}
	return nil
}

// location reads the URL or the path of an index.
func (f *file) location(name string, n *yaml.Node) error {
	if n.Kind != yaml.String || n.Text == "" {
		return f.wrong(n, "indices.%s: want a URL, a path, or a mapping, got %s", name, n.Kind)
	}
	f.layer.AddIndex(Index{name, f.layer.path(n.Text)}, f.place(n.Line))
	f.secret = f.secret || hasPassword(n.Text)
	return nil
}

// property reads one property of the index with that name.
func (f *file) property(name string, index *yaml.Node, field *yaml.Field) error {
	n := field.Value
	switch key := field.Key.Text; key {
	case "url":
		return f.location(name, n)
	case "claims":
		return f.rule("indices.*.claims", name, n, "")
	case "trust":
		return f.trust(name, index, n)
	case "signatures":
		if index.Field("trust") == nil {
			return f.wrong(n, "indices.%s: signatures say how many of the keys of trust are needed", name)
		}
		return nil
	case "trust_report_only":
		return f.reportOnly(name, n)
	default:
		return f.wrong(field.Key, "indices.%s: key %.64q is not known%s", name, key, nearest.Hint(key, []string{"url", "claims", "trust", "signatures", "trust_report_only"}))
	}
}

// trust reads keys, or "none".
func (f *file) trust(name string, index, n *yaml.Node) error {
	prefix := ""
	if needed := index.Field("signatures"); needed != nil {
		count, err := strconv.ParseUint(needed.Value.Text, 10, 8)
		if err != nil || count == 0 {
			return f.wrong(needed.Value, "indices.%s.signatures: %.64q: want the number of keys that have to sign", name, needed.Value.Text)
		}
		prefix = needed.Value.Text + ":"
	}
	return f.rule("indices.*.trust", name, n, prefix)
}

// rule states what counts for an index: a text, or several; none ends other rules.
func (f *file) rule(setting, name string, n *yaml.Node, prefix string) error {
	s := row(setting)
	if err := f.mayState(s, n); err != nil {
		return err
	}
	texts := []string{n.Text}
	switch n.Kind {
	case yaml.Sequence:
		texts = nil
		for _, item := range n.Items {
			if item.Kind != yaml.String || item.Text == "" || strings.Contains(item.Text, ",") {
				return f.wrong(item, "%s: want texts without commas", setting)
			}
			texts = append(texts, item.Text)
		}
	case yaml.String:
	case yaml.Null, yaml.Bool, yaml.Int, yaml.Float, yaml.Mapping:
		return f.wrong(n, "%s: want a list, got %s", setting, n.Kind)
	}
	if setting == "indices.*.trust" {
		for i := range texts {
			texts[i] = f.layer.keyFile(texts[i])
		}
	}
	value := strings.Join(texts, ",")
	if value != "" {
		value = prefix + value
	}
	f.layer.addRuleValue(s, name, value, f.place(n.Line))
	return nil
}

func (f *file) reportOnly(name string, n *yaml.Node) error {
	s := row("indices.*.trust_report_only")
	if err := f.mayState(s, n); err != nil {
		return err
	}
	on, err := parseSwitch(n.Text)
	if err != nil || n.Kind != yaml.Bool {
		return f.wrong(n, "indices.%s.trust_report_only: want true or false, got %s", name, n.Kind)
	}
	f.layer.addRuleValue(s, name, map[bool]string{true: "true"}[on], f.place(n.Line))
	return nil
}
