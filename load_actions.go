package pack

import (
	"io/fs"
	"path"
	"strings"

	"github.com/packtrain/pack/internal/text/schema"
	"github.com/packtrain/pack/internal/text/yaml"
)

func (s *componentSection) action() *Action {
	a := &Action{
		Runner:            s.runner(RuntimeShell),
		RuntimeVersion:    s.text("runtime_version"),
		WorkflowFile:      s.fileIn("workflow_file", string(KindAction)),
		EntryPoint:        s.entryPoint(KindAction),
		Parameters:        s.parameters(),
		ParameterDelivery: s.oneOf("parameter_delivery", "stdin", "stdin", "env", "file"),
		ParameterFormat:   s.oneOf("parameter_format", "json", "json", "dotenv", "yaml"),
		OutputFormat:      s.textOr("output_format", "text"),
		Timeout:           s.seconds("timeout", 0),
	}
	if s.blank("entry_point") && s.blank("workflow_file") && s.needsEntryPoint(a.Runner) {
		s.report(actionNoEntryPoint, s.line("entry_point"), "entry_point is missing; name the script that runner %q starts", a.Runner)
	}
	s.checkVariables(a)
	return a
}

func (s *componentSection) textOr(key, absent string) string {
	if text := s.str(key); text != "" {
		return text
	}
	return absent
}

// runner returns `runner_type` as written, and reports one that is not known.
func (s *componentSection) runner(absent RuntimeName) string {
	runner := s.textOr("runner_type", string(absent))
	r, known := s.table.ofRunner(runner)
	switch {
	case s.compat && (known || isPlatformRunner(runner)):
	case !known:
		s.report(componentRunner, s.line("runner_type"), "%s", s.table.runnerAdvice(runner, s.compat))
	case containsFold(r.StackStormTypes, runner):
		s.report(componentRunner, s.line("runner_type"), "runner_type %.64q is one of StackStorm; write %q", runner, r.RunnerTypes[0])
	}
	return runner
}

// needsEntryPoint reports whether an action without an entry point is wrong. In
// StackStorm shape only those of that shape's own runners are.
func (s *componentSection) needsEntryPoint(runner string) bool {
	r, known := s.table.ofRunner(runner)
	if s.compat {
		return containsFold(r.StackStormTypes, runner) || containsFold(platformScripts, runner)
	}
	return known && r.Name != RuntimeNative
}

// entryPoint returns `entry_point` relative to the pack. It is written relative
// to the directory of the kind, or sometimes to the pack.
func (s *componentSection) entryPoint(kind Kind) string {
	inKind := s.fileIn("entry_point", string(kind))
	if inKind == "" || s.exists(inKind) {
		return inKind
	}
	fromRoot := path.Clean(s.str("entry_point"))
	if strings.HasPrefix(fromRoot, string(kind)+"/") || fs.ValidPath(fromRoot) && s.exists(fromRoot) {
		return fromRoot
	}
	return inKind
}

func (s *componentSection) exists(file string) bool {
	_, err := fs.Lstat(s.fsys, file)
	return err == nil
}

// parameters reads `parameters`, a flat map of specs or a JSON Schema object.
func (s *componentSection) parameters() []Parameter {
	list := []Parameter{}
	specs := s.sub("parameters")
	if specs == nil {
		return list
	}
	required := specs.requiredNames()
	if schema.IsObject(specs.node) {
		if specs = specs.sub("properties"); specs == nil {
			return list
		}
	}
	for _, f := range specs.node.Fields {
		if p, ok := specs.parameter(f); ok {
			p.Required = p.Required || required[p.Name]
			list = append(list, p)
		}
	}
	return list
}

// checkVariables warns of parameters that reach a script as one variable.
func (s *componentSection) checkVariables(a *Action) {
	if a.ParameterDelivery != "env" {
		return
	}
	first := map[string]string{}
	for _, p := range a.Parameters {
		name := variableName(p.Name)
		if other, taken := first[name]; taken {
			s.report(actionParameterVariable, s.line("parameters"), "parameters %.64q and %.64q become one variable, %s%.64s; rename one of them, or deliver parameters on stdin",
				other, p.Name, "ATTUNE_ACTION_", name)
			continue
		}
		first[name] = p.Name
	}
}

// variableName returns the end of the name of the variable that a parameter becomes:
// in capitals, and with "_" for all that is not a letter or digit.
func variableName(parameter string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return '_'
	}, parameter)
}

// requiredNames returns the names in the list `required` of a JSON Schema
// object.
func (s *section) requiredNames() map[string]bool {
	names := map[string]bool{}
	if n := s.get("required"); n != nil && n.Kind == yaml.Sequence {
		for _, name := range s.texts("required") {
			names[name] = true
		}
	}
	return names
}

func (s *section) parameter(f yaml.Field) (Parameter, bool) {
	switch {
	case f.Key.Kind != yaml.String:
		s.report(actionParameter, f.Key.Line, "parameter %.64q: the name is %v; quote it", f.Key.Text, f.Key.Kind)
		return Parameter{}, false
	case f.Value.Kind != yaml.Mapping:
		s.report(actionParameter, f.Value.Line, "parameter %.64q is %v; want a mapping such as %q", f.Key.Text, f.Value.Kind, "{type: string}")
		return Parameter{}, false
	}
	spec := s.at(f.Value)
	p := Parameter{Name: f.Key.Text, Type: spec.typeName(), Secret: spec.flag("secret", false)}
	if n := spec.get("required"); n != nil {
		p.Required, _ = boolean(n)
	}
	if d := f.Value.Field("default"); d != nil {
		p.HasDefault, p.Default = true, d.Value.Value()
	}
	return p, true
}

