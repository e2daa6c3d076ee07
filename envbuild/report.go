package envbuild

import (
	"context"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

// An EnvBuilder is stage 3: it builds the Python and Node.js environments that
// packs need.
type EnvBuilder interface {
	// Build builds, or finds already built, the environments that the packs of req
	// need, and records it under each pack's tree digest. Packs that failed are in
	// Report.Failed and in a [*pack.BatchError] that comes with the full report. Any
	// other error means that the request itself failed, or was cancelled: then the
	// report returned with it lists the environments built before.
	Build(ctx context.Context, req Request) (*Report, error)
}

// A Request lists the packs and the options of the build.
type Request struct {
	// Paths of the packs' directories, where pack.yaml lies, and Contents of packs
	// that came through earlier stages; at least one of either. A directory that is
	// named twice is one pack.
	Paths    []string
	Contents []*pack.Content
	// Prefer are preferred versions, such as "3.11" for [pack.RuntimePython]; a
	// pack that needs another version gets another one. It is an error if there is no
	// interpreter of that version. "" and no entry prefer the first one in the search path.
	Prefer map[pack.RuntimeName]string
	// Suggest are versions that are preferred where Prefer has none, if there is an
	// interpreter of them.
	Suggest map[pack.RuntimeName]string
	// Skip lists the runtimes whose environments are not built. Here, in Prefer and in
	// Suggest a runtime without environments is [pack.CodeInvalidRequest]; one that only packs
	// describe may be in Suggest.
	Skip []pack.RuntimeName
	// Rebuild builds again even if an environment could be reused.
	Rebuild bool
	// RebuildOnly lists the Keys of environments to which Rebuild applies; nil for all.
	RebuildOnly []string
	// Check only reports existing environments and their versions, and compares all of
	// their files with those that were built. Nothing is
	// built or recorded, and a process is started only to identify a program
	// that was not identified before.
	Check bool
	// Locked are the sets that a lock states. An environment for which there is one is made
	// of its distributions and of nothing else; their archives have to have their digests.
	// A set that does not meet the requirements, or cannot be used under the [Policy], is
	// ignored.
	Locked []LockedSet
	// OnlyLocked refuses what Locked has no set for that can be used, with
	// [ReasonNotLocked]. Environments that need no set (see [Locker]) are built.
	OnlyLocked bool
	// Timeout per environment; 0 means 10 minutes.
	Timeout time.Duration
	// OnEvent observes; nil is fine.
	OnEvent pack.EventFunc
}

// A Report is the result of a build.
type Report struct {
	Built    []BuiltPack
	Failed   []pack.Failure
	Summary  Summary
	Warnings []pack.Warning
}

// A BuiltPack is a pack whose environments are ready.
type BuiltPack struct {
	Ref          pack.Ref
	Path         string
	Environments Environments
	Duration     time.Duration
}

// Environments are those of one pack, one for each runtime that it needs, in
// the order of [pack.RuntimeNeeds]; empty when it needs none.
type Environments []Environment

// Of returns the environment of a runtime, or nil.
func (es Environments) Of(name pack.RuntimeName) *Environment {
	for i := range es {
		if es[i].Runtime == name {
			return &es[i]
		}
	}
	return nil
}

// Versions returns the versions of the interpreters by runtime, such as "3.11.7": with them
// as [Request.Suggest], packs get environments of the same kind.
func (es Environments) Versions() map[pack.RuntimeName]string {
	versions := map[pack.RuntimeName]string{}
	for _, e := range es {
		i := strings.IndexAny(e.Version, "0123456789")
		if i < 0 {
			continue
		}
		version := e.Version[i:]
		if end := strings.IndexFunc(version, func(r rune) bool { return r != '.' && (r < '0' || r > '9') }); end >= 0 {
			version = version[:end]
		}
		versions[e.Runtime] = strings.TrimRight(version, ".")
	}
	return versions
}

// An Environment is the environment of a pack. In a Check, one that has not been
// built has neither path nor interpreter.
type Environment struct {
	pack.Environment
	// Ready: the pack's packages are in it. Always true after a build; in a
	// Check, false when it has not been built.
	Ready bool
	// PackageCount is the number of Distributions, which a report that came over a
	// wire may leave out.
	PackageCount int
	Reused       bool
	// SkippedScripts are the Node.js packages whose install scripts were not run, which
	// may lack what these would have made. See [Policy.Scripts].
	SkippedScripts []string
	// PathFiles are the .pth files of a virtualenv, which its interpreter reads at every
	// start, and which may contain code.
	PathFiles []string
	// FromSource are the Python packages that were built from source, which ran their code.
	// If the tool had a network then, a warning says so.
	FromSource []string
	// Program is the path of the interpreter that it is made with, and PassedOver are the
	// others in the search path, with the reasons.
	Program    string
	PassedOver []PassedOver
	// Damage lists, in a Check, how the files differ from those that were built: then it is
	// not Ready, and the next build makes another instance. Empty if they do not.
	Damage []string
}

// A RuntimeError says which runtime of a pack an error is about. It is the Err of
// a failure in the stage environments that concerns a single runtime.
type RuntimeError struct {
	Runtime pack.RuntimeName
	Err     error
}

// Error returns the text of the cause.
func (e *RuntimeError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *RuntimeError) Unwrap() error { return e.Err }

// A Summary counts the outcomes of a Build.
type Summary struct {
	Total     int
	Succeeded int
	Failed    int
	// Built counts the environments that were built, as opposed to found.
	Built    map[pack.RuntimeName]int
	Duration time.Duration
	// Isolation is the level at which tools ran, and Shortfall why it is not a better one;
	// "" if nothing was built, or if the Runner does not say.
	Isolation pack.Isolation
	Shortfall string
}
