package pack

import "github.com/packtrain/pack/internal/yamldoc"

func (s *componentSection) sensor() *Sensor {
	absent := "native"
	if s.compat {
		absent = RuntimePython
	}
	sensor := &Sensor{
		Runner:         s.runner(absent),
		EntryPoint:     s.entryPoint(KindSensor),
		RuntimeVersion: s.text("runtime_version"),
		TriggerTypes:   s.triggerTypes(),
	}
	if s.get("entry_point") == nil && sensor.Runner != "native" {
		s.report(sensorNoEntryPoint, s.line("entry_point"), "entry_point is missing; name the script that runner %q starts", sensor.Runner)
	}
	return sensor
}

// triggerTypes returns the full refs of the sensor's triggers.
func (s *componentSection) triggerTypes() []string {
	refs := []string{}
	if ref := s.str("trigger_type"); ref != "" {
		refs = append(refs, s.qualifyUse(ref))
	}
	inline := 0
	for _, item := range s.items("trigger_types") {
		switch name := s.triggerName(item); {
		case name == "":
			s.wrongType("an entry of trigger_types", item, "the ref of a trigger")
		default:
			refs = append(refs, s.qualifyUse(name))
			if item.Kind == yamldoc.Mapping {
				inline++
			}
		}
	}
	if inline > 0 {
		s.report(sensorInlineTriggers, s.line("trigger_types"), "trigger_types describes %d triggers; components in triggers/ are the native form", inline)
	}
	return refs
}

// triggerName returns the trigger that an entry of trigger_types names.
func (s *componentSection) triggerName(item *yamldoc.Node) string {
	switch item.Kind {
	case yamldoc.String:
		return item.Text
	case yamldoc.Mapping:
		return s.at(item).str("name")
	}
	return ""
}