// typeName returns `type`, of which JSON Schema allows a list.
func (s *section) typeName() string {
	if n := s.get("type"); n != nil && n.Kind == yaml.Sequence {
		return strings.Join(s.texts("type"), "|")
	}
	return s.str("type")
}

func (s *componentSection) sensor() *Sensor {
	absent := RuntimeNative
	if s.compat {
		absent = RuntimePython
	}
	sensor := &Sensor{
		Runner:         s.runner(absent),
		EntryPoint:     s.entryPoint(KindSensor),
		RuntimeVersion: s.text("runtime_version"),
		TriggerTypes:   s.triggerTypes(),
	}
	if s.blank("entry_point") && !isNative(sensor.Runner) {
		s.report(sensorNoEntryPoint, s.line("entry_point"), "entry_point is missing; name the script that runner %q starts", sensor.Runner)
	}
	return sensor
}

// triggerTypes returns the full refs of the sensor's triggers.
func (s *componentSection) triggerTypes() []ComponentRef {
	refs := []ComponentRef{}
	if ref := s.use("trigger_type"); ref != "" {
		refs = append(refs, ref)
	}
	inline := 0
	for _, item := range s.items("trigger_types") {
		switch item.Kind {
		case yaml.String:
			refs = append(refs, s.qualifyUse(item.Text))
		case yaml.Mapping:
			inline++
			refs = append(refs, s.pack.Component(s.at(item).str("name")))
		default:
			s.wrongType("an entry of trigger_types", item, "the ref of a trigger")
		}
	}
	if inline > 0 {
		s.report(sensorInlineTriggers, s.line("trigger_types"), "%d triggers are described in the sensor; the native form are files in triggers/", inline)
	}
	return refs
}

// rule reads `trigger_ref` and `action_ref`, or in StackStorm shape the
// mappings `trigger` and `action`.
func (s *componentSection) rule() *Rule {
	if s.isStackStormRule() {
		s.report(ruleStackStorm, s.node.Line, "the rule has trigger and action mappings; trigger_ref and action_ref are the native form")
		return &Rule{TriggerRef: s.nested("trigger", "type"), ActionRef: s.nested("action", "ref")}
	}
	r := &Rule{TriggerRef: s.use("trigger_ref"), ActionRef: s.use("action_ref")}
	if s.blank("trigger_ref") {
		s.report(ruleNoTrigger, s.line("trigger_ref"), "trigger_ref is missing; name the trigger that starts the rule")
	}
	if s.blank("action_ref") {
		s.report(ruleNoAction, s.line("action_ref"), "action_ref is missing; name the action that the rule runs")
	}
	return r
}

func (s *componentSection) isStackStormRule() bool {
	trigger, action := s.get("trigger"), s.get("action")
	return trigger != nil && trigger.Kind == yaml.Mapping && action != nil && action.Kind == yaml.Mapping
}

// nested returns the component that the mapping with the given key names.
func (s *componentSection) nested(key, field string) ComponentRef {
	if sub := s.sub(key); sub != nil {
		return s.qualifyUse(sub.str(field))
	}
	return ""
}

// use returns the full ref of the component that an entry names.
func (s *componentSection) use(key string) ComponentRef { return s.qualifyUse(s.str(key)) }

// qualifyUse gives a short ref the prefix of this pack.
func (s *componentSection) qualifyUse(ref string) ComponentRef {
	if ref == "" || strings.Contains(ref, ".") {
		return ComponentRef(ref)
	}
	return s.pack.Component(ref)
}

// workflow reads `tasks`, which is a list of tasks or a map of them.
func (s *componentSection) workflow() *Workflow {
	w := &Workflow{ActionRefs: []ComponentRef{}}
	tasks := s.get("tasks")
	if tasks == nil {
		return w
	}
	seen := map[ComponentRef]bool{"": true}
	for _, task := range s.taskNodes(tasks) {
		if task.Kind != yaml.Mapping {
			s.wrongType("a task", task, "a mapping")
			continue
		}
		if ref := s.taskAction(task); !seen[ref] {
			seen[ref] = true
			w.ActionRefs = append(w.ActionRefs, ref)
		}
	}
	return w
}

func (s *componentSection) taskNodes(tasks *yaml.Node) []*yaml.Node {
	switch tasks.Kind {
	case yaml.Sequence:
		return tasks.Items
	case yaml.Mapping:
		var nodes []*yaml.Node
		for _, f := range tasks.Fields {
			nodes = append(nodes, f.Value)
		}
		return nodes
	}
	s.wrongType("tasks", tasks, "a list or a mapping")
	return nil
}

// taskAction returns the action of a task, "" when it has none or computes it.
func (s *componentSection) taskAction(task *yaml.Node) ComponentRef {
	ref := s.at(task).str("action")
	if strings.ContainsAny(ref, "{<") {
		return ""
	}
	return s.qualifyUse(ref)
}

// policy reads a policy; those of StackStorm shape have `resource_ref` and
// `policy_type`.
func (s *componentSection) policy() *Policy {
	p := &Policy{ActionRef: s.use("action_ref"), Priority: s.whole("priority")}
	if p.ActionRef == "" {
		p.ActionRef = s.use("resource_ref")
	}
	limited := s.get("policy_type") != nil && s.compat
	for _, key := range []string{"concurrency", "rate_limit", "quotas"} {
		limited = limited || s.get(key) != nil
	}
	if !limited {
		s.report(policyNoLimit, s.node.Line, "the policy limits nothing; write concurrency, rate_limit or quotas")
	}
	return p
}
