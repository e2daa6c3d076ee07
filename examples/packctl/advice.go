package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/envbuild/runner"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source/web"
)

// advice names, a line each, the flags that allow what was refused; the library does
// not know them. Refusals without a flag get no advice. The settings of a server are
// flags of packd.
func (a *app) advice(err error) string {
	var lines []string
	for _, failed := range parts(err) {
		lines = append(lines, powersFor(failed)...)
		for _, line := range a.settingsFor(failed) {
			if a.server != "" {
				line = "on the server, packd " + line
			}
			lines = append(lines, line)
		}
	}
	for _, e := range buildErrors(err) {
		lines = append(lines, a.packageAdvice(e)...)
	}
	lines = append(lines, a.ownAdvice(err)...)
	slices.Sort(lines)
	return lined(slices.Compact(lines))
}

// lined makes a line of each text.
func lined(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return strings.Join(texts, "\n") + "\n"
}

// parts returns the failures of a batch, or err.
func parts(err error) []error {
	failed, ok := errors.AsType[*pack.BatchError](err)
	if !ok {
		return []error{err}
	}
	var errs []error
	for i := range failed.Failures {
		errs = append(errs, &failed.Failures[i])
	}
	return errs
}

// powersFor names the flags of the command that allow what the registry refused, here or
// on a server.
func powersFor(err error) []string {
	var lines []string
	cause := wire.CauseOf(err)
	switch cause.Replace {
	case registry.ReplaceUpgrade:
		lines = append(lines, "--replace upgrade replaces it by a higher version")
	case registry.ReplaceAny:
		lines = append(lines, "--replace any replaces whatever is installed")
	case registry.ReplaceNever:
	}
	for _, d := range cause.Dependents {
		lines = append(lines, fmt.Sprintf("--allow-break %s leaves %s with an unmet dependency", d.Ref, d.Ref))
	}
	if e, ok := errors.AsType[*lock.ContentError](err); ok {
		lines = append(lines, fmt.Sprintf("packctl sync --update %s takes the content that is there now, and states it in packs.lock", e.ID.Ref))
	}
	if pack.CodeOf(err) == pack.CodeTestsFailed {
		lines = append(lines, "--ignore-tests registers packs even if their tests fail")
	}
	return lines
}

// settingsFor names the flags for the settings of a host that allow what was refused.
func (a *app) settingsFor(err error) []string {
	var lines []string
	if errors.Is(err, pack.ErrPolicy) {
		for _, refusal := range refusals(err) {
			lines = append(lines, flagFor(refusal))
		}
	}
	switch cause := wire.CauseOf(err); cause.Reason {
	case wire.ReasonNoIndex:
		lines = append(lines, "--index FILE or --index URL names a registry index")
	case wire.ReasonMissingPack:
		if a.server == "" && len(a.Indices) == 0 {
			lines = append(lines, "--index FILE or --index URL names a registry index to take it from")
		}
		ref, _, _ := strings.Cut(cause.Need, "@")
		lines = append(lines, fmt.Sprintf("--provide %s states that the platform itself has that pack", ref))
	case wire.ReasonNotFollowed:
		lines = append(lines, fmt.Sprintf("--follow-urls %s downloads packs of that host that others state as dependencies by their URLs", cause.Host))
	case wire.ReasonUntriedSources:
		lines = append(lines, "--pass-mismatch tries the other sources of the index entry")
	}
	if pack.CodeOf(err) == pack.CodeUnauthorized {
		lines = append(lines, "--credentials FILE gives what servers ask for")
	}
	return lines
}

// isolationAdvice names flags for refusals of a level of isolation.
func isolationAdvice(err error) []string {
	var lines []string
	if e, ok := errors.AsType[*runner.LevelError](err); ok && e.Reason != "" {
		if e.Level == pack.IsolationSandbox {
			lines = append(lines, "--isolation contained lets programs read and write what you may, and ends all that they start")
		}
		lines = append(lines, "--isolation none starts programs without isolation")
	}
	if e, ok := errors.AsType[*registry.IsolationError](err); ok {
		lines = append(lines, fmt.Sprintf("--require-isolation %s lowers what tests of packs from a network need", e.Level), "--skip-tests runs no tests")
	}
	return lines
}

// ownAdvice names flags for what only this process knows of.
func (a *app) ownAdvice(err error) []string {
	var lines []string
	if lost, ok := errors.AsType[*registry.RootError](err); ok && lost.Adoptable {
		lines = append(lines, rootAdvice(lost)...)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		lines = append(lines, "--ca-file FILE trusts the certificates in it, too")
	}
	lines = append(lines, isolationAdvice(err)...)
	if cause := wire.CauseOf(err); cause.Reason == wire.ReasonNotInstalled && cause.Nearest == "" {
		lines = append(lines, "packctl list shows the installed packs")
	}
	if e, ok := errors.AsType[*linkError](err); ok {
		lines = append(lines, "--installed runs the installed pack", fmt.Sprintf("packctl unlink %s ends the link", e.ref))
	}
	if e, ok := errors.AsType[*client.Error](err); ok && e.Status == http.StatusUnauthorized {
		lines = append(lines, "--token-file FILE has the token for the server")
	}
	if a.server == "" && a.Compat == "" && slices.ContainsFunc(parts(err), hasNoRef) {
		lines = append(lines, "--compat stackstorm reads packs of StackStorm, whose components have names instead of refs")
	}
	return lines
}

// rootAdvice names the flags for a root that was opened with unsuitable records.
func rootAdvice(e *registry.RootError) []string {
	if e.Original == "" {
		return []string{"--adopt adds the packs in the root to its records"}
	}
	return []string{
		"--adopt lets the copy replace " + e.Original,
		"--new-root gives the copy records of its own, so that both can be used",
	}
}

// hasNoRef reports whether a pack or a component is invalid for want of a ref.
func hasNoRef(err error) bool {
	var findings pack.Findings
	if f, ok := errors.AsType[*pack.Failure](err); ok {
		findings = f.Findings()
	}
	if invalid, ok := errors.AsType[*invalidPacks](err); ok {
		findings = invalid.findings
	}
	return slices.ContainsFunc(findings, func(f pack.Finding) bool {
		return f.Code == "manifest.no_ref" || f.Code == "component.no_ref"
	})
}

// refusals returns the policy errors in the tree of err, in its order.
func refusals(err error) []*web.PolicyError {
	if refusal, ok := err.(*web.PolicyError); ok { //nolint:errorlint // the tree is walked here
		return []*web.PolicyError{refusal}
	}
	var found []*web.PolicyError
	switch e := err.(type) { //nolint:errorlint // the tree is walked here
	case interface{ Unwrap() error }:
		found = refusals(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			found = append(found, refusals(part)...)
		}
	}
	return found
}

func flagFor(e *web.PolicyError) string {
	switch e.Rule {
	case web.RulePlainHTTP:
		return "--allow-http allows plain http"
	case web.RulePrivateAddress:
		return fmt.Sprintf("--allow-private %s allows this host, although its address is not public", e.Host)
	case web.RuleUnlistedHost, web.RuleProxiedHost:
		return fmt.Sprintf("--allow-host %s allows this host too", e.Host)
	}
	return ""
}
