package pipeline

import (
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/registry"
)

// A Request names the packs to install. The zero values of its options are
// what most hosts want: dependencies are added, environments built, tests run,
// and lower versions replaced by higher ones.
type Request struct {
	// Specs as a user types them; at least one.
	Specs []string
	// RollBack names packs to roll back, and Remove packs to remove. Only a plan does
	// that: see [Pipeline.Plan].
	RollBack []RollBack
	Remove   []pack.Ref
	// Rev is a git branch, tag or commit for every git spec that names none.
	Rev string
	// Index, when not "", is asked instead of the configured index.
	Index string
	// Timeout for the download of one pack; 0 means [installer.DefaultTimeout].
	Timeout time.Duration
	// BuildTimeout for the build of one environment; 0 means [envbuild.DefaultTimeout].
	BuildTimeout time.Duration
	// Prefer are preferred versions of runtimes, see [envbuild.Request].
	Prefer map[pack.RuntimeName]string
	// SkipRuntimes are runtimes whose environments are not built;
	// SkipEnvironments builds none at all.
	SkipRuntimes     []pack.RuntimeName
	SkipEnvironments bool
	// RefreshEnvironments builds the environments of the packs again, with the packages of
	// today, and gives them to all installed packs that use the same ones: they all change
	// in one operation, as with AllOrNothing. That needs Config.Catalog, and no plan does it.
	RefreshEnvironments bool
	// Replace says what may be replaced; "" means [registry.ReplaceUpgrade].
	Replace registry.Replace
	// AllowBreak names the installed packs whose dependencies may be left unmet, as
	// in [registry.Request].
	AllowBreak []pack.Ref
	// SkipValidation installs packs with findings of severity error. Their
	// dependencies are added nevertheless.
	SkipValidation bool
	// SkipTests runs no tests; IgnoreTests runs them and registers packs even if
	// they fail.
	SkipTests, IgnoreTests bool
	// Retest runs tests that the same content has passed, see [registry.Request].
	Retest bool
	// FailFast begins no further stage once a pack has failed, so that nothing is
	// registered unless every pack reached that stage.
	FailFast bool
	// AllOrNothing registers all packs in one operation, or none when one of them
	// fails, in whatever stage. The others are skipped then, or failed because of
	// it.
	AllOrNothing bool
	// OnEvent observes all stages, numbered as one operation; nil is fine.
	OnEvent pack.EventFunc
}

// A RollBack names a pack that is to be rolled back, and the generation to activate, as
// [registry.RollBackOptions.To] does: "" is the one that was active before.
type RollBack struct {
	Ref pack.Ref
	To  string
}

// A Report has the outcome of every pack and the reports of the stages.
type Report struct {
	// Outcomes has one for each spec of the request, in its order, and after
	// them one for each pack that was added because others need it, or that uses
	// an environment that was built again.
	Outcomes []Outcome
	Summary  Summary
	// RolledBack are the packs that a plan has rolled back, Removed those that it has
	// removed.
	RolledBack []pack.Ref
	Removed    []pack.Ref
	// Failed are the failures of the outcomes, in their order; Warnings those of
	// all stages, and of the pipeline itself.
	Failed   []pack.Failure
	Warnings []pack.Warning

	// The reports of the stages, nil for those that were not reached; paths in
	// them may lie in a directory that is gone by now. Download and
	// Environments sum up several rounds, Dependencies is the last one.
	Download     *installer.DownloadReport
	Dependencies *deps.Report
	Environments *envbuild.Report
	Registration *registry.Report
}

// An Outcome is the result for one pack.
type Outcome struct {
	// Spec is the text that the user entered, without credentials; "ref@version" for a
	// pack that was added.
	Spec string
	// Ref and Version are "" while unknown.
	Ref     pack.Ref
	Version pack.Version
	// Previous is the previously active version, nil for none.
	Previous *pack.Version
	Status   pack.Status
	// Failure says why, for [pack.StatusFailed]; else nil.
	Failure *pack.Failure
	// Added: the request did not name it; RequiredBy lists the packs that need it, none for
	// one that uses an environment that was built again.
	Added      bool
	RequiredBy []pack.Ref
	// Path is the stable path readers use, and Generation the generation that is
	// active there; "" for packs that failed.
	Path       string
	Generation string
	// Environments that belong to the content.
	Environments envbuild.Environments
	// Tests is nil when none are declared, and for packs that did not reach the
	// tests.
	Tests *registry.TestSummary
}

// A Summary counts outcomes.
type Summary struct {
	Total     int
	Installed int
	Upgraded  int
	Replaced  int
	Unchanged int
	Failed    int
	Skipped   int
	Duration  time.Duration
}

func (s *Summary) count(status pack.Status) {
	s.Total++
	switch status {
	case pack.StatusInstalled:
		s.Installed++
	case pack.StatusUpgraded:
		s.Upgraded++
	case pack.StatusReplaced:
		s.Replaced++
	case pack.StatusUnchanged:
		s.Unchanged++
	case pack.StatusFailed:
		s.Failed++
	case pack.StatusSkipped:
		s.Skipped++
	case pack.StatusDone:
	}
}
