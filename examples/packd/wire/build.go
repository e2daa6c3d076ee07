package wire

import "github.com/packtrain/pack"

// A BuildRequest asks for stage 3.
type BuildRequest struct {
	// Paths of packs below allowed roots; 1 to 1000.
	Paths     []string  `json:"pack_paths" minItems:"1" maxItems:"1000"`
	Checksums Checksums `json:"checksums,omitempty"`
	// BaseDir is checked like the base directory of a RegisterRequest.
	BaseDir *string `json:"packs_base_dir,omitempty"`
	// Python and Node are preferred versions, which there have to be interpreters of, except
	// for the defaults; nil means "3.11" and "20".
	Python     *string `json:"python_version,omitempty" default:"3.11"`
	Node       *string `json:"nodejs_version,omitempty" default:"20"`
	SkipPython bool    `json:"skip_python,omitempty"`
	SkipNode   bool    `json:"skip_nodejs,omitempty"`
	Rebuild    bool    `json:"force_rebuild,omitempty"`
	// Timeout per environment in seconds; nil means 600.
	Timeout *int `json:"timeout,omitempty" minimum:"60" maximum:"3600" default:"600"`
}

// The preferred versions of runtimes when a BuildRequest names none.
const (
	defaultPython = "3.11"
	defaultNode   = "20"
)

// A BuildReport says what was built.
type BuildReport struct {
	Built   []BuiltPack   `json:"built_environments"`
	Failed  []FailedBuild `json:"failed_environments"`
	Summary BuildSummary  `json:"summary"`
	// Warnings of all packs, also of those that failed.
	Warnings []Warning `json:"warnings"`
}

// A BuiltPack is a pack whose environments are ready; one that needs none has
// both nil.
type BuiltPack struct {
	Ref          pack.Ref     `json:"pack_ref"`
	Path         string       `json:"pack_path"`
	Environments Environments `json:"environments"`
	DurationMS   int64        `json:"duration_ms"`
}

// Environments are those of a pack.
type Environments struct {
	Python *PythonEnvironment `json:"python"`
	Node   *NodeEnvironment   `json:"nodejs"`
	// Described are those of runtimes that are not built in.
	Described []DescribedEnvironment `json:"described,omitempty"`
}

// A DescribedEnvironment is the environment of a runtime that is not built in.
type DescribedEnvironment struct {
	Runtime      string `json:"runtime"` // its name
	Path         string `json:"path"`    // "" for an interpreter alone
	Installed    bool   `json:"dependencies_installed"`
	PackageCount int    `json:"package_count"`   // 0 also where the layout is not known
	Version      string `json:"runtime_version"` // as printed
	Key          string `json:"key"`
	Reused       bool   `json:"reused"`
	Choice
}

// A PythonEnvironment is a virtualenv.
type PythonEnvironment struct {
	Path                  string `json:"virtualenv_path"`
	RequirementsInstalled bool   `json:"requirements_installed"` // false only where nothing was to be built
	PackageCount          int    `json:"package_count"`
	Version               string `json:"python_version"` // as printed: "Python 3.11.7"
	Key                   string `json:"key"`
	Reused                bool   `json:"reused"`
	// PathFiles are its .pth files, which the interpreter reads at every start, and which
	// may contain code.
	PathFiles []string `json:"path_files,omitempty"`
	Choice
}

// A NodeEnvironment is a node_modules directory.
type NodeEnvironment struct {
	Path                  string `json:"node_modules_path"`
	DependenciesInstalled bool   `json:"dependencies_installed"` // false only where nothing was to be built
	PackageCount          int    `json:"package_count"`
	Version               string `json:"nodejs_version"` // as printed: "v20.20.2"
	Key                   string `json:"key"`
	Reused                bool   `json:"reused"`
	// SkippedScripts are the packages whose install scripts were not run.
	SkippedScripts []string `json:"skipped_scripts,omitempty"`
	Choice
}

// A Choice says which interpreter an environment is made with, and why not with others.
type Choice struct {
	Program    string       `json:"interpreter_path,omitempty"`
	PassedOver []PassedOver `json:"passed_over,omitempty"`
}

// A PassedOver is another interpreter in the search path.
type PassedOver struct {
	Path    string `json:"path"`
	Version string `json:"version"` // "" if it did not say
	Reason  string `json:"reason"`  // a phrase, such as "3.9.18 is not >=3.11"
}

// A FailedBuild is a pack without its environments.
type FailedBuild struct {
	Ref     pack.Ref `json:"pack_ref"` // "" when it could not be read
	Path    string   `json:"pack_path"`
	Runtime string   `json:"runtime"` // its name, or unknown
	Fault
	Stage pack.Stage `json:"error_stage,omitempty"` // load or environments
}

// stage returns the stage in which a pack failed. Where none is named, a pack of
// unknown runtime could not be read.
func (f FailedBuild) stage() pack.Stage {
	switch {
	case f.Stage != "":
		return f.Stage
	case f.Runtime == unknownRuntime:
		return pack.StageLoad
	}
	return pack.StageEnvironments
}

const unknownRuntime = "unknown"

// A BuildSummary counts.
type BuildSummary struct {
	Total       int `json:"total_packs"`
	Succeeded   int `json:"success_count"`
	Failed      int `json:"failure_count"`
	PythonBuilt int `json:"python_envs_built"`
	NodeBuilt   int `json:"nodejs_envs_built"`
	// DescribedBuilt counts those of runtimes that are not built in, by name.
	DescribedBuilt  map[string]int `json:"described_envs_built,omitempty"`
	TotalDurationMS int64          `json:"total_duration_ms"`
	// Isolation is the level at which tools ran: sandbox, contained or none; "" when nothing
	// was built. Shortfall says why it is not a better one.
	Isolation pack.Isolation `json:"isolation,omitempty"`
	Shortfall string         `json:"isolation_shortfall,omitempty"`
}

func emptyBuild(f Fault) *BuildReport {
	return &BuildReport{
		Built: []BuiltPack{}, Failed: []FailedBuild{{Runtime: unknownRuntime, Fault: f}}, Summary: BuildSummary{Failed: 1}, Warnings: []Warning{},
	}
}
