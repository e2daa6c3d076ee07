package httpclient

import (
	"net/netip"
	"net/url"
	"slices"

	"github.com/packtrain/pack"
)

// rules are a network policy, prepared for comparing.
type rules struct {
	allowHTTP    bool
	private      []netip.Prefix
	privateHosts map[string]bool
	hosts        map[string]bool // empty: any
	proxied      bool            // a proxy looks names up and connects
}

func compile(p pack.NetworkPolicy) *rules {
	return &rules{
		allowHTTP:    p.AllowHTTP,
		private:      slices.Clone(p.AllowPrivate),
		privateHosts: hostSet(p.AllowPrivateHosts),
		hosts:        hostSet(p.Hosts),
	}
}

// hostSet keeps names that are no valid hosts too: they match nothing, and a
// list that holds only such names must not turn into "any host".
func hostSet(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		if host, err := canonicalHost(name); err == nil {
			name = host
		}
		set[name] = true
	}
	return set
}

// checkURL refuses what can be refused before anything is contacted.
func (r *rules) checkURL(u *url.URL) error {
	switch {
	case u.Scheme == "http" && !r.allowHTTP:
		return deny(u, "plain http is not allowed: use https, or set AllowHTTP in the network policy")
	case u.Scheme != "https" && u.Scheme != "http":
		return deny(u, "scheme %.40q is not allowed: use https", u.Scheme)
	case u.User != nil:
		return deny(u, "credentials in a URL are not allowed: leave them out")
	}
	host, err := canonicalHost(u.Hostname())
	if err != nil {
		return deny(u, "%w", err)
	}
	if len(r.hosts) > 0 && !r.hosts[host] {
		return deny(u, "host %q is not among Hosts of the network policy", host)
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return r.checkAddr(host, addr)
	}
	if r.proxied && !r.hosts[host] && !r.privateHosts[host] {
		return deny(u, "a proxy looks up host %q, so nobody checks its address: name it in Hosts of the network policy", host)
	}
	return nil
}

func deny(u *url.URL, format string, args ...any) error {
	return pack.Errorf(pack.CodePolicyDenied, "contact %q: %w", redact(u), pack.Errorf(pack.CodePolicyDenied, format, args...))
}

// checkAddr refuses an address that is not public and not allowed, found for
// host.
func (r *rules) checkAddr(host string, addr netip.Addr) error {
	plain := addr.Unmap().WithZone("")
	if isPublic(plain) || r.privateHosts[host] {
		return nil
	}
	for _, p := range r.private {
		if p.Contains(plain) {
			return nil
		}
	}
	return pack.Errorf(pack.CodePolicyDenied, "contact host %q: address %s is not public: if it is meant, name it in AllowPrivate or its host in AllowPrivateHosts of the network policy", host, addr)
}
