package registry

import (
	"context"
	"time"

	"github.com/packtrain/pack"
)

// A Registrar is stage 4: it validates, tests, registers and activates packs.
type Registrar interface {
	// Register validates and tests the packs of req, then activates them, and
	// reports in input order. Packs that need each other, or a pack that changes in
	// the same request, form a set: it becomes active in one operation, or all of
	// it stays as it was. Sets do not disturb each other. Packs that failed are in
	// Report.Failed and in a [*pack.BatchError] that comes with the full report.
	// There the pack that made its set fail has its own error, and the error of each
	// other pack of the set names it, with the code [pack.CodeDependencyMissing].
	// When the operation itself fails, all of the set have its error. Any other error
	// means that the request itself failed, or was cancelled: then the report that
	// comes with it tells which packs are active by now.
	Register(ctx context.Context, req Request) (*Report, error)
}

// A Replace says what registering a pack may replace.
type Replace string

// The values of Replace. Content with the digest of the active one needs none of
// them: registering it succeeds and changes nothing, unless environments were
// attached since, or what is on disk differs from the record ([Verifier]). Then a new
// generation of the same content takes its place, which repairs the pack.
const (
	ReplaceNever   Replace = "never"   // also ""
	ReplaceUpgrade Replace = "upgrade" // a lower version
	ReplaceAny     Replace = "any"     // whatever is there, also with a damaged record
)

// A Request names the packs and says how to register them.
type Request struct {
	// Paths of the packs' directories, which hold pack.yaml, and Contents of packs
	// from earlier stages; at least one of either. A directory that is named twice is
	// one pack. A path is copied; Content that is Staged is moved. Content whose digest
	// differs from the recorded one fails with [pack.CodeContentChanged].
	Paths    []string
	Contents []*pack.Content
	// Replace says what may be replaced; "" means ReplaceNever.
	Replace Replace
	// Expect names the generation that has to be active of each pack in it, "" for a pack
	// that must not be installed; nil expects nothing. A set fails with an error that matches
	// [pack.ErrConflict] if another one is active of its packs, or of those that they need.
	Expect map[pack.Ref]string
	// AllowBreak names the installed packs whose dependencies may be left unmet, or
	// holds [AnyDependent]. A version that the active version's dependents do not
	// accept is refused otherwise, unless they are replaced in the same set; each that
	// is allowed to break is a warning of the report.
	AllowBreak []pack.Ref
	// AllOrNothing makes all packs of the request one set: they become active
	// together, or none does.
	AllOrNothing bool
	// SkipValidation registers packs that can be loaded but have findings of severity
	// error, dependencies that are not installed, or a constraint that the platform
	// version does not satisfy. Unmet dependencies and such a platform version are warnings
	// of the report. Packs that need each other then form no set. Dependents
	// still have to accept what they depend on, also those in the request, unless
	// AllowBreak allows them to break.
	SkipValidation bool
	// Retest runs the tests also if there is evidence ([EvidenceKeeper]) that they passed
	// with the same content, in the same environments and bounds, and at the same level of
	// isolation, which is used otherwise.
	Retest bool
	// SkipTests runs no tests; IgnoreTests runs them and registers the pack even if
	// they fail.
	SkipTests, IgnoreTests bool
	// OnEvent observes; nil is fine.
	OnEvent pack.EventFunc
}

// A Report lists the registered and the failed packs.
type Report struct {
	Registered []RegisteredPack
	Failed     []pack.Failure
	Summary    Summary
	Warnings   []pack.Warning
}

// A RegisteredPack is active.
type RegisteredPack struct {
	Ref         pack.Ref
	ID          int64 // kept when the pack is replaced
	Version     pack.Version
	StoragePath string // the stable path readers use
	Components  ComponentCounts
	Tests       *TestSummary // nil when no tests are declared
	Validation  ValidationResult
	Generation  string
	Path        string // the input
	Unchanged   bool   // it was active with this content already
	// Changes say what the replacement of another generation changed; nil if none was
	// replaced, or its files are damaged.
	Changes *Changes
}

// ComponentCounts counts the components of a pack. It is stored as JSON, in the
// metadata of generations.
type ComponentCounts struct {
	Actions   int `json:"actions"`
	Sensors   int `json:"sensors"`
	Triggers  int `json:"triggers"`
	Rules     int `json:"rules"`
	Workflows int `json:"workflows"`
	Policies  int `json:"policies"`
}

// A TestStatus is the outcome of a pack's tests.
type TestStatus string

// The outcomes. Partial means that some tests failed, but not more than the pack allows.
const (
	TestsPassed  TestStatus = "passed"
	TestsFailed  TestStatus = "failed"
	TestsSkipped TestStatus = "skipped"
	TestsPartial TestStatus = "partial"
)

// A TestSummary counts the tests of a pack.
type TestSummary struct {
	Status TestStatus
	Total  int
	Passed int
	Failed int
	// Isolation is the weakest level at which they ran, "" when none ran, and Shortfall why
	// it is not a better one.
	Isolation pack.Isolation
	Shortfall string
	// Reused reports whether the tests did not run again, because the same content had
	// passed them.
	Reused bool
}

// A ValidationResult holds the findings of loading and validating a pack, which is
// valid if none has the severity error. It is stored as JSON, in the metadata
// of generations.
type ValidationResult struct {
	Valid bool `json:"valid"`
	// Errors are the findings of severity error as text; Findings are all, warnings
	// too, without their causes. Both are never nil.
	Errors   []string      `json:"errors"`
	Findings pack.Findings `json:"findings"`
}

// A Summary counts packs and components.
type Summary struct {
	Total           int
	Succeeded       int
	Failed          int
	TotalComponents int
	Duration        time.Duration
}

// Environments knows which environments were built for a pack's content. It is
// safe for concurrent use.
type Environments interface {
	// Environments returns the environments recorded for the tree digest.
	Environments(ctx context.Context, tree pack.Digest) ([]pack.Environment, error)
}
