package pack

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/packtrain/pack/internal/text/nearest"
	"github.com/packtrain/pack/internal/text/runtimespec"
	"github.com/packtrain/pack/internal/text/yaml"
)

// loadComponents reads the component files of every kind, runtimes first: others name
// them.
func (l *loader) loadComponents() error {
	kinds := Kinds()
	first := func(a, b Kind) int { return b2i(b == kindRuntime) - b2i(a == kindRuntime) }
	slices.SortStableFunc(kinds, first)
	files := 0
	for _, kind := range kinds {
		if more, err := l.loadKind(kind, &files); err != nil || !more {
			return err
		}
	}
	l.moveRuntimes()
	return nil
}

// loadKind reads the component files of a kind, and counts all files. More is false when a
// limit was passed.
func (l *loader) loadKind(kind Kind, files *int) (more bool, err error) {
	names, err := l.componentFiles(kind)
	if err != nil {
		return false, err
	}
	for _, name := range names {
		file := path.Join(string(kind), name)
		*files++
		if err := l.checkTotals(*files); err != nil {
			l.pack.Findings.report(componentLimit, file, 0, err)
			return false, nil
		}
		if err := l.loadComponent(kind, file); err != nil {
			return false, err
		}
	}
	return true, nil
}

// moveRuntimes puts the runtimes at their place among the kinds.
func (l *loader) moveRuntimes() {
	all, lines := l.pack.Components, l.refLines
	n := 0
	for n < len(all) && all[n].Kind == kindRuntime {
		n++
	}
	if n == 0 {
		return
	}
	to := n
	for to < len(all) && slices.Index(Kinds(), all[to].Kind) < slices.Index(Kinds(), kindRuntime) {
		to++
	}
	l.pack.Components = slices.Concat(all[n:to], all[:n], all[to:])
	l.refLines = slices.Concat(lines[n:to], lines[:n], lines[to:])
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
		pack:    l.pack.Manifest.Ref, compat: l.compat(), fsys: l.fsys, table: l.pack.table(),
	}
	c, line := s.component(kind)
	if kind == kindRuntime {
		l.describe(c.Ref, node)
	}
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
		ref  ComponentRef
	}
	first := map[key]*Component{}
	for i := range l.pack.Components {
		c := &l.pack.Components[i]
		k := key{ref: c.Ref}
		if l.compat() {
			k.kind = c.Kind
		}
		if other, ok := first[k]; ok {
			l.pack.Findings.report(componentDuplicateRef, c.File, l.refLines[i], fmt.Errorf("ref %.128q is also that of %s; give one of them another", c.Ref, other.File))
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
	table  runtimeTable
}

// component reads what all kinds share, and then what the kind has.
func (s *componentSection) component(kind Kind) (c Component, refLine int) {
	s.checkSpelling(s.checkKeys([]string{"ref", "name", "label", "description", "enabled", "runner_type", "entry_point", "parameters"}), kind)
	ref, line := s.ref(kind)
	c = Component{
		Kind: kind, Ref: ref, Name: s.ownName(ref),
		Label: s.label(), Description: s.str("description"), Enabled: s.flag("enabled", true),
		File: s.file, Spec: s.node.Map(),
	}
	s.checkPack()
	for _, key := range schemaKeys(kind) {
		s.checkSchema(key)
	}
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
	case kindRuntime:
		s.checkRuntime()
	}
	return c, line
}

// checkRuntime judges the description of a runtime.
func (s *componentSection) checkRuntime() {
	codes := map[runtimespec.Reason]FindingCode{
		runtimespec.Shape: componentWrongType, runtimespec.Command: runtimeCommand, runtimespec.Variable: runtimeTemplate,
		runtimespec.Environment: runtimeEnvironment, runtimespec.Loader: runtimeLoader, runtimespec.Path: runtimePath, runtimespec.Absolute: runtimeAbsolute,
	}
	for _, p := range runtimespec.Check(s.node) {
		s.report(codes[p.Reason], p.Line, "%s", p.Message)
	}
}

// checkSpelling warns of keys that are not known, but almost. Others may be meant
// for other programs.
func (s *componentSection) checkSpelling(unknown []yaml.Field, kind Kind) {
	known := componentKeys(kind)
	if known == nil {
		return
	}
	for _, f := range unknown {
		if slices.Contains(known, f.Key.Text) {
			continue
		}
		if hint := nearest.Hint(f.Key.Text, known); hint != "" {
			s.report(componentKeySpelling, f.Key.Line, "key %.64q is not known and has no effect%s", f.Key.Text, hint)
		}
	}
}

