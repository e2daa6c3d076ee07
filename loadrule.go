package pack

import (
	"strings"

	"github.com/packtrain/pack/internal/text/yaml"
)

// rule reads `trigger_ref` and `action_ref`, or in StackStorm shape the
// mappings `trigger` and `action`.
func (s *componentSection) rule() *Rule {
	if s.isStackStormRule() {
		s.report(ruleStackStorm, s.node.Line, "the rule has trigger and action mappings; trigger_ref and action_ref are the native form")
		return &Rule{TriggerRef: s.nested("trigger", "type"), ActionRef: s.nested("action", "ref")}
	}
	r := &Rule{TriggerRef: s.use("trigger_ref"), ActionRef: s.use("action_ref")}
	if r.TriggerRef == "" {
		s.report(ruleNoTrigger, s.line("trigger_ref"), "trigger_ref is missing; name the trigger that starts the rule")
	}
	if r.ActionRef == "" {
		s.report(ruleNoAction, s.line("action_ref"), "action_ref is missing; name the action that the rule runs")
	}
	return r
}

func (s *componentSection) isStackStormRule() bool {
	trigger, action := s.get("trigger"), s.get("action")
	return trigger != nil && trigger.Kind == yaml.Mapping && action != nil && action.Kind == yaml.Mapping
}

// nested returns the component that the mapping with the given key names.
func (s *componentSection) nested(key, field string) string {
	if sub := s.sub(key); sub != nil {
		return s.qualifyUse(sub.str(field))
	}
	return ""
}

// use returns the full ref of the component that an entry names.
func (s *componentSection) use(key string) string { return s.qualifyUse(s.str(key)) }

// qualifyUse gives a short ref the prefix of this pack.
func (s *componentSection) qualifyUse(ref string) string {
	if ref == "" || strings.Contains(ref, ".") {
		return ref
	}
	return s.pack.String() + "." + ref
}
