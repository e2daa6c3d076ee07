package httpclient

import (
	"context"
	"net"
	"net/netip"
	"syscall"

	"github.com/packtrain/pack"
)

// A dialer connects only where the rules allow it. It checks the address that
// the kernel is asked to connect to, so what a name resolves to at another
// moment does not matter.
type dialer struct {
	rules    *rules
	resolver *net.Resolver
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
	nd := net.Dialer{Timeout: connectTimeout, Resolver: d.resolver}
	nd.ControlContext = func(_ context.Context, network, address string, _ syscall.RawConn) error {
		return d.rules.checkConnect(host, network, address)
	}
	return nd.DialContext(ctx, network, address)
}

func (r *rules) checkConnect(host, network, address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") {
		return pack.Errorf(pack.CodePolicyDenied, "contact host %q: refused to connect to %s %q", host, network, address)
	}
	return r.checkAddr(host, to.Addr())
}
