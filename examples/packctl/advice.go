package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// advice names, a line each, the flags that allow what rules of the network policy
// refused; the library does not know them. Other refusals have no flag. A server has
// its own flags.
func (a *app) advice(err error) string {
	if a.server != "" || !errors.Is(err, pack.ErrPolicy) {
		return ""
	}
	var lines []string
	for _, refusal := range refusals(err) {
		if line := flagFor(refusal); line != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
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
