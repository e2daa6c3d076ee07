package pack

import "strings"

// checkUses checks that the components exist which other components name. In
// StackStorm shape nothing can be said: many packs name what others bring.
func (v *validator) checkUses() {
	if v.pack.Shape == ShapeStackStorm {
		return
	}
	known := v.knownRefs()
	for i := range v.pack.Components {
		switch c := &v.pack.Components[i]; {
		case c.Rule != nil:
			v.wantRef(known, use{c, KindTrigger, c.Rule.TriggerRef, ruleUnknownTrigger, []string{"trigger_ref", "trigger"}})
			v.wantRef(known, use{c, KindAction, c.Rule.ActionRef, ruleUnknownAction, []string{"action_ref", "action"}})
		case c.Sensor != nil:
			for _, ref := range c.Sensor.TriggerTypes {
				v.wantRef(known, use{c, KindTrigger, ref, sensorUnknownTrigger, []string{"trigger_types", "trigger_type"}})
			}
		case c.Workflow != nil:
			for _, ref := range c.Workflow.ActionRefs {
				v.checkForeign(use{by: c, ref: ref, keys: []string{"tasks"}})
			}
		case c.Policy != nil:
			v.checkForeign(use{by: c, ref: c.Policy.ActionRef, keys: []string{"action_ref", "resource_ref"}})
		}
	}
}

// A refKey is a component of some kind.
type refKey struct {
	kind Kind
	ref  string
}

// knownRefs returns the components of the pack. Workflows are actions too.
func (v *validator) knownRefs() map[refKey]bool {
	known := map[refKey]bool{}
	for i := range v.pack.Components {
		c := &v.pack.Components[i]
		known[refKey{c.Kind, c.Ref}] = true
		if c.Kind == KindWorkflow {
			known[refKey{KindAction, c.Ref}] = true
		}
	}
	return known
}

// A use is one component's mention of another.
type use struct {
	by   *Component
	kind Kind
	ref  string
	code findingCode // to report when it is of this pack and not known
	keys []string    // under which it is mentioned
}

// wantRef reports a ref of this pack that is not known, and warns of one of
// another pack.
func (v *validator) wantRef(known map[refKey]bool, u use) {
	if u.ref == "" || v.isForeign(u.ref) {
		v.checkForeign(u)
		return
	}
	if !known[refKey{u.kind, u.ref}] {
		v.report(u.code, u.by.File, v.pack.lineOf(u.by.File, u.keys...), "%.128q is not among the %s of this pack", u.ref, u.kind)
	}
}

// checkForeign warns of a ref of another pack.
func (v *validator) checkForeign(u use) {
	if u.ref != "" && v.isForeign(u.ref) {
		v.report(componentForeignUse, u.by.File, v.pack.lineOf(u.by.File, u.keys...), "%.128q belongs to another pack, which has to be installed too", u.ref)
	}
}

func (v *validator) isForeign(ref string) bool {
	return !strings.HasPrefix(ref, v.pack.Manifest.Ref.String()+".")
}
