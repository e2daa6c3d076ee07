package pack

// A Kind is a kind of component; its text is the name of the directory that
// holds such components.
type Kind string

// The kinds of components.
const (
	KindAction        Kind = "actions"
	KindSensor        Kind = "sensors"
	KindTrigger       Kind = "triggers"
	KindRule          Kind = "rules"
	KindWorkflow      Kind = "workflows"
	KindPolicy        Kind = "policies"
	KindPermissionSet Kind = "permission_sets"
	KindRuntime       Kind = "runtimes"
	KindAlias         Kind = "aliases"
	KindQueue         Kind = "queues"
)

// Kinds returns all kinds, in the order in which packs are read.
func Kinds() []Kind {
	return []Kind{
		KindAction, KindSensor, KindTrigger, KindRule, KindWorkflow, KindPolicy,
		KindPermissionSet, KindRuntime, KindAlias, KindQueue,
	}
}

// A Component is an action, sensor, trigger, rule, workflow, policy, ... of a
// pack. What all kinds share is in its own fields; what only one kind has is
// behind the pointer of that kind, which is nil for all others.
type Component struct {
	Kind Kind `json:"kind"`
	// Ref is the full ref, "<pack>.<name>". Name is the part behind the pack's
	// ref; it may hold dots, capitals and hyphens in packs of StackStorm shape.
	Ref         string `json:"ref"`
	Name        string `json:"name"`
	Label       string `json:"label"`
	Description string `json:"description"`
	Enabled     bool   `json:"enabled"` // true unless the component says otherwise
	// File is the component's own file, relative to the pack and separated by "/".
	File string `json:"file"`
	// Spec is the whole document, as JSON-compatible values.
	Spec map[string]any `json:"spec"`

	Action   *Action   `json:"action,omitempty"`
	Sensor   *Sensor   `json:"sensor,omitempty"`
	Rule     *Rule     `json:"rule,omitempty"`
	Workflow *Workflow `json:"workflow,omitempty"`
	Policy   *Policy   `json:"policy,omitempty"`
}

// An Action is what only actions have.
type Action struct {
	Runner string `json:"runner"` // `runner_type`, "shell" when absent
	// EntryPoint is the script, relative to the pack and separated by "/"; ""
	// when the runner needs none.
	EntryPoint string `json:"entry_point"`
	// RuntimeVersion is the version range the action asks for, as written.
	RuntimeVersion string `json:"runtime_version"`
	// WorkflowFile is the workflow that the action runs, relative to the pack.
	WorkflowFile string `json:"workflow_file"`
	// Parameters in the order of the file.
	Parameters []Parameter `json:"parameters"`
	// ParameterDelivery is stdin (the default), env or file; ParameterFormat
	// json (the default), dotenv or yaml; OutputFormat text (the default) or
	// json, ...
	ParameterDelivery string   `json:"parameter_delivery"`
	ParameterFormat   string   `json:"parameter_format"`
	OutputFormat      string   `json:"output_format"`
	Timeout           Duration `json:"timeout_ms"` // 0: none
}

// A Parameter is one input of an action.
type Parameter struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Required   bool   `json:"required"`
	HasDefault bool   `json:"has_default"`
	Default    any    `json:"default"`
	Secret     bool   `json:"secret"`
}

// A Sensor is what only sensors have.
type Sensor struct {
	Runner         string   `json:"runner"` // `runner_type`, "native" when absent
	EntryPoint     string   `json:"entry_point"`
	RuntimeVersion string   `json:"runtime_version"`
	TriggerTypes   []string `json:"trigger_types"` // full refs
}

// A Rule is what only rules have.
type Rule struct {
	TriggerRef string `json:"trigger_ref"`
	ActionRef  string `json:"action_ref"`
}

// A Workflow is what only workflows have.
type Workflow struct {
	// ActionRefs are the actions its tasks name, each once, in order.
	ActionRefs []string `json:"action_refs"`
}

// A Policy is what only policies have.
type Policy struct {
	ActionRef string `json:"action_ref"` // "" when it applies to the whole pack
	Priority  int    `json:"priority"`
}
