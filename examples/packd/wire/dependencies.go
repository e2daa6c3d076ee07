package wire

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
)

// A DependenciesRequest asks for stage 2.
type DependenciesRequest struct {
	// Paths of packs below allowed roots; 1 to 1000.
	Paths          []string  `json:"pack_paths" minItems:"1" maxItems:"1000"`
	Checksums      Checksums `json:"checksums,omitempty"`
	SkipValidation bool      `json:"skip_validation,omitempty"`
}

// NewDependenciesRequest returns what asks a server for r.
func NewDependenciesRequest(r deps.Request) DependenciesRequest {
	return DependenciesRequest{Paths: paths(r.Paths, r.Contents), Checksums: checksumsOf(r.Contents), SkipValidation: r.SkipValidation}
}

// Check returns an error with [pack.CodeInvalidRequest] for checksums that belong to no
// path.
func (r DependenciesRequest) Check() error { return r.Checksums.check(r.Paths) }

// Request returns the request to the library.
func (r DependenciesRequest) Request() deps.Request {
	q := deps.Request{SkipValidation: r.SkipValidation}
	q.Paths, q.Contents = r.Checksums.of(r.Paths)
	return q
}

// A DependenciesReport says what packs need.
type DependenciesReport struct {
	Dependencies []Dependency                     `json:"dependencies"`
	Runtimes     map[pack.Ref]RuntimeRequirements `json:"runtime_requirements"`
	Missing      []Dependency                     `json:"missing_dependencies"`
	Analyzed     []AnalyzedPack                   `json:"analyzed_packs"`
	Errors       []FailedAnalysis                 `json:"errors"`
	Conflicts    []Conflict                       `json:"conflicts"`
	Warnings     []Warning                        `json:"warnings"`
}

// A Dependency is one pack's need of another.
type Dependency struct {
	Ref              pack.Ref        `json:"pack_ref"`
	VersionSpec      pack.Constraint `json:"version_spec"`
	RequiredBy       pack.Ref        `json:"required_by"`
	AlreadyInstalled bool            `json:"already_installed"` // in a version that satisfies VersionSpec
}

// RuntimeRequirements are the runtimes a pack needs; nil where it needs none.
type RuntimeRequirements struct {
	Ref    pack.Ref           `json:"pack_ref"`
	Python *PythonRequirement `json:"python"`
	Node   *NodeRequirement   `json:"nodejs"`
	// Described are the needs of runtimes that are not built in.
	Described []DescribedRequirement `json:"described,omitempty"`
}

// A DescribedRequirement is the need of a runtime that is not built in.
type DescribedRequirement struct {
	Runtime  string  `json:"runtime"`       // its name
	Version  *string `json:"version"`       // range as written; nil for any
	Manifest *string `json:"manifest_file"` // absolute path; nil when there is none
}

// A PythonRequirement is the need of a Python interpreter.
type PythonRequirement struct {
	Version          *string `json:"version"`           // range as written; nil for any
	RequirementsFile *string `json:"requirements_file"` // absolute path; nil when there is none
}

// A NodeRequirement is the need of Node.js.
type NodeRequirement struct {
	Version     *string `json:"version"`      // range as written; nil for any
	PackageFile *string `json:"package_file"` // absolute path; nil when there is none
}

// An AnalyzedPack is a pack that could be read.
type AnalyzedPack struct {
	Ref             pack.Ref `json:"pack_ref"`
	Path            string   `json:"pack_path"`
	HasDependencies bool     `json:"has_dependencies"`
	DependencyCount int      `json:"dependency_count"`
}

// A FailedAnalysis is a pack that could not be analysed.
type FailedAnalysis struct {
	Path string `json:"pack_path"`
	Fault
	Stage pack.Stage `json:"error_stage,omitempty"` // load or dependencies
}

// A Conflict is a pack without a version that satisfies all packs that need it.
type Conflict struct {
	Ref         pack.Ref      `json:"pack_ref"`
	Required    []Requirement `json:"required"`
	Installed   *pack.Version `json:"installed_version"`
	Explanation string        `json:"explanation"`
	// Platform: a version would satisfy them on a platform of another version; else
	// nil.
	Platform *PlatformVersion `json:"platform_version,omitempty"`
}

// A Requirement is one constraint on a pack, and the pack that states it.
type Requirement struct {
	VersionSpec pack.Constraint `json:"version_spec"`
	RequiredBy  pack.Ref        `json:"required_by"`
}

func emptyDependencies(f Fault) *DependenciesReport {
	return &DependenciesReport{
		Dependencies: []Dependency{}, Runtimes: map[pack.Ref]RuntimeRequirements{}, Missing: []Dependency{},
		Analyzed: []AnalyzedPack{}, Errors: []FailedAnalysis{{Fault: f}}, Conflicts: []Conflict{}, Warnings: []Warning{},
	}
}
