package pipeline

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// PlanFormat is the format of the plans that this package makes and applies.
const PlanFormat = 1

// A Plan says what an installation changes, before it does. It is a plain value: it can
// be stored, shown, approved, and applied by another process ([Plan.Encode],
// [ParsePlan]). It holds pins and digests, no staged files, and no secrets: a URL has
// no query.
type Plan struct {
	// Format is [PlanFormat]. ID is the digest of the rest, by which a plan is approved.
	// It does not authenticate the plan: after an edit a new one can be computed.
	Format int         `json:"plan"`
	ID     pack.Digest `json:"id"`
	// Platform is the operating system and the architecture, such as "linux/amd64".
	Platform string `json:"platform"`
	// Reads are the packs whose state the plan depends on: those that change, those they
	// need, and those that need them; ordered by ref. [Pipeline.Apply] compares them.
	Reads []PlanRead `json:"reads"`
	// Wants are what was asked for, and Options how.
	Wants   []PlanWant  `json:"wants"`
	Options PlanOptions `json:"options"`
	// Steps are the packs of the request, and those that change for their sake, ordered
	// by ref.
	Steps []PlanStep `json:"steps"`
	// Sets are the packs that change together or not at all.
	Sets [][]pack.Ref `json:"sets"`
	// Dependents are the installed packs that need one that changes.
	Dependents []PlanDependent `json:"dependents"`
	// Conflicts are why the plan cannot be applied; a plan that has any is refused.
	// Warnings are worth reading first.
	Conflicts []PlanProblem `json:"conflicts"`
	Warnings  []PlanProblem `json:"warnings"`
}

// A PlanRead is the state of one pack. Both fields are "" for a pack that is not
// installed.
type PlanRead struct {
	Ref        pack.Ref    `json:"ref"`
	Generation string      `json:"generation"`
	Tree       pack.Digest `json:"tree"`
}

// A PlanWant is what was asked for: a spec without secrets, and the pack that it turned
// out to be, "" if that is unknown.
type PlanWant struct {
	Spec string   `json:"spec"`
	Ref  pack.Ref `json:"ref"`
}

// PlanOptions are the options of the [Request] that matter when the plan is applied.
type PlanOptions struct {
	Prefer           map[pack.RuntimeName]string `json:"prefer"`
	SkipRuntimes     []pack.RuntimeName          `json:"skip_runtimes"`
	SkipEnvironments bool                        `json:"skip_environments"`
	Replace          registry.Replace            `json:"replace"`
	AllowBreak       []pack.Ref                  `json:"allow_break"`
	SkipValidation   bool                        `json:"skip_validation"`
	SkipTests        bool                        `json:"skip_tests"`
	Retest           bool                        `json:"retest"`
	IgnoreTests      bool                        `json:"ignore_tests"`
	AllOrNothing     bool                        `json:"all_or_nothing"`
}

// leaving returns the packs that are removed or rolled back.
func (p *Plan) leaving() (refs []pack.Ref) {
	for i := range p.Steps {
		if p.Steps[i].leaves() {
			refs = append(refs, p.Steps[i].Ref)
		}
	}
	return refs
}

// A PlanAction is what happens to a pack.
type PlanAction string

// The actions. Upgrade and downgrade change the version, repin the content of the same
// version. Keep leaves the content as it is. Rollback activates a generation that is kept,
// of whatever version, with its environments.
const (
	PlanInstall   PlanAction = "install"
	PlanUpgrade   PlanAction = "upgrade"
	PlanDowngrade PlanAction = "downgrade"
	PlanRepin     PlanAction = "repin"
	PlanRollBack  PlanAction = "rollback"
	PlanRemove    PlanAction = "remove"
	PlanKeep      PlanAction = "keep"
)

// A PlanStep is what happens to one pack.
type PlanStep struct {
	Action PlanAction `json:"action"`
	Ref    pack.Ref   `json:"ref"`
	// From is what is installed, nil if nothing is; To is what will be, nil if the pack
	// is removed.
	From *PlanState `json:"from"`
	To   *PlanState `json:"to"`
	// Why lists who asked for the pack, and Followed the packs that URLs among its
	// dependencies turned out to be.
	Why          []PlanReason      `json:"why"`
	Followed     []PlanFollowed    `json:"followed"`
	Components   PlanComponents    `json:"components"`
	Environments []PlanEnvironment `json:"environments"`
	// Config is "kept" if users set values for the pack, which stay, "invalid" if these do
	// not fit what will be, as a warning says; else "".
	Config string    `json:"config"`
	Fetch  PlanFetch `json:"fetch"`
}

// leaves reports whether the step removes a pack, or rolls it back: nothing is registered.
func (s *PlanStep) leaves() bool { return s.Action == PlanRemove || s.Action == PlanRollBack }

// A PlanState is a version of a pack with its content.
type PlanState struct {
	Version pack.Version `json:"version"`
	// Generation is the name of what is installed, or of the generation that the pack is
	// rolled back to; "" for what will be installed.
	Generation string      `json:"generation"`
	Tree       pack.Digest `json:"tree"`
	Directory  pack.Digest `json:"directory"`
	// Pin is where the content comes from, without query. QueryLeftOut: it had one,
	// without which it cannot be fetched; then the content comes from the cache alone.
	Pin          pack.Pin `json:"pin"`
	QueryLeftOut bool     `json:"query_left_out"`
}

// A PlanReason is a pack that needs another one, as "ref@version" or "" for the request,
// and the versions that it allows.
type PlanReason struct {
	By         string          `json:"by"`
	Constraint pack.Constraint `json:"constraint"`
}

// A PlanFollowed is a URL that a pack states as a dependency, and the pack that it needs
// therefore.
type PlanFollowed struct {
	URL string   `json:"url"`
	Ref pack.Ref `json:"ref"`
}

// PlanComponents are the components that a step adds, removes and changes; one has
// changed if what it declares has, or the file that it runs.
type PlanComponents struct {
	Added   []PlanComponent `json:"added"`
	Removed []PlanComponent `json:"removed"`
	Changed []PlanComponent `json:"changed"`
}

// A PlanComponent names a component.
type PlanComponent struct {
	Kind pack.Kind         `json:"kind"`
	Ref  pack.ComponentRef `json:"ref"`
}

// A PlanEnvironment is an environment that a pack gets.
type PlanEnvironment struct {
	Runtime pack.RuntimeName `json:"runtime"`
	Key     string           `json:"key"`
	Version string           `json:"version"`
	// Reuse: it is there already; else it is built.
	Reuse         bool                `json:"reuse"`
	Distributions []pack.Distribution `json:"distributions"`
}

// A PlanFetch says what has to be transferred: Bytes is the size, nil if it is unknown.
// Cached: nothing is, unless the cache is deleted.
type PlanFetch struct {
	Bytes  *int64 `json:"bytes"`
	Cached bool   `json:"cached"`
}

// A PlanDependent is an installed pack that needs one that changes. OK says whether it
// accepts what will be.
type PlanDependent struct {
	Ref        pack.Ref        `json:"ref"` // what it needs
	By         pack.Ref        `json:"by"`
	Constraint pack.Constraint `json:"constraint"`
	OK         bool            `json:"ok"`
}

// A PlanProblem is a conflict or a warning about a pack, "" for all.
type PlanProblem struct {
	Code    pack.Code `json:"code"`
	Ref     pack.Ref  `json:"ref"`
	Message string    `json:"message"`
}
