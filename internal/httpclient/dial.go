package httpclient

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"
)

// A dialer connects only where the rules allow it. It looks a name up once,
// refuses it when any of its addresses is refused, so that it does not depend on
// which one answers first, and connects to these addresses: what the name resolves
// to at another moment does not matter.
type dialer struct {
	rules    *rules
	resolver *net.Resolver
	timeout  time.Duration // for looking up and connecting together
	connect  dialFunc      // to an address
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

func newDialer(rules *rules, resolver *net.Resolver) *dialer {
	return &dialer{rules: rules, resolver: resolver, timeout: connectTimeout, connect: new(net.Dialer).DialContext}
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	name, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	host, err := canonicalHost(name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	addrs, err := d.vetted(ctx, host)
	if err != nil {
		return nil, err
	}
	return race(ctx, addrs, func(ctx context.Context, addr netip.Addr) (net.Conn, error) {
		return d.connect(ctx, network, net.JoinHostPort(addr.String(), port))
	})
}

// vetted returns the addresses of a host, all of which are allowed.
func (d *dialer) vetted(ctx context.Context, host string) ([]netip.Addr, error) {
	addrs, err := d.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, addr := range addrs {
		if err := d.rules.checkAddr(host, addr); err != nil {
			return nil, err
		}
	}
	return addrs, nil
}

// lookup asks for both families of addresses. When net failed to ask for one and
// there are none of the other, it says that there is no such host, so then it is
// asked for each alone.
func (d *dialer) lookup(ctx context.Context, host string) (addrs []netip.Addr, err error) {
	for _, family := range []string{"ip", "ip4", "ip6"} {
		addrs, err = d.resolver.LookupNetIP(ctx, family, host)
		if dns, ok := errors.AsType[*net.DNSError](err); !ok || !dns.IsNotFound {
			break
		}
	}
	return addrs, err
}
