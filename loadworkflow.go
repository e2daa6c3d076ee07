package pack

import (
	"strings"

	"github.com/packtrain/pack/internal/text/yaml"
)

// workflow reads `tasks`, which is a list of tasks or a map of them.
func (s *componentSection) workflow() *Workflow {
	w := &Workflow{ActionRefs: []string{}}
	tasks := s.get("tasks")
	if tasks == nil {
		return w
	}
	seen := map[string]bool{"": true}
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
func (s *componentSection) taskAction(task *yaml.Node) string {
	ref := s.at(task).str("action")
	if strings.ContainsAny(ref, "{<") {
		return ""
	}
	return s.qualifyUse(ref)
}
