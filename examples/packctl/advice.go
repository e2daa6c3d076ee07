package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source/web"
)

// advice names, a line each, the flags that allow what was refused; the library does
// not know them. Refusals without a flag get no advice. A server has its own flags for
// the network.
func (a *app) advice(err error) string {
	lines := powersFor(err)
	if a.server == "" && errors.Is(err, pack.ErrPolicy) {
		for _, refusal := range refusals(err) {
			lines = append(lines, flagFor(refusal))
		}
	}
	if a.server == "" && hasCode(err, pack.CodeUnauthorized) {
		lines = append(lines, "--credentials FILE gives what servers ask for\n")
	}
	for _, e := range buildErrors(err) {
		lines = append(lines, a.packageAdvice(e)...)
	}
	if lost, ok := errors.AsType[*registry.RootError](err); ok && lost.Adoptable {
		lines = append(lines, "--adopt adds the packs in the root to its records\n")
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "")
}

// powersFor names the flags that allow what the registry refused, here or on a server.
func powersFor(err error) []string {
	var lines []string
	if hasCode(err, pack.CodeAlreadyInstalled) {
		lines = append(lines, "--replace any replaces whatever is installed\n")
	}
	if errors.Is(err, pack.ErrTests) {
		lines = append(lines, "--ignore-tests registers packs even if their tests fail\n")
	}
	return lines
}

// hasCode reports whether err, or an item of a batch, has the code.
func hasCode(err error, code pack.Code) bool {
	if pack.CodeOf(err) == code {
		return true
	}
	failed, ok := errors.AsType[*pack.BatchError](err)
	return ok && slices.ContainsFunc(failed.Failures, func(f pack.Failure) bool { return f.Code == code })
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
		return "--allow-http allows plain http\n"
	case web.RulePrivateAddress:
		return fmt.Sprintf("--allow-private %s allows this host, although its address is not public\n", e.Host)
	case web.RuleUnlistedHost, web.RuleProxiedHost:
		return fmt.Sprintf("--allow-host %s allows this host too\n", e.Host)
	}
	return ""
}
