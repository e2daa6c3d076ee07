package wire

import "github.com/packtrain/pack"

// An InstallRequest asks for the whole pipeline.
type InstallRequest struct {
	// Packs are specs, as in DownloadRequest; 1 to 1000.
	Packs       []string `json:"packs" minItems:"1" maxItems:"1000"`
	RegistryURL *string  `json:"registry_url,omitempty"`
	RefSpec     *string  `json:"ref_spec,omitempty"`
	// Timeout for the download of one pack in seconds; nil means 300.
	Timeout *int `json:"timeout,omitempty" minimum:"10" maximum:"3600" default:"300"`
	// BuildTimeout for the build of one environment in seconds; nil means 600.
	BuildTimeout *int    `json:"build_timeout,omitempty" minimum:"60" maximum:"3600" default:"600"`
	Python       *string `json:"python_version,omitempty"`
	Node         *string `json:"nodejs_version,omitempty"`
	// Force replaces any installed version and ignores failed tests.
	Force bool `json:"force,omitempty"`
	// Replace is finer than Force: "never", "upgrade" (the default) or "any".
	Replace *string `json:"replace,omitempty" enum:"never,upgrade,any"`
	// AllowBreak names installed packs that may be left with unmet dependencies; "*"
	// stands for all.
	AllowBreak []pack.Ref `json:"allow_break,omitempty"`
	// IgnoreTests registers packs even if their tests fail.
	IgnoreTests bool `json:"ignore_test_failures,omitempty"`
	SkipTests   bool `json:"skip_tests,omitempty"`
	// Retest runs tests also if the same content has passed them.
	Retest bool `json:"retest,omitempty"`
	// SkipValidation installs packs with errors, as far as they can be loaded.
	SkipValidation bool `json:"skip_validation,omitempty"`
	// SkipPython and SkipNode build no environments of that runtime.
	SkipPython bool `json:"skip_python,omitempty"`
	SkipNode   bool `json:"skip_nodejs,omitempty"`
	SkipEnvs   bool `json:"skip_envs,omitempty"`
	// RefreshEnvs builds environments again, for all installed packs that use them.
	RefreshEnvs bool `json:"refresh_envs,omitempty"`
	FailFast    bool `json:"fail_fast,omitempty"`
	// AllOrNothing activates all packs together, or none.
	AllOrNothing bool `json:"all_or_nothing,omitempty"`
}

// An InstallReport has the outcome of every pack, and the reports of the stages,
// nil for those that were not reached.
type InstallReport struct {
	// Outcomes has one for each spec of the request, in its order, and after
	// them one for each pack that was added because others need it.
	Outcomes     []Outcome           `json:"outcomes"`
	Summary      InstallSummary      `json:"summary"`
	Download     *DownloadReport     `json:"download"`
	Dependencies *DependenciesReport `json:"dependencies"`
	Environments *BuildReport        `json:"environments"`
	Registration *RegisterReport     `json:"registration"`
	Warnings     []Warning           `json:"warnings"` // of all stages
}

// An Outcome is the result for one pack.
type Outcome struct {
	Spec     string        `json:"spec"`     // without credentials; "ref@version" for a pack that was added
	Ref      pack.Ref      `json:"pack_ref"` // "" while unknown, as is Version
	Version  pack.Version  `json:"pack_version"`
	Previous *pack.Version `json:"previous_version"` // nil when the pack was not installed
	Status   string        `json:"status"`           // installed, upgraded, replaced, unchanged, failed or skipped
	Failure  *Failure      `json:"failure"`          // nil unless the status is failed
	// Added: the request did not name it, the packs of RequiredBy need it.
	Added        bool         `json:"added"`
	RequiredBy   []pack.Ref   `json:"required_by"`
	Path         string       `json:"storage_path"` // the stable path readers use; "" for a failure, as is Generation
	Generation   string       `json:"generation"`
	Environments Environments `json:"environments"`
	Tests        *TestSummary `json:"test_result"` // nil when none are declared or none ran
}

// A Failure says in which stage a pack failed, and why.
type Failure struct {
	Stage pack.Stage `json:"stage"`
	Fault
}

// An InstallSummary counts outcomes.
type InstallSummary struct {
	Total      int   `json:"total_packs"`
	Installed  int   `json:"installed"`
	Upgraded   int   `json:"upgraded"`
	Replaced   int   `json:"replaced"`
	Unchanged  int   `json:"unchanged"`
	Failed     int   `json:"failed"`
	Skipped    int   `json:"skipped"`
	DurationMS int64 `json:"duration_ms"`
}
