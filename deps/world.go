package deps

import (
	"context"

	"github.com/packtrain/pack"
)

// A World knows the packs that are installed, and those that could be. It is safe for
// concurrent use. What its methods tell by [pack.Note] becomes a warning.
type World interface {
	// Installed returns the installed packs with what they need.
	Installed(ctx context.Context) ([]pack.InstalledPack, error)

	// Candidates returns the versions that want names, in any order: all versions of
	// want.Ref that want.Constraint allows or, for a want with a Spec, the one at that
	// place, whose ref its pack.yaml tells. Versions that exist but cannot be installed
	// are among them, with the reason in Unusable. A want with a Spec and a By is a
	// dependency that is a URL, which a pack states: the World decides whether it may be
	// followed, and answers with all versions that it knows of the pack there; those have
	// one ref. Want.Constraint is empty in the calls
	// of this package: a later demand may need another version.
	//
	// If there is none, the error matches [pack.ErrNotFound]. Any other error means that
	// it is not known which versions exist; wants that depend on the answer fail with it.
	Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error)

	// Dependencies returns c with the dependencies and the platform that its pack.yaml
	// states, and DependenciesKnown. It is called for candidates of which they are not
	// known, once for each that is about to be chosen: it may read the content of c.
	Dependencies(ctx context.Context, c pack.Candidate) (pack.Candidate, error)
}

// AnyPack in [Policy.AllowBreak] stands for every installed pack.
const AnyPack pack.Ref = "*"

// A Policy limits what [Resolve] may choose. nil and the zero value: nothing is
// provided, the platform is not known, and no installed pack may be broken or replaced
// by a lower version.
type Policy struct {
	// Provided lists the packs that the host supplies. Their refs are reserved: a want
	// that names one fails.
	Provided []pack.Provided
	// PlatformVersion is the version of the platform. The zero value means that it is not
	// known: then what packs ask of it is not checked.
	PlatformVersion pack.Version
	// Locked are the versions that a lock states. They come before everything else.
	Locked []pack.ID
	// AllowDowngrade allows a lower version than the one that is installed.
	AllowDowngrade bool
	// KeepInstalled keeps the version of each installed pack that no want names.
	KeepInstalled bool
	// AllowBreak names the installed packs whose needs may be left unmet, or holds
	// [AnyPack].
	AllowBreak []pack.Ref
	// AllOrNothing: if the wants cannot be met together, all fail. Otherwise the one
	// named last of those that take part is dropped, until the rest can be met.
	AllOrNothing bool
	// MaxPacks bounds how many packs are looked up; 0 means [DefaultMaxPacks].
	MaxPacks int
	// Budget bounds the work of one attempt to choose versions, in steps; 0 means about
	// a minute of one processor.
	Budget int
	// Parallel is how many packs are looked up at a time; 0 means as many as there are
	// processors.
	Parallel int
}

// A Resolution is what Resolve chose.
type Resolution struct {
	// Choices are the packs that the wants name or need, transitively, and installed
	// packs that are replaced for their sake. Each comes after those it needs, unless
	// they need each other.
	Choices []Choice
	// Dropped are the wants that could not be met, in the order of the request.
	Dropped []Dropped
}

// A Choice is the version chosen of one pack.
type Choice struct {
	// Candidate is the version, with the pins that deliver it. For a pack that stays as it
	// is installed it has the pin of that.
	pack.Candidate
	// Wants are the positions of the wants that name the pack; none for one that others
	// need.
	Wants []int
	// RequiredBy are the chosen packs that need it, sorted.
	RequiredBy []pack.Ref
	// Before is the pack that is installed, nil for none. Kept: it stays, as no want
	// names it or no candidate is better.
	Before *pack.InstalledPack
	Kept   bool
	// PassedOver are the versions that would have been preferred if they could be
	// installed: each has its reason in Unusable.
	PassedOver []pack.Candidate
	// Held says why a pack that wants name does not have the best version that they allow;
	// nil if it has, or if only another pack that wants name could be the reason.
	Held *Held
}

// A Held version is the best that wants allow, and cannot be chosen because of other packs.
type Held struct {
	Version pack.Version
	Err     *Unsolvable // what there would be if the want asked for it
}

// A Dropped want could not be met.
type Dropped struct {
	Want int // its position
	// Stage is [pack.StageDownload] if nothing was found that the want alone allows, else
	// [pack.StageDependencies].
	Stage pack.Stage
	// Err is an [*Unsolvable], the error of the World, or [pack.CodeInvalidRef] for a ref
	// that is reserved.
	Err error
}
