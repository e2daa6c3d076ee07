package guard

import "github.com/packtrain/pack"

// A PolicyError is the refusal of a request by a rule that a setting lifts. Package
// web exports and documents it.
type PolicyError struct {
	Rule PolicyRule
	Host string // the host that was refused, in canonical spelling
	Err  error  // what happened, without credentials; never nil
}

// Error returns the message of Err.
func (e *PolicyError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *PolicyError) Unwrap() error { return e.Err }

// ErrorCode implements [pack.Coder].
func (e *PolicyError) ErrorCode() pack.Code { return pack.CodePolicyDenied }

// A PolicyRule is the stable name of a rule.
type PolicyRule string

// The rules, with the setting that allows what they refuse.
const (
	RulePlainHTTP      PolicyRule = "plain_http"      // AllowHTTP
	RulePrivateAddress PolicyRule = "private_address" // AllowPrivate, AllowPrivateHosts
	RuleUnlistedHost   PolicyRule = "unlisted_host"   // Hosts
	RuleProxiedHost    PolicyRule = "proxied_host"    // Hosts, when a proxy is used
)
