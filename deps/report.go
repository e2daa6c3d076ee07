package deps

import (
	"context"

	"github.com/packtrain/pack"
)

// A DependencyAnalyzer is stage 2: it reports what packs need.
type DependencyAnalyzer interface {
	// Analyze reads the packs of req. Packs that cannot be read are in
	// Report.Failed and in a [*pack.BatchError] that comes with the full
	// report. Any other error means that the request itself failed, or was
	// cancelled; a report comes with it when packs were read before.
	Analyze(ctx context.Context, req Request) (*Report, error)
}

// A Request names the packs to analyse.
type Request struct {
	// Paths of the packs' directories, where pack.yaml lies, and Contents of packs
	// that came through earlier stages; at least one of either. A directory that is
	// named twice is one pack.
	Paths    []string
	Contents []*pack.Content
	// SkipValidation analyses packs although they have findings of severity
	// error, as far as their pack.yaml can be read, or ask for another version of
	// the platform.
	SkipValidation bool
	// OnEvent observes; nil is fine.
	OnEvent pack.EventFunc
}

// A Report is the result of an analysis.
type Report struct {
	Dependencies []Dependency `json:"dependencies"`
	// Runtimes are the runtimes of each pack; a pack that needs none has no entry.
	Runtimes  map[pack.Ref][]pack.RuntimeNeed `json:"runtime_requirements"`
	Missing   []Dependency                    `json:"missing_dependencies"`
	Analyzed  []AnalyzedPack                  `json:"analyzed_packs"`
	Failed    []pack.Failure                  `json:"errors"`
	Conflicts []Conflict                      `json:"conflicts"`
	Warnings  []pack.Warning                  `json:"warnings"`

	// Order lists the analysed packs so that each comes after those of the
	// request that it needs.
	Order []pack.Ref `json:"-"`
	// Additions are the versions chosen, through the Finder, of packs that are
	// missing, transitively; each comes after those it needs.
	Additions []Addition `json:"-"`
}

// A Dependency is one pack's need of another.
type Dependency struct {
	Ref         pack.Ref        `json:"pack_ref"`
	VersionSpec pack.Constraint `json:"version_spec"`
	RequiredBy  pack.Ref        `json:"required_by"`
	// AlreadyInstalled: installed or provided, in a version that satisfies
	// VersionSpec.
	AlreadyInstalled bool `json:"already_installed"`
}

// An AnalyzedPack is a pack that could be read.
type AnalyzedPack struct {
	Ref             pack.Ref `json:"pack_ref"`
	Path            string   `json:"pack_path"`
	HasDependencies bool     `json:"has_dependencies"`
	DependencyCount int      `json:"dependency_count"`
	// Pack is the loaded pack, for later stages in the same process.
	Pack *pack.Pack `json:"-"`
}

// A Conflict is a pack without a version that satisfies all packs that need it.
type Conflict struct {
	Ref       pack.Ref      `json:"pack_ref"`
	Required  []Requirement `json:"required"`
	Installed *pack.Version `json:"installed_version"`
	// Explanation is text for people.
	Explanation string `json:"explanation"`
	// Err has the code dependency_conflict or dependency_missing.
	Err error `json:"-"`
}

// A Requirement is one constraint on a pack, and the pack that states it.
type Requirement struct {
	VersionSpec pack.Constraint `json:"version_spec"`
	RequiredBy  pack.Ref        `json:"required_by"`
}

// An Addition is a pack that has to be installed with those of the request.
type Addition struct {
	pack.ID
	RequiredBy []pack.Ref
}

// A Finder lists the available versions of packs, usually from an index. It is safe for
// concurrent use.
type Finder interface {
	// Candidates returns every available version of want.Ref that satisfies
	// want.Constraint, in any order. If there is none, the error matches
	// [pack.ErrNotFound]; any other error ends the analysis. What it tells by
	// [pack.Note] becomes a warning. An Analyzer leaves Constraint and Spec empty: a
	// later demand may need another version, and a conflict lists all of them.
	Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error)
}

// Installed lists the installed packs. It is safe for concurrent use.
type Installed interface {
	// InstalledVersion returns the version of ref that is installed, or an
	// error that matches [pack.ErrNotFound].
	InstalledVersion(ctx context.Context, ref pack.Ref) (pack.Version, error)
}
