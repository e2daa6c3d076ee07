package lock

import (
	"slices"
	"strconv"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/yaml"
)

// Add returns the file with a want in addition, in place of one of the same pack.
// Comments and the order of the file are kept. A file whose packs are not one a line is an
// error with [pack.CodeInvalidRequest].
func (f *File) Add(w Want) (*File, error) {
	value := quotedYAML(w.Constraint.String())
	if w.From != "" {
		value = "{from: " + strconv.Quote(w.From) + "}"
	}
	lines, packs, err := f.lines()
	if err != nil {
		return nil, err
	}
	entry := w.Ref.String() + ": " + value
	switch i := f.entry(packs, w.Ref); {
	case packs == nil && f.key("packs") != nil: // without packs
		at := f.key("packs").Key.Line
		lines[at-1] = "packs:"
		lines = slices.Insert(lines, at, "  "+entry)
	case packs == nil:
		lines = append(lines, "packs:", "  "+entry)
	case i >= 0:
		first, after := f.extent(lines, packs, i)
		comment := ""
		if _, text, ok := strings.Cut(lines[first], " #"); ok && after == first+1 {
			comment = " #" + text
		}
		lines = slices.Replace(lines, first, after, f.indent(lines, packs)+entry+comment)
	default:
		_, after := f.extent(lines, packs, len(packs.Fields)-1)
		lines = slices.Insert(lines, after, f.indent(lines, packs)+entry)
	}
	return ParseFile([]byte(strings.Join(lines, "\n") + "\n"))
}

// Drop returns the file without the want of a pack; an error with [pack.CodeNotFound] if
// it has none. Comments on lines of their own are kept.
func (f *File) Drop(ref pack.Ref) (*File, error) {
	lines, packs, err := f.lines()
	if err != nil {
		return nil, err
	}
	i := f.entry(packs, ref)
	if i < 0 {
		return nil, pack.Errorf(pack.CodeNotFound, "packs.yaml does not name %s", ref)
	}
	first, after := f.extent(lines, packs, i)
	lines = slices.Delete(lines, first, after)
	return ParseFile([]byte(strings.Join(lines, "\n") + "\n"))
}

// lines returns the lines of the file, and the packs in it; nil for none.
func (f *File) lines() ([]string, *yaml.Node, error) {
	trimmed := strings.TrimRight(f.text, "\n")
	var lines []string
	if trimmed != "" {
		lines = strings.Split(trimmed, "\n")
	}
	field := f.key("packs")
	if field == nil || len(field.Value.Fields) == 0 {
		return lines, nil, nil
	}
	used := map[int]bool{field.Key.Line: true}
	for _, e := range field.Value.Fields {
		if used[e.Key.Line] {
			return nil, nil, wrong(e.Key.Line, "write each pack on a line of its own, so that the file can be edited")
		}
		used[e.Key.Line] = true
	}
	return lines, field.Value, nil
}

func (f *File) key(name string) *yaml.Field {
	if f.tree == nil {
		return nil
	}
	return f.tree.Field(name)
}

func (f *File) entry(packs *yaml.Node, ref pack.Ref) int {
	if packs == nil {
		return -1
	}
	return slices.IndexFunc(packs.Fields, func(e yaml.Field) bool { return e.Key.Text == ref.String() })
}

// extent returns the lines of an entry, from 0.
func (f *File) extent(lines []string, packs *yaml.Node, i int) (first, after int) {
	first = packs.Fields[i].Key.Line - 1
	after = first + 1
	depth := len(indentOf(lines[first]))
	for after < len(lines) && strings.TrimSpace(lines[after]) != "" && len(indentOf(lines[after])) > depth && !strings.HasPrefix(strings.TrimSpace(lines[after]), "#") {
		after++
	}
	return first, after
}

func (f *File) indent(lines []string, packs *yaml.Node) string {
	return indentOf(lines[packs.Fields[0].Key.Line-1])
}

func indentOf(line string) string {
	return line[:len(line)-len(strings.TrimLeft(line, " "))]
}

// quotedYAML returns a scalar that is a string.
func quotedYAML(s string) string {
	if strings.HasPrefix(s, "^") || strings.HasPrefix(s, "~") && len(s) > 1 {
		if !strings.ContainsAny(s, "#:,") {
			return s
		}
	}
	return strconv.Quote(s)
}
