package web

import "github.com/packtrain/pack/internal/net/guard"

// A PolicyError says which rule of a [pack.NetworkPolicy] refused a request, so that
// a host can name its setting that allows it. It matches [pack.ErrPolicy]. Refusals
// that no setting lifts are not PolicyErrors.
type PolicyError = guard.PolicyError

// A PolicyRule is the stable name of a rule of a [pack.NetworkPolicy].
type PolicyRule = guard.PolicyRule

// The rules, with the setting that allows what they refuse.
const (
	RulePlainHTTP      = guard.RulePlainHTTP      // pack.NetworkPolicy.AllowHTTP
	RulePrivateAddress = guard.RulePrivateAddress // pack.NetworkPolicy.AllowPrivate, AllowPrivateHosts
	RuleUnlistedHost   = guard.RuleUnlistedHost   // pack.NetworkPolicy.Hosts
	RuleProxiedHost    = guard.RuleProxiedHost    // pack.NetworkPolicy.Hosts: its address cannot be checked
)
