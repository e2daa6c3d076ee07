package pack

import "github.com/packtrain/pack/internal/text/yaml"

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
			refs = append(refs, s.pack.String()+"."+s.at(item).str("name"))
		default:
			s.wrongType("an entry of trigger_types", item, "the ref of a trigger")
		}
	}
	if inline > 0 {
		s.report(sensorInlineTriggers, s.line("trigger_types"), "%d triggers are described in the sensor; the native form are files in triggers/", inline)
	}
	return refs
}
