package guard

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"
)

// A Dialer connects only where the rules allow it. It looks a name up once,
// refuses it when any of its addresses is refused, so that it does not depend on
// which one answers first, and connects to these addresses: a later change of
// the name has no effect. It is safe for concurrent use.
type Dialer struct {
	Rules    *Rules
	Resolver *net.Resolver // nil means the system's
	Timeout  time.Duration // for looking up and connecting together
	Connect  DialFunc      // connects to an address
}

// A DialFunc connects to an address, as [net.Dialer.DialContext] does.
type DialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

const connectTimeout = 10 * time.Second

// NewDialer returns a Dialer with a timeout of 10 seconds. resolver may be nil.
func NewDialer(rules *Rules, resolver *net.Resolver) *Dialer {
	return &Dialer{Rules: rules, Resolver: resolver, Timeout: connectTimeout, Connect: new(net.Dialer).DialContext}
}

// Dial connects to "host:port". A refusal has [pack.CodePolicyDenied].
func (d *Dialer) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	name, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	host, err := CanonicalHost(name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.Timeout)
	defer cancel()
	addrs, err := d.vetted(ctx, host)
	if err != nil {
		return nil, err
	}
	return race(ctx, addrs, func(ctx context.Context, addr netip.Addr) (net.Conn, error) {
		return d.Connect(ctx, network, net.JoinHostPort(addr.String(), port))
	})
}

// vetted returns the addresses of a host, all of which are allowed.
func (d *Dialer) vetted(ctx context.Context, host string) ([]netip.Addr, error) {
	addrs, err := d.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, addr := range addrs {
		if err := d.Rules.checkAddr(host, addr); err != nil {
			return nil, err
		}
	}
	return addrs, nil
}

// lookup asks for both families of addresses. When net failed to ask for one and
// there are none of the other, it says that there is no such host, so then it is
// asked for each alone.
func (d *Dialer) lookup(ctx context.Context, host string) (addrs []netip.Addr, err error) {
	for _, family := range []string{"ip", "ip4", "ip6"} {
		addrs, err = d.Resolver.LookupNetIP(ctx, family, host)
		if dns, ok := errors.AsType[*net.DNSError](err); !ok || !dns.IsNotFound {
			break
		}
	}
	return addrs, err
}