// componentKeys returns the keys of a component that mean something, here or to
// the platform; nil for kinds whose keys are the platform's alone.
func componentKeys(kind Kind) []string {
	own := map[Kind][]string{
		KindAction: {
			"runner_type", "entry_point", "parameters", "output", "output_schema", "parameter_delivery", "parameter_format", "output_format",
			"runtime_version", "timeout", "workflow_file", "default_execution_permission_set_refs", "notify", "retry", "policies", "secret_params",
		},
		KindSensor: {
			"runner_type", "entry_point", "runtime_version", "trigger_types", "trigger_type", "parameters", "poll_interval", "polling_interval", "class_name",
			"log_retention_policy", "log_retention_limit",
		},
		KindTrigger: {"type", "parameters", "parameters_schema", "output", "payload_schema", "webhook_enabled"},
		KindRule: {
			"trigger_ref", "action_ref", "conditions", "action_params", "trigger", "action", "criteria", "trigger_params", "type", "context",
		},
		KindWorkflow: {"parameters", "vars", "tasks", "output", "output_map", "output_schema", "input", "chain", "default", "type"},
		KindPolicy: {
			"action_ref", "resource_ref", "policy_type", "parameters", "priority", "concurrency", "rate_limit", "quotas",
		},
	}[kind]
	if own == nil {
		return nil
	}
	return append(own, "ref", "name", "label", "description", "enabled", "pack", "pack_ref", "tags", "version", "metadata", "meta", "metadata_file", "examples", "is_adhoc")
}

// schemaKeys returns the keys of a component that describe values.
func schemaKeys(kind Kind) []string {
	switch kind {
	case KindAction:
		return []string{"parameters", "output", "output_schema"}
	case KindSensor, KindWorkflow:
		return []string{"parameters"}
	case KindTrigger:
		return []string{"parameters", "parameters_schema", "output", "payload_schema"}
	}
	return nil
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
		if n := s.get(key); n != nil && s.pack != "" && n.Text != s.pack.String() {
			s.report(componentOtherPack, n.Line, "%s is %.64q, but the component lies in pack %q", key, n.Text, s.pack)
		}
	}
}

// ownName returns the name of a component of this pack, or ref as it is when it
// belongs to another one.
func (s *componentSection) ownName(ref ComponentRef) string {
	if ref.Pack() != s.pack {
		return ref.String()
	}
	return ref.Name()
}

// ref returns the full ref of the component and the line it is written in. A
// component without a valid one gets a ref made of its file's name.
func (s *componentSection) ref(kind Kind) (ref ComponentRef, line int) {
	key := s.refKey(kind)
	n := s.get(key)
	switch {
	case n == nil:
		stem := strings.TrimSuffix(path.Base(s.file), path.Ext(s.file))
		return s.pack.Component(stem), s.node.Line
	case n.Kind == yaml.Mapping || n.Kind == yaml.Sequence || n.Kind != yaml.String && !s.compat:
		s.reportRef(componentInvalidRef, n.Line, "%s is %v; want a string", key, n.Kind)
	case s.compat && key != "ref":
		s.checkName(key, n)
	case s.compat:
		s.checkName(key, n)
		s.checkOwner(n)
	default:
		s.checkRef(n)
	}
	if key == "ref" && strings.Contains(n.Text, ".") {
		return ComponentRef(n.Text), n.Line
	}
	return s.pack.Component(n.Text), n.Line
}

// refKey returns the key that names the component, and reports when it is not
// there.
func (s *componentSection) refKey(kind Kind) string {
	keys := []string{"ref", "name"}
	if s.compat && kind == KindSensor {
		keys = append(keys, "class_name")
	}
	i := slices.IndexFunc(keys, func(key string) bool { return s.get(key) != nil })
	switch {
	case !s.compat && i != 0:
		s.reportRef(componentNoRef, s.node.Line, "ref is missing; write %q and the component's name", "ref: "+s.pack.Component(""))
	case s.compat && i < 0:
		s.reportRef(componentNoRef, s.node.Line, "name is missing")
	case s.compat && i == 0 && kind == KindRule:
		s.report(ruleWithRef, s.line("ref"), "a rule of StackStorm shape has a name, not a ref")
	}
	return keys[max(i, 0)]
}

// checkOwner reports a full ref of another pack.
func (s *componentSection) checkOwner(n *yaml.Node) (ok bool) {
	owner := ComponentRef(n.Text).Pack()
	if !strings.Contains(n.Text, ".") || s.pack == "" || owner == s.pack || !refPattern.MatchString(owner.String()) {
		return true
	}
	s.reportRef(componentForeignRef, n.Line, "ref %.128q belongs to pack %q, this one is %q", n.Text, owner, s.pack)
	return false
}

// checkRef reports a ref of invalid form or of another pack.
func (s *componentSection) checkRef(n *yaml.Node) {
	if !s.checkOwner(n) {
		return
	}
	name := s.ownName(ComponentRef(n.Text))
	if s.pack == "" { // which is reported already
		name = n.Text[strings.Index(n.Text, ".")+1:]
	}
	if !refPattern.MatchString(name) || len(n.Text) > maxComponentRef {
		s.reportRef(componentInvalidRef, n.Line, "ref %.128q: want %q and a lower-case letter, then lower-case letters, digits, %q or %q",
			n.Text, s.pack.Component(""), "_", "-")
	}
}

// checkName reports a name that could not be part of a path. Packs of
// StackStorm shape have names with dots, capitals and hyphens.
func (s *componentSection) checkName(key string, n *yaml.Node) {
	if n.Text == "" || !isComponentName(n.Text) || len(n.Text) > maxComponentRef {
		s.reportRef(componentInvalidRef, n.Line, "%s %.128q: want at most %d characters without slashes", key, n.Text, maxComponentRef)
	}
}

func (s *componentSection) reportRef(code FindingCode, line int, format string, args ...any) {
	s.findings.report(code, s.file, line, Errorf(CodeInvalidRef, format, args...))
}
