package host

import (
	"context"
	"net/netip"
	"net/url"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// CheckIndex tells whether a request may name the index at that URL: https, or
// http where the policy allows it, without a password, and no address that is not
// public. Where a name leads is looked at when it is contacted.
func CheckIndex(p pack.NetworkPolicy, index string) error {
	u, err := url.Parse(index)
	switch {
	case err != nil || u.Host == "" || u.User != nil:
		return pack.Errorf(pack.CodePolicyDenied, "index: want a URL without user and password")
	case u.Scheme != "https" && (u.Scheme != "http" || !p.AllowHTTP):
		return pack.Errorf(pack.CodePolicyDenied, "index %q: the network policy does not allow its scheme", index)
	case len(p.Hosts) > 0 && !slices.Contains(p.Hosts, u.Hostname()), !reachable(p, u.Hostname()):
		return pack.Errorf(pack.CodePolicyDenied, "index %q: the network policy does not allow its host", index)
	}
	return nil
}

// reachable tells whether the policy admits a host, as far as its name says.
func reachable(p pack.NetworkPolicy, host string) bool {
	addr, err := netip.ParseAddr(host)
	if err != nil || slices.Contains(p.AllowPrivateHosts, host) {
		return true
	}
	addr = addr.Unmap()
	public := addr.IsGlobalUnicast() && !addr.IsPrivate()
	return public || slices.ContainsFunc(p.AllowPrivate, func(r netip.Prefix) bool { return r.Contains(addr) })
}

// openIndex returns the source of packs of the configured index and of those that
// requests name.
func openIndex(c Config, client *web.Client) (*registrysource.Source, error) {
	index := c.Index
	if index == "" {
		index = "https://none.invalid/" // named by nobody: see requested
	}
	return registrysource.New(registrysource.Config{
		Index: index, Client: client,
		AllowIndex: func(index string) bool { return CheckIndex(c.Network.Policy, index) == nil },
	})
}

// requested is the source of packs where no index is configured: it has those of
// indices that requests name.
type requested struct{ *registrysource.Source }

// Resolve implements [source.Source].
func (s requested) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	if loc.Index == "" {
		return nil, pack.Errorf(pack.CodeNotFound, "find pack %q: no index is configured", loc.Location)
	}
	return s.Source.Resolve(ctx, loc)
}

// Versions implements [source.Lister].
func (s requested) Versions(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	if loc.Index == "" {
		return nil, pack.Errorf(pack.CodeNotFound, "find pack %q: no index is configured", loc.Location)
	}
	return s.Source.Versions(ctx, loc)
}
