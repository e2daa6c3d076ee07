package wire

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A RegisterRequest asks for stage 4.
type RegisterRequest struct {
	// Paths of packs below allowed roots; 1 to 1000.
	Paths     []string  `json:"pack_paths" minItems:"1" maxItems:"1000"`
	Checksums Checksums `json:"checksums,omitempty"`
	// BaseDir is a directory below an allowed root that gets a link to each
	// registered pack, by its ref; nil for none.
	BaseDir        *string `json:"packs_base_dir,omitempty"`
	SkipValidation bool    `json:"skip_validation,omitempty"`
	SkipTests      bool    `json:"skip_tests,omitempty"`
	// Force replaces any registered version and ignores failed tests.
	Force bool `json:"force,omitempty"`
	// Replace is finer than Force: "never", "upgrade" or "any".
	Replace *string `json:"replace,omitempty" enum:"never,upgrade,any"`
	// AllowBreak names installed packs that may be left with unmet dependencies; "*"
	// stands for all.
	AllowBreak []pack.Ref `json:"allow_break,omitempty"`
	// Expect names the generation that has to be active of a pack, by its ref; "" for one
	// that must not be installed.
	Expect map[pack.Ref]string `json:"expect,omitempty"`
	// IgnoreTests registers packs even if their tests fail.
	IgnoreTests bool `json:"ignore_test_failures,omitempty"`
	// Retest runs tests also if the same content has passed them.
	Retest bool `json:"retest,omitempty"`
	// AllOrNothing activates all packs together, or none.
	AllOrNothing bool `json:"all_or_nothing,omitempty"`
}

// A RegisterReport says what was registered.
type RegisterReport struct {
	Registered []RegisteredPack     `json:"registered_packs"`
	Failed     []FailedRegistration `json:"failed_packs"`
	Summary    RegisterSummary      `json:"summary"`
	Warnings   []Warning            `json:"warnings"` // of all packs, also of those that failed
}

// A RegisteredPack is a pack that is now active.
type RegisteredPack struct {
	Ref         pack.Ref         `json:"pack_ref"`
	ID          int64            `json:"pack_id"` // kept when the pack is replaced
	Version     pack.Version     `json:"pack_version"`
	StoragePath string           `json:"storage_path"` // the stable path readers use
	Components  ComponentCounts  `json:"components_registered"`
	Tests       *TestSummary     `json:"test_result"` // nil when no tests are declared
	Validation  ValidationResult `json:"validation_results"`
	Generation  string           `json:"generation"`
	// Changes say what the replacement of another generation changed.
	Changes *registry.Changes `json:"changes,omitempty"`

	// Path is the input, which is not on the wire.
	Path string `json:"-"`
}

// ComponentCounts counts the components of a pack.
type ComponentCounts struct {
	Actions   int `json:"actions"`
	Sensors   int `json:"sensors"`
	Triggers  int `json:"triggers"`
	Rules     int `json:"rules"`
	Workflows int `json:"workflows"`
	Policies  int `json:"policies"`
}

// Total returns the number of all components.
func (c ComponentCounts) Total() int {
	return c.Actions + c.Sensors + c.Triggers + c.Rules + c.Workflows + c.Policies
}

// A TestSummary counts the tests of a pack.
type TestSummary struct {
	Status string `json:"status"` // passed, failed, skipped or partial
	Total  int    `json:"total_tests"`
	Passed int    `json:"passed"`
	Failed int    `json:"failed"`
	// Isolation is the level at which they ran: sandbox, contained or none; "" when none
	// ran. Shortfall says why it is not a better one.
	Isolation pack.Isolation `json:"isolation,omitempty"`
	Shortfall string         `json:"isolation_shortfall,omitempty"`
	// Reused: they did not run again, because the same content had passed them.
	Reused bool `json:"reused,omitempty"`
}

// A ValidationResult says whether a pack has findings of severity error. Errors
// are those as text, Findings are all.
type ValidationResult struct {
	Valid    bool           `json:"valid"`
	Errors   []string       `json:"errors"`
	Findings []pack.Finding `json:"findings"`
}

// A FailedRegistration is a pack that was not registered.
type FailedRegistration struct {
	Ref  pack.Ref `json:"pack_ref"` // "" when it could not be read
	Path string   `json:"pack_path"`
	Fault
	Stage pack.Stage `json:"error_stage"` // load, validation, dependencies, tests, storage, registration
}

// A RegisterSummary counts outcomes.
type RegisterSummary struct {
	Total           int   `json:"total_packs"`
	Succeeded       int   `json:"success_count"`
	Failed          int   `json:"failure_count"`
	TotalComponents int   `json:"total_components"`
	DurationMS      int64 `json:"duration_ms"`
}

func emptyRegistration(f Fault) *RegisterReport {
	return &RegisterReport{
		Registered: []RegisteredPack{}, Failed: []FailedRegistration{{Fault: f, Stage: pack.StageLoad}}, Summary: RegisterSummary{Failed: 1}, Warnings: []Warning{},
	}
}
