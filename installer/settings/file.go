package settings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/nearest"
	"github.com/packtrain/pack/internal/text/yaml"
)

// A file is a settings file that is being read into a layer.
type file struct {
	path   string
	layer  *Layer
	secret bool // it has one
}

func (f *file) place(line int) string { return fmt.Sprintf("%s:%d", f.path, max(line, 1)) }

func (f *file) wrong(n *yaml.Node, format string, args ...any) error {
	return pack.Errorf(pack.CodeInvalidRequest, "%s: %w", f.place(n.Line), fmt.Errorf(format, args...))
}

func (f *file) read(data []byte) error {
	tree, problems := yaml.Parse(data, yaml.Limits{Bytes: maxFile, Depth: 8, Keys: 10_000, Nodes: 100_000})
	if len(problems) > 0 {
		p := problems[0]
		if p.Reason == yaml.Empty {
			return nil
		}
		return f.wrong(&yaml.Node{Line: p.Line}, "%s", p.Message)
	}
	return f.section("", tree)
}

// section reads the settings whose names begin with prefix.
func (f *file) section(prefix string, n *yaml.Node) error {
	if n.Kind == yaml.Null {
		return nil
	}
	if n.Kind != yaml.Mapping {
		return f.wrong(n, "%swant a mapping, got %s", named(strings.TrimSuffix(prefix, ".")), n.Kind)
	}
	for i := range n.Fields {
		if err := f.field(prefix, &n.Fields[i]); err != nil {
			return err
		}
	}
	return nil
}

// named puts the name of a setting before a message about it.
func named(name string) string {
	if name == "" {
		return ""
	}
	return name + ": "
}

func (f *file) field(prefix string, field *yaml.Field) error {
	name := prefix + field.Key.Text
	rows := Table()
	i := slices.IndexFunc(rows, func(s Setting) bool { return s.Name == name })
	switch {
	case i >= 0 && field.Value.Kind == yaml.Null:
		return nil
	case i >= 0:
		return f.setting(&rows[i], field.Value)
	case slices.ContainsFunc(rows, func(s Setting) bool { return strings.HasPrefix(s.Name, name+".") }):
		return f.section(name+".", field.Value)
	}
	return f.unknown(prefix, field.Key)
}

// unknown returns the error for a key that is not known, with the nearest one.
func (f *file) unknown(prefix string, key *yaml.Node) error {
	var known []string
	elsewhere := ""
	for _, s := range Table() {
		if rest, ok := strings.CutPrefix(s.Name, prefix); ok {
			first, _, _ := strings.Cut(rest, ".")
			known = append(known, first)
		}
		if strings.HasSuffix(s.Name, "."+key.Text) {
			elsewhere = s.Name
		}
	}
	known = slices.Compact(known)
	hint := nearest.Hint(key.Text, known)
	switch {
	case hint != "":
	case elsewhere != "":
		hint = fmt.Sprintf(": did you mean %q?", elsewhere)
	default:
		hint = "; the keys are " + strings.Join(known, ", ")
	}
	return f.wrong(key, "%skey %.64q is not known%s", named(strings.TrimSuffix(prefix, ".")), key.Text, hint)
}

// setting reads the value of a setting.
func (f *file) setting(s *Setting, n *yaml.Node) error {
	if err := f.mayState(s, n); err != nil {
		return err
	}
	switch s.Form {
	case IndexList:
		return f.indices(s, n)
	case Credentials:
		if n.Kind == yaml.Mapping {
			return f.credentials(s, n)
		}
	case List, Names, Paths, SearchPath:
		return f.list(s, n)
	case Text, Path, Switch, Number, Duration, IndexRules:
	}
	return f.add(s, n)
}

// mayState refuses what a project file does not state.
func (f *file) mayState(s *Setting, n *yaml.Node) error {
	if f.layer.origin == FromProject && !s.Project {
		return f.wrong(n, "%s: a project file may not state this: state it in the user's settings file, by the variable %s or by --%s", s.Name, s.Variable(), s.Flag)
	}
	return nil
}

func (f *file) list(s *Setting, n *yaml.Node) error {
	if n.Kind != yaml.Sequence {
		return f.wrong(n, "%s: want a list, got %s", s.Name, n.Kind)
	}
	f.layer.clear(s, f.place(n.Line))
	for _, item := range n.Items {
		if err := f.add(s, item); err != nil {
			return err
		}
	}
	return nil
}

// add adds a scalar.
func (f *file) add(s *Setting, n *yaml.Node) error {
	switch n.Kind {
	case yaml.Mapping, yaml.Sequence, yaml.Null:
		return f.wrong(n, "%s: want a value, got %s", s.Name, n.Kind)
	case yaml.Bool, yaml.Int, yaml.Float, yaml.String:
	}
	if err := f.layer.add(s, n.Text, f.place(n.Line)); err != nil {
		return f.wrong(n, "%s: %w", s.Name, err)
	}
	f.secret = f.secret || hasPassword(n.Text)
	return nil
}
