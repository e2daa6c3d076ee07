package guard

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// Rules are a network policy, prepared for comparing. They are safe for
// concurrent use.
type Rules struct {
	allowHTTP    bool
	private      []netip.Prefix
	privateHosts map[string]bool
	hosts        map[string]bool // empty: any
	proxied      bool            // a proxy looks names up and connects
}

// Compile returns the rules of a policy, which may be changed afterwards.
func Compile(p pack.NetworkPolicy) *Rules {
	return &Rules{
		allowHTTP:    p.AllowHTTP,
		private:      slices.Clone(p.AllowPrivate),
		privateHosts: hostSet(p.AllowPrivateHosts),
		hosts:        hostSet(p.Hosts),
	}
}

// ThroughProxy returns the rules for requests through a proxy, which looks names
// up itself: only hosts that the policy names are allowed.
func (r *Rules) ThroughProxy() *Rules {
	proxied := *r
	proxied.proxied = true
	return &proxied
}

// Proxied reports whether the rules are those of [Rules.ThroughProxy].
func (r *Rules) Proxied() bool { return r.proxied }

// hostSet keeps invalid host names too: they match nothing, and a list that holds
// only such names must not turn into "any host".
func hostSet(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		if host, err := CanonicalHost(name); err == nil {
			name = host
		}
		set[name] = true
	}
	return set
}

// CheckURL applies the checks that need no connection. Errors have
// [pack.CodePolicyDenied] and quote no credential.
func (r *Rules) CheckURL(u *url.URL) error {
	switch {
	case u.Scheme == "http" && !r.allowHTTP:
		return refuse(u, RulePlainHTTP, strings.ToLower(u.Hostname()), "plain http is not allowed by the network policy: use https, or allow http there")
	case u.Scheme != "https" && u.Scheme != "http":
		return deny(u, "scheme %.40q is not allowed: use https", u.Scheme)
	case u.User != nil:
		return deny(u, "credentials in a URL are not allowed: leave them out")
	}
	host, err := CanonicalHost(u.Hostname())
	if err != nil {
		return deny(u, "%w", err)
	}
	if len(r.hosts) > 0 && !r.hosts[host] {
		return refuse(u, RuleUnlistedHost, host, "host %q is not among the allowed hosts of the network policy", host)
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return r.checkAddr(host, addr)
	}
	if r.proxied && !r.hosts[host] && !r.privateHosts[host] {
		return refuse(u, RuleProxiedHost, host, "a proxy looks up host %q, so its address cannot be checked: name it among the allowed hosts of the network policy", host)
	}
	return nil
}

func deny(u *url.URL, format string, args ...any) error {
	return pack.Errorf(pack.CodePolicyDenied, "contact %q: %w", RedactURL(u), pack.Errorf(pack.CodePolicyDenied, format, args...))
}

// refuse is [deny] for a rule that a setting lifts.
func refuse(u *url.URL, rule PolicyRule, host, format string, args ...any) error {
	return &PolicyError{Rule: rule, Host: host, Err: deny(u, format, args...)}
}

// checkAddr refuses an address that is not public and not allowed, found for
// host.
func (r *Rules) checkAddr(host string, addr netip.Addr) error {
	plain := addr.Unmap().WithZone("")
	if isPublic(plain) || r.privateHosts[host] {
		return nil
	}
	for _, p := range r.private {
		if p.Contains(plain) {
			return nil
		}
	}
	err := pack.Errorf(pack.CodePolicyDenied, "contact host %q: address %s is not public: if it is intended, allow the address or its host in the network policy", host, addr)
	return &PolicyError{Rule: RulePrivateAddress, Host: host, Err: err}
}
