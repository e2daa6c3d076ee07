package envbuild

import (
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// A Reason says why the packages of an environment cannot be installed. Programs choose
// their advice by it.
type Reason string

// The reasons.
const (
	// ReasonNeedsSource: a package exists only as source, and [Policy.Source] does not
	// list it. Package names it.
	ReasonNeedsSource Reason = "needs_source"
	// ReasonNeedsDirect: a requirement names an address, and [Policy.Direct] does not
	// list its package.
	ReasonNeedsDirect Reason = "needs_direct"
	// ReasonForeignLock: the lock file of a tool that is not used decides the versions.
	// Package is the name of the file.
	ReasonForeignLock Reason = "foreign_lock"
	// ReasonRuntime: the pack describes a runtime itself, and [Policy.Runtimes] does not list
	// it. Package is the ref of the description.
	ReasonRuntime Reason = "runtime"
	// ReasonMinimumAge: the tool cannot leave out releases younger than
	// [Policy.MinimumAge].
	ReasonMinimumAge Reason = "minimum_age"
	// ReasonNetworkPolicy: the policy of [Config.Network] refuses a server that the tool
	// wants to contact. The rule is in the tree of Err, as a PolicyError of package web.
	ReasonNetworkPolicy Reason = "network_policy"

	// ReasonNotLocked: the lock does not state what the pack requires, on this platform, or
	// states something that does not meet it. See [Request.OnlyLocked].
	ReasonNotLocked Reason = "not_locked"

	// ReasonOffline: the network is offline, and the tool has not kept what it needs.
	ReasonOffline Reason = "offline"

	ReasonAddress          Reason = "address"           // a package of the index depends on an address or a repository
	ReasonNotFound         Reason = "not_found"         // the index has no such package, or no such version
	ReasonConflict         Reason = "conflict"          // no versions satisfy all requirements
	ReasonPeerConflict     Reason = "peer_conflict"     // the same, for peer dependencies of Node.js packages
	ReasonPythonMismatch   Reason = "python_mismatch"   // a package is for other versions of Python
	ReasonEngineMismatch   Reason = "engine_mismatch"   // a package is for other versions of Node.js
	ReasonPlatformMismatch Reason = "platform_mismatch" // a package is for other systems
	ReasonIndexAuth        Reason = "index_auth"        // the index wants other credentials
	ReasonIndexUnreachable Reason = "index_unreachable" // the index does not answer, or answers with an error
	ReasonHeaderMissing    Reason = "header_missing"    // building from source needs a system library
	ReasonSourceBuild      Reason = "source_build"      // building from source failed otherwise
	ReasonScript           Reason = "script"            // an install script that the policy allows failed
	ReasonHashMismatch     Reason = "hash_mismatch"     // a package does not have its digest, or has none
	ReasonInvalidPackage   Reason = "invalid_package"   // a package is damaged, or replaces files of others
	ReasonOutOfDateLock    Reason = "out_of_date_lock"  // package.json and its lock differ
	ReasonToolMissing      Reason = "tool_missing"      // a program that a runtime is described with is not in the search path
	ReasonDiskFull         Reason = "disk_full"         // no space left
	ReasonTooLarge         Reason = "too_large"         // a file is larger than the Runner allows
	ReasonTimeout          Reason = "timeout"           // not built within [Request.Timeout]
	ReasonUnknown          Reason = "unknown"           // the message of the tool is not known
)

// A BuildError says why the packages of an environment cannot be installed, in terms of
// the files of the pack.
type BuildError struct {
	Reason Reason
	// Package is the package that the failure is about, without its version; "" when
	// none is known.
	Package string
	// WantedBy says who asks for the package: places such as "requirements.txt:3", and
	// other packages.
	WantedBy []string
	// Message is the whole message, in one line, without credentials.
	Message string
	// Log is the path of a file with the whole output of the tool; "" for none.
	Log string
	// Err is the cause, a [*CommandError] if a tool failed; nil if none was started.
	Err error
}

// Error returns the message.
func (e *BuildError) Error() string { return e.Message }

// Unwrap returns the cause and the sentinel of the code.
func (e *BuildError) Unwrap() []error {
	if e.Err == nil {
		return []error{e.ErrorCode().Sentinel()}
	}
	return []error{e.ErrorCode().Sentinel(), e.Err}
}

// ErrorCode implements [pack.Coder]: what the policy refuses has
// [pack.CodePolicyDenied], what deviates from a lock [pack.CodeConflict], what took too long [pack.CodeTimeout], what is too large
// [pack.CodeLimitExceeded], and everything else [pack.CodeBuildFailed].
func (e *BuildError) ErrorCode() pack.Code {
	switch e.Reason { //nolint:exhaustive // the others are failures
	case ReasonNeedsSource, ReasonNeedsDirect, ReasonForeignLock, ReasonRuntime, ReasonMinimumAge, ReasonNetworkPolicy:
		return pack.CodePolicyDenied
	case ReasonNotLocked:
		return pack.CodeConflict
	case ReasonTimeout:
		return pack.CodeTimeout
	case ReasonTooLarge:
		return pack.CodeLimitExceeded
	}
	return pack.CodeBuildFailed
}

// An explanation is a failure as a tool describes it, before it is put in terms of the
// files of a pack.
type explanation struct {
	reason Reason
	// pkg is the package, as the tool spells it.
	pkg string
	// by is the package that asks for it; "" when the pack itself does, or for unknown.
	by string
	// text is what happened, without place and without by.
	text string
}

// places returns where a pack asks for a package.
type places func(name string) []string

// inTermsOf returns the error of a tool's failure for a pack that asks for packages at
// the given places.
func (x explanation) inTermsOf(at places, cause error, log string) *BuildError {
	e := &BuildError{Reason: x.reason, Package: x.pkg, Message: x.text, Log: log, Err: cause}
	where := []string{}
	switch {
	case x.by != "" && !samePackage(x.by, x.pkg):
		e.Message += ", required by " + x.by
		e.WantedBy = append(e.WantedBy, x.by)
		where = at(nameOf(x.by))
	case x.pkg != "":
		where = at(x.pkg)
	case x.reason == ReasonConflict, x.reason == ReasonPeerConflict:
		for word := range strings.FieldsSeq(x.text) {
			where = append(where, at(nameOf(word))...)
		}
	}
	slices.Sort(where)
	where = slices.Compact(where)
	if len(where) > 0 {
		e.Message = strings.Join(where, ", ") + ": " + e.Message
	}
	e.WantedBy = append(where, e.WantedBy...)
	return e
}

// nameOf returns the name in "name==1.0", "name 1.0" or "name@1.0".
func nameOf(text string) string {
	if text == "" {
		return ""
	}
	if end := strings.IndexAny(text[1:], "=<>!~@[ ;,"); end >= 0 {
		return text[:end+1]
	}
	return text
}

func samePackage(a, b string) bool { return strings.EqualFold(nameOf(a), nameOf(b)) }
