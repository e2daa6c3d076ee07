package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/packtrain/pack/internal/text/yaml"
)

// loadComponents reads the component files of every kind.
func (l *loader) loadComponents() error {
	files := 0
	for _, kind := range Kinds() {
		names, err := l.componentFiles(kind)
		if err != nil {
			return err
		}
		for _, name := range names {
			file := path.Join(string(kind), name)
			files++
			if err := l.checkTotals(files); err != nil {
				l.pack.Findings.report(componentLimit, file, 0, err)
				return nil
			}
			if err := l.loadComponent(kind, file); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkTotals returns a [*LimitError] when all component files together pass a
// limit.
func (l *loader) checkTotals(files int) error {
	switch {
	case files > l.limits.Components:
		return &LimitError{Limit: "number of component files", Max: int64(l.limits.Components), Value: int64(files)}
	case l.size > l.limits.TotalSize:
		return &LimitError{Limit: "size of all files in bytes", Max: int64(l.limits.TotalSize), Value: int64(l.size)}
	}
	return nil
}

// componentFiles returns the names of the component files of a kind.
func (l *loader) componentFiles(kind Kind) ([]string, error) {
	dir := string(kind)
	info, err := fs.Lstat(l.fsys, dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.IsDir():
		l.notRegular(dir, info.Mode(), "a directory")
		return nil, nil
	}
	entries, err := fs.ReadDir(l.fsys, dir)
	var names []string
	for _, e := range entries {
		switch {
		case e.IsDir() || !isComponentFile(e.Name()):
		case e.Type().IsRegular():
			names = append(names, e.Name())
		default:
			l.notRegular(path.Join(dir, e.Name()), e.Type(), "a regular file")
		}
	}
	return names, err
}

func isComponentFile(name string) bool {
	ext := path.Ext(name)
	return (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(name, ".")
}

func (l *loader) notRegular(file string, mode fs.FileMode, want string) {
	err := Errorf(CodeForbiddenEntry, "%q is %s; want %s", file, typeName(mode.Type()), want)
	l.pack.Findings.report(componentNotRegular, file, 0, err)
}

func (l *loader) loadComponent(kind Kind, file string) error {
	node, err := l.readYAML(file, l.limits.yaml(l.limits.ComponentSize, l.limits.Aliases))
	if err != nil || node == nil {
		return err
	}
	s := &componentSection{
		section: section{node: node, file: file, findings: &l.pack.Findings, codes: componentCodes},
		pack:    l.pack.Manifest.Ref, compat: l.compat(), fsys: l.fsys,
	}
	c, line := s.component(kind)
	l.pack.Components = append(l.pack.Components, c)
	l.refLines = append(l.refLines, line)
	l.pack.noteLines(file, node)
	return nil
}

// checkDuplicates reports components with the same ref: of one kind, and in
// native shape of any kind.
func (l *loader) checkDuplicates() {
	type key struct {
		kind Kind
		ref  string
	}
	first := map[key]*Component{}
	for i := range l.pack.Components {
		c := &l.pack.Components[i]
		k := key{ref: c.Ref}
		if l.compat() {
			k.kind = c.Kind
		}
		if other, ok := first[k]; ok {
			l.pack.Findings.report(componentDuplicateRef, c.File, l.refLines[i], fmt.Errorf("ref %.128q is that of %s too; give one of them another", c.Ref, other.File))
			continue
		}
		first[k] = c
	}
}

// A componentSection is the document of a component.
type componentSection struct {
	section
	pack   Ref
	compat bool
	fsys   fs.FS
}

// component reads what all kinds share, and then what the kind has.
func (s *componentSection) component(kind Kind) (c Component, refLine int) {
	s.checkKeys([]string{"ref", "name", "label", "description", "enabled", "runner_type", "entry_point", "parameters"})
	ref, line := s.ref(kind)
	c = Component{
		Kind: kind, Ref: ref, Name: strings.TrimPrefix(ref, s.pack.String()+"."),
		Label: s.label(), Description: s.str("description"), Enabled: s.flag("enabled", true),
		File: s.file, Spec: s.node.Map(),
	}
	s.checkPack()
	switch kind {
	case KindAction:
		c.Action = s.action()
	case KindSensor:
		c.Sensor = s.sensor()
	case KindRule:
		c.Rule = s.rule()
	case KindWorkflow:
		c.Workflow = s.workflow()
	case KindPolicy:
		c.Policy = s.policy()
	}
	return c, line
}

func (s *componentSection) label() string {
	if label := s.str("label"); label != "" {
		return label
	}
	if n := s.get("name"); n != nil && n.Kind == yaml.String {
		return n.Text
	}
	return ""
}

// checkPack warns of a component that says it belongs to another pack.
func (s *componentSection) checkPack() {
	for _, key := range []string{"pack", "pack_ref"} {
		if n := s.get(key); n != nil && n.Text != s.pack.String() {
			s.report(componentOtherPack, n.Line, "%s is %.64q, but the component lies in pack %q", key, n.Text, s.pack)
		}
	}
}
