package pack

// A Manifest is what a pack.yaml says, with legacy keys brought to their
// current names.
type Manifest struct {
	Ref         Ref      `json:"ref"`
	Version     Version  `json:"version"`
	Label       string   `json:"label"`
	Description string   `json:"description"`
	Author      string   `json:"author"`
	Email       string   `json:"email"`
	License     string   `json:"license"`
	Homepage    string   `json:"homepage"`
	System      bool     `json:"system"`
	Enabled     bool     `json:"enabled"` // true unless the pack says otherwise
	Tags        []string `json:"tags"`

	// ConfSchema describes the pack's configuration, as JSON Schema or as a
	// flat map of specs; Config holds its defaults.
	ConfSchema map[string]any `json:"conf_schema"`
	Config     map[string]any `json:"config"`
	Meta       map[string]any `json:"meta"`

	// Dependencies are the packs this one needs.
	Dependencies []Dependency `json:"dependencies"`
	// PlatformVersion, PythonVersion and NodeVersion are the version ranges of
	// the dependencies' map form, as written; "" when there is none.
	PlatformVersion string `json:"platform_version"`
	PythonVersion   string `json:"python_version"`
	NodeVersion     string `json:"nodejs_version"`
	// RuntimeDeps are the programs this pack needs.
	RuntimeDeps []RuntimeDep `json:"runtime_deps"`

	// Testing says how the pack is tested; nil when it declares no tests.
	Testing *Testing `json:"testing"`
	// Extra holds the values of keys that are not known.
	Extra map[string]any `json:"extra"`
}

// ID returns the pack's ref and version.
func (m *Manifest) ID() ID { return ID{Ref: m.Ref, Version: m.Version} }

// Testing is the `testing` section of a pack.yaml.
type Testing struct {
	Enabled bool `json:"enabled"`
	// Runners in the order of the file.
	Runners []TestRunner `json:"runners"`
	// Discovery says how tests are found when no runner lists them.
	Discovery TestDiscovery `json:"discovery"`
	// ResultFormat is simple, junit-xml, tap or json; ResultPath the file the
	// results are written to, "" for standard output.
	ResultFormat string  `json:"result_format"`
	ResultPath   string  `json:"result_path"`
	MinPassRate  float64 `json:"min_pass_rate"` // 0 to 1; 1 unless the pack says otherwise
	OnFailure    string  `json:"on_failure"`    // block (the default), warn or ignore
}

// A TestRunner is one entry of testing.runners.
type TestRunner struct {
	Name         string   `json:"name"`
	Type         string   `json:"type"` // script, unittest, pytest, jest, ...
	EntryPoint   string   `json:"entry_point"`
	Timeout      Duration `json:"timeout_ms"` // 5 minutes unless the pack says otherwise
	ResultFormat string   `json:"result_format"`
	Requirements string   `json:"requirements"`
}

// TestDiscovery is the `discovery` entry of a `testing` section.
type TestDiscovery struct {
	Method  string     `json:"method"` // directory, manifest or executable
	Path    string     `json:"path"`
	Command string     `json:"command"`
	Tests   []TestCase `json:"tests"`
}

// A TestCase is one test that a manifest lists by itself.
type TestCase struct {
	Name    string   `json:"name"`
	Runner  string   `json:"runner"`
	Command string   `json:"command"`
	Timeout Duration `json:"timeout_ms"`
}
