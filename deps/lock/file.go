package lock

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/nearest"
	"github.com/packtrain/pack/internal/text/yaml"
)

// A File is a packs.yaml: the wants, and settings of a host that go with them.
//
//	packs:
//	  slack: ^2
//	  tool: {from: github:acme/tool@main}
//	indices:
//	  std: https://packs.example/index.json
//	provided: [core@2.1.0]
//	platform: 2.1.0
//	policy:
//	  allow_source: [cffi]
//	  allow_direct: [corp-*]
//	  allow_scripts: [esbuild]
//	  minimum_age: 72h
//
// Everything but packs is optional.
type File struct {
	Wants    []Want // in the order of the file
	Indices  []Index
	Provided []pack.Provided
	// Platform is the version of the platform; zero if the file does not state it.
	Platform pack.Version
	// Policy says which packages environments may have.
	Policy Policy

	text string
	tree *yaml.Node
}

// ParseFile reads a packs.yaml. Its errors name lines, and have
// [pack.CodeInvalidRequest].
func ParseFile(data []byte) (*File, error) {
	f := &File{text: string(data)}
	tree, problems := yaml.Parse(data, yaml.Limits{Bytes: 4 << 20, Depth: 16, Keys: 50_000, Nodes: 500_000})
	if len(problems) > 0 {
		p := problems[0]
		if p.Reason == yaml.Empty {
			return f, nil
		}
		return nil, wrong(p.Line, "%s", p.Message)
	}
	f.tree = tree
	if tree.Kind == yaml.Null {
		return f, nil
	}
	if tree.Kind != yaml.Mapping {
		return nil, wrong(tree.Line, "want a mapping with the key packs, got %s", tree.Kind)
	}
	for i := range tree.Fields {
		if err := f.read(&tree.Fields[i]); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func wrong(line int, format string, args ...any) error {
	return pack.Errorf(pack.CodeInvalidRequest, "packs.yaml line %d: %w", max(line, 1), fmt.Errorf(format, args...))
}

func (f *File) read(field *yaml.Field) error {
	n := field.Value
	switch field.Key.Text {
	case "packs":
		return each(n, func(e *yaml.Field) error {
			w, err := readWant(e)
			f.Wants = append(f.Wants, w)
			return err
		})
	case "indices":
		return each(n, func(e *yaml.Field) error {
			f.Indices = append(f.Indices, Index{e.Key.Text, e.Value.Text})
			return text(e.Value, "the URL of an index")
		})
	case "provided":
		return items(n, f.readProvided)
	case "platform":
		v, err := pack.ParseVersion(n.Text)
		if f.Platform = v; err != nil {
			return wrong(n.Line, "platform: %w", err)
		}
	case "policy":
		return each(n, f.Policy.read)
	default:
		return unknownKey(field.Key, "packs", "indices", "provided", "platform", "policy")
	}
	return nil
}

// unknownKey returns the error for a key that is not one of those known.
func unknownKey(key *yaml.Node, known ...string) error {
	if hint := nearest.Hint(key.Text, known); hint != "" {
		return wrong(key.Line, "key %.64q is not known%s", key.Text, hint)
	}
	last := len(known) - 1
	return wrong(key.Line, "key %.64q is not known; the keys are %s and %s", key.Text, strings.Join(known[:last], ", "), known[last])
}

func (f *File) readProvided(n *yaml.Node) error {
	name, version, versioned := strings.Cut(n.Text, "@")
	ref, err := pack.ParseRef(name)
	p := pack.Provided{Ref: ref}
	if err == nil && versioned {
		p.Version, err = pack.ParseVersion(version)
	}
	if err != nil {
		return wrong(n.Line, "provided: %w", err)
	}
	f.Provided = append(f.Provided, p)
	return nil
}

func readWant(e *yaml.Field) (Want, error) {
	ref, err := pack.ParseRef(e.Key.Text)
	if err != nil {
		return Want{}, wrong(e.Key.Line, "%w", err)
	}
	switch e.Value.Kind {
	case yaml.Null:
		return Want{Ref: ref}, nil
	case yaml.Mapping:
		from := e.Value.Field("from")
		if from == nil || len(e.Value.Fields) != 1 || from.Value.Kind != yaml.String || from.Value.Text == "" {
			return Want{}, wrong(e.Value.Line, "pack %s: want a constraint, or {from: LOCATOR}", ref)
		}
		w, err := NewWant(ref, from.Value.Text)
		if err != nil || w.From == "" {
			return Want{}, wrong(from.Value.Line, "pack %s: from %.80q is not a place: want a URL, or a path that begins with . or /", ref, from.Value.Text)
		}
		return w, nil
	case yaml.Sequence, yaml.Bool:
		return Want{}, wrong(e.Value.Line, "pack %s: want a constraint, or {from: LOCATOR}, got %s", ref, e.Value.Kind)
	case yaml.Int, yaml.Float, yaml.String:
	}
	c, err := pack.ParseConstraint(e.Value.Text)
	if err != nil {
		return Want{}, wrong(e.Value.Line, "pack %s: %w", ref, err)
	}
	return Want{Ref: ref, Constraint: c}, nil
}

func text(n *yaml.Node, what string) error {
	if n.Kind != yaml.String || n.Text == "" {
		return wrong(n.Line, "want %s, got %s", what, n.Kind)
	}
	return nil
}

func each(n *yaml.Node, read func(*yaml.Field) error) error {
	if n.Kind != yaml.Mapping && n.Kind != yaml.Null {
		return wrong(n.Line, "want a mapping, got %s", n.Kind)
	}
	for i := range n.Fields {
		if err := read(&n.Fields[i]); err != nil {
			return err
		}
	}
	return nil
}

func items(n *yaml.Node, read func(*yaml.Node) error) error {
	if n.Kind != yaml.Sequence && n.Kind != yaml.Null {
		return wrong(n.Line, "want a list, got %s", n.Kind)
	}
	for _, item := range n.Items {
		if err := read(item); err != nil {
			return err
		}
	}
	return nil
}

// Want returns the want that names a pack, nil for none.
func (f *File) Want(ref pack.Ref) *Want {
	i := slices.IndexFunc(f.Wants, func(w Want) bool { return w.Ref == ref })
	if i < 0 {
		return nil
	}
	return &f.Wants[i]
}

// Bytes returns the text of the file.
func (f *File) Bytes() []byte { return []byte(f.text) }
