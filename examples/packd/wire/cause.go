package wire

import (
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// A Reason is a finer word of an error than its code: the rule that refused. It is
// stable, and "" where the code says enough.
type Reason string

// The reasons beside those of the network policy, which are [web.PolicyRule]s.
const (
	ReasonInvalidSpec     Reason = "invalid_spec"     // Instead is the spec that works, where one is known
	ReasonNoIndex         Reason = "no_index"         // a name was given, and no index is configured
	ReasonMissingPack     Reason = "missing_pack"     // Need is neither installed, nor provided, nor in an index
	ReasonUntriedSources  Reason = "untried_sources"  // content is not as promised; an index entry has more sources
	ReasonNotInstalled    Reason = "not_installed"    // Nearest is the pack that was probably meant
	ReasonDependents      Reason = "dependents"       // Dependents would break
	ReasonReplace         Reason = "replace"          // a pack is installed; Replace would allow to replace it
	ReasonPlatformVersion Reason = "platform_version" // the pack does not suit the version of the platform
	ReasonNotFollowed     Reason = "not_followed"     // a dependency is a URL of Host, whose URLs are not followed
)

// A Cause is why an item or a request was refused, beyond its code: what a client needs
// to say which setting would allow it.
type Cause struct {
	Reason Reason `json:"reason,omitempty"`
	// Host is the host that was refused: by the network policy, or as that of a dependency.
	Host string `json:"host,omitempty"`
	// Instead is a spec that works.
	Instead string `json:"instead,omitempty"`
	// Need is the pack that is missing, "ref" or "ref@constraint".
	Need string `json:"need,omitempty"`
	// Package is the package of Python or Node.js that the failure of an environment is
	// about; its reasons are those of [envbuild.BuildError].
	Package string `json:"package,omitempty"`
	// Nearest is the installed pack that was probably meant.
	Nearest pack.Ref `json:"nearest,omitempty"`
	// Dependents are the installed packs that would break.
	Dependents []Dependent `json:"dependents,omitempty"`
	// Replace is the value of the request's field that would allow it.
	Replace registry.Replace `json:"replace,omitempty" enum:"upgrade,any"`
	// Proof says why versions cannot be chosen.
	Proof *Proof `json:"proof,omitempty"`
}

// A Dependent is an installed pack that needs another one.
type Dependent struct {
	Ref  pack.Ref `json:"pack_ref"`
	Need string   `json:"need"` // "ref" or "ref@constraint"
}

// CauseOf returns the cause in err; the zero value for none.
func CauseOf(err error) Cause {
	if c, ok := errors.AsType[*causeError](err); ok {
		return c.Cause
	}
	if e, ok := errors.AsType[*web.PolicyError](err); ok {
		return Cause{Reason: Reason(e.Rule), Host: e.Host}
	}
	if e, ok := errors.AsType[*envbuild.BuildError](err); ok {
		return Cause{Reason: Reason(e.Reason), Package: e.Package}
	}
	if e, ok := errors.AsType[*source.ParseError](err); ok {
		return Cause{Reason: ReasonInvalidSpec, Instead: e.Instead}
	}
	if e, ok := errors.AsType[*pipeline.MissingError](err); ok {
		return Cause{Reason: ReasonMissingPack, Need: e.Need.String()}
	}
	if e, ok := errors.AsType[*deps.Unsolvable](err); ok {
		c := unsolvableCause(e)
		if c.Reason == "" {
			c = otherCause(err)
		}
		c.Proof = newProof(e)
		return c
	}
	return otherCause(err)
}

func otherCause(err error) Cause {
	if e, ok := errors.AsType[*installer.FollowError](err); ok && e.Reason == installer.FollowHost {
		return Cause{Reason: ReasonNotFollowed, Host: e.Host}
	}
	return registryCause(err)
}

func unsolvableCause(e *deps.Unsolvable) Cause {
	if need, ok := e.Missing(); ok {
		return Cause{Reason: ReasonMissingPack, Need: need.String()}
	}
	c := Cause{}
	switch {
	case e.NeedsDowngrade():
		c = Cause{Reason: ReasonReplace, Replace: registry.ReplaceAny}
	case e.NeedsReplacing():
		c = Cause{Reason: ReasonReplace, Replace: registry.ReplaceUpgrade}
	}
	if demands := e.Dependents(); len(demands) > 0 {
		c.Reason, c.Dependents = ReasonDependents, each(demands, func(d deps.Demand) Dependent { return Dependent{d.By, d.String()} })
	}
	return c
}

func registryCause(err error) Cause {
	if e, ok := errors.AsType[*registry.DependentsError](err); ok {
		return Cause{Reason: ReasonDependents, Dependents: each(e.Dependents, func(d registry.Dependent) Dependent {
			return Dependent{d.Ref, d.Dependency.String()}
		})}
	}
	if e, ok := errors.AsType[*registry.ReplaceError](err); ok {
		return Cause{Reason: ReasonReplace, Replace: e.Needed}
	}
	if e, ok := errors.AsType[*registry.NotInstalledError](err); ok {
		return Cause{Reason: ReasonNotInstalled, Nearest: e.Nearest}
	}
	return Cause{Reason: plainReason(err)}
}

// plainReason returns the reasons without details.
func plainReason(err error) Reason {
	if _, ok := errors.AsType[*registrysource.NoIndexError](err); ok {
		return ReasonNoIndex
	}
	if e, ok := errors.AsType[*source.UnknownSchemeError](err); ok && e.Scheme == source.SchemeRegistry {
		return ReasonNoIndex
	}
	if _, ok := errors.AsType[*installer.MismatchError](err); ok {
		return ReasonUntriedSources
	}
	if newPlatformVersion(err) != nil {
		return ReasonPlatformVersion
	}
	return ""
}

// A causeError is the cause in an error that came over the wire.
type causeError struct{ Cause }

// Error returns the reason.
func (e *causeError) Error() string { return string(e.Reason) }

// causes returns what an error that came over the wire wraps because of c: itself, and
// for a refusal by the network policy or by dependents, and for the failure of an
// environment, the error that was sent.
func (c Cause) causes(message string) []error {
	if c.Reason == "" && c.Proof == nil {
		return nil
	}
	own := &causeError{c}
	errs := []error{own}
	switch c.Reason {
	case "":
	case Reason(web.RulePlainHTTP), Reason(web.RulePrivateAddress), Reason(web.RuleUnlistedHost), Reason(web.RuleProxiedHost):
		denied := pack.Errorf(pack.CodePolicyDenied, "%w", own)
		errs = append(errs, &web.PolicyError{Rule: web.PolicyRule(c.Reason), Host: c.Host, Err: denied})
	case ReasonDependents:
		errs = append(errs, c.dependentsError())
	case ReasonInvalidSpec, ReasonNoIndex, ReasonMissingPack, ReasonUntriedSources, ReasonNotInstalled, ReasonReplace, ReasonPlatformVersion:
	default:
		errs = append(errs, &envbuild.BuildError{Reason: envbuild.Reason(c.Reason), Package: c.Package, Message: message})
	}
	return errs
}

// dependentsError returns the error that was sent, without the pack that was to change.
func (c Cause) dependentsError() error {
	e := &registry.DependentsError{}
	for _, d := range c.Dependents {
		if need, err := pack.ParseDependency(d.Need); err == nil {
			e.Dependents = append(e.Dependents, registry.Dependent{Ref: d.Ref, Dependency: need})
		}
	}
	return e
}
