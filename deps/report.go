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
	// UseRecorded takes what is recorded of installed packs instead of reading their files
	// again: of contents with an FS whose tree digest is that of an installed pack, as
	// [World] has it. These have no Pack and no Runtimes in the report, and no findings.
	UseRecorded bool
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
	// Additions are the versions chosen, in the World, of packs that are missing,
	// transitively; each comes after those it needs, unless they need each other.
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
	// Pack is the loaded pack, for later stages in the same process; nil if what is
	// recorded of it was used.
	Pack *pack.Pack
}

// A Conflict is a pack without a version that satisfies all packs that need it.
type Conflict struct {
	Ref pack.Ref
	// Required are the demands on it that exclude each other.
	Required  []Requirement
	Installed *pack.Version
	// Explanation is text for people.
	Explanation string
	// Err has the code dependency_conflict or dependency_missing; an [*Unsolvable] has
	// the proof.
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
