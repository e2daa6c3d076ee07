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
	Dependencies []Dependency
	// Runtimes are the runtimes of each pack; a pack that needs none has no entry.
	Runtimes  map[pack.Ref][]pack.RuntimeNeed
	Missing   []Dependency
	Analyzed  []AnalyzedPack
	Failed    []pack.Failure
	Conflicts []Conflict
	Warnings  []pack.Warning

	// Order lists the analysed packs so that each comes after those of the
	// request that it needs.
	Order []pack.Ref
	// Additions are the versions chosen, through the Finder, of packs that are
	// missing, transitively; each comes after those it needs.
	Additions []Addition
}

// A Dependency is one pack's need of another.
type Dependency struct {
	Ref         pack.Ref
	VersionSpec pack.Constraint
	RequiredBy  pack.Ref
	// AlreadyInstalled: installed or provided, in a version that satisfies
	// VersionSpec.
	AlreadyInstalled bool
}

// An AnalyzedPack is a pack that could be read.
type AnalyzedPack struct {
	Ref  pack.Ref
	Path string
	// Pack is the loaded pack, for later stages in the same process.
	Pack *pack.Pack
}

// A Conflict is a pack without a version that satisfies all packs that need it.
type Conflict struct {
	Ref       pack.Ref
	Required  []Requirement
	Installed *pack.Version
	// Explanation is text for people.
	Explanation string
	// Err has the code dependency_conflict or dependency_missing.
	Err error
}

// A Requirement is one constraint on a pack, and the pack that states it.
type Requirement struct {
	VersionSpec pack.Constraint
	RequiredBy  pack.Ref
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
