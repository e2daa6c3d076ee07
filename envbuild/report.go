package envbuild

import (
	"context"
	"time"

	"github.com/packtrain/pack"
)

// An EnvBuilder is stage 3: it builds the Python and Node.js environments that
// packs need.
type EnvBuilder interface {
	// Build builds, or finds already built, what the packs of req need and
	// records it under each pack's tree digest. Packs that failed are in
	// Report.Failed and in a [*pack.BatchError] that comes with the full
	// report. Any other error means that the request itself failed, or was
	// cancelled: then the report that comes with it tells what was built before.
	Build(ctx context.Context, req Request) (*Report, error)
}

// A Request names the packs and says how to build.
type Request struct {
	// Paths of the packs' directories, where pack.yaml lies, and Contents of packs
	// that came through earlier stages; at least one of either. A directory that is
	// named twice is one pack.
	Paths    []string
	Contents []*pack.Content
	// Python and Node are preferred versions, such as "3.11" and "20"; a pack
	// that needs another version gets another one. "" prefers the newest that
	// fits.
	Python, Node         string
	SkipPython, SkipNode bool
	// Force builds anew although a built environment could be reused.
	Force bool
	// Check only looks: what is there, with its versions. Nothing is built or
	// recorded, and no process is started but to ask a program that was not
	// asked before what it is.
	Check bool
	// Timeout per environment; 0 means 10 minutes.
	Timeout time.Duration
	// OnEvent observes; nil is fine.
	OnEvent pack.EventFunc
}

// A Report tells what was built. It marshals to the body of the wire contract.
type Report struct {
	Built    []BuiltPack    `json:"built_environments"`
	Failed   []pack.Failure `json:"failed_environments"`
	Summary  Summary        `json:"summary"`
	Warnings []pack.Warning `json:"-"`
}

// A BuiltPack is a pack whose environments are ready; one that needs none has
// both nil.
type BuiltPack struct {
	Ref          pack.Ref     `json:"pack_ref"`
	Path         string       `json:"pack_path"`
	Environments Environments `json:"environments"`
	DurationMS   int64        `json:"duration_ms"`
}

// Environments are what a pack got.
type Environments struct {
	Python *PythonEnvironment `json:"python"`
	Node   *NodeEnvironment   `json:"nodejs"`
}

// A PythonEnvironment is a virtualenv.
type PythonEnvironment struct {
	Path string `json:"virtualenv_path"`
	// RequirementsInstalled: the pack's requirements are in it. Always true
	// after a build; in a Check, false when it has not been built.
	RequirementsInstalled bool   `json:"requirements_installed"`
	PackageCount          int    `json:"package_count"`
	Version               string `json:"python_version"` // as printed: "Python 3.11.7"
	Key                   string `json:"key"`
	Reused                bool   `json:"reused"`
}

// A NodeEnvironment is a node_modules directory.
type NodeEnvironment struct {
	Path                  string `json:"node_modules_path"`
	DependenciesInstalled bool   `json:"dependencies_installed"`
	PackageCount          int    `json:"package_count"`
	Version               string `json:"nodejs_version"` // as printed: "v20.20.2"
	Key                   string `json:"key"`
	Reused                bool   `json:"reused"`
}

// A RuntimeError says which runtime of a pack an error is about. It is the Err of a
// failure in the stage environments, where it is about one runtime.
type RuntimeError struct {
	Runtime pack.RuntimeName
	Err     error
}

// Error returns the text of the cause.
func (e *RuntimeError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *RuntimeError) Unwrap() error { return e.Err }

// A Summary counts.
type Summary struct {
	Total           int   `json:"total_packs"`
	Succeeded       int   `json:"success_count"`
	Failed          int   `json:"failure_count"`
	PythonBuilt     int   `json:"python_envs_built"`
	NodeBuilt       int   `json:"nodejs_envs_built"`
	TotalDurationMS int64 `json:"total_duration_ms"`
}
