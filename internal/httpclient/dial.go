package httpclient

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/packtrain/pack"
)

// A dialer connects only where the rules allow it. A name with any address that
// they refuse is refused, so that it does not depend on which one answers first.
// The address that the kernel is asked to connect to is checked again, so what a
// name resolves to at another moment does not matter.
type dialer struct {
	rules    *rules
	resolver *net.Resolver
	timeout  time.Duration // for looking up and connecting together
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	host, err := canonicalHost(name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	if err := d.vet(ctx, host); err != nil {
		return nil, err
	}
	nd := net.Dialer{Resolver: d.resolver}
	nd.ControlContext = func(_ context.Context, network, address string, _ syscall.RawConn) error {
		return d.rules.checkConnect(host, network, address)
	}
	return nd.DialContext(ctx, network, address)
}

// vet looks at all addresses of a host.
func (d *dialer) vet(ctx context.Context, host string) error {
	addrs, err := d.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return err
	}
	for _, addr := range addrs {
		if err := d.rules.checkAddr(host, addr); err != nil {
			return err
		}
	}
	return nil
}

func (r *rules) checkConnect(host, network, address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") {
		return pack.Errorf(pack.CodePolicyDenied, "contact host %q: refused to connect to %s %q", host, network, address)
	}
	return r.checkAddr(host, to.Addr())
}
