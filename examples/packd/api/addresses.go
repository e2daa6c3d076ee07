package api

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/time/rate"

	"github.com/packtrain/pack/examples/packd/wire"
)

const (
	// maxAddresses is how many addresses of strangers are remembered.
	maxAddresses = 4096
	// placesOfToken is at how many addresses a token is remembered.
	placesOfToken = 64
)

// strangers limit the requests of those who have not shown a valid token, by address. An
// address that was forgotten begins anew.
type strangers struct {
	rate    rate.Limit
	burst   int
	limits  *recent[netip.Addr, *rate.Limiter]
	proxies []netip.Prefix // whose word on addresses is taken
}

func newStrangers(limit rate.Limit, burst int, proxies []netip.Prefix) *strangers {
	return &strangers{limit, burst, newRecent[netip.Addr, *rate.Limiter](maxAddresses), proxies}
}

// take takes one request from the limit of an address.
func (s *strangers) take(addr netip.Addr) *wire.Problem {
	return take(s.limits.findOrAdd(addr, func() *rate.Limiter { return rate.NewLimiter(s.rate, s.burst) }))
}

// address returns where a request comes from: of IPv6 the network of 64 bits, which one
// client may have all of. A trusted proxy names the address in the last line or part of
// X-Forwarded-For; what stands before was the client's to write, unless it is that of
// another trusted proxy.
func (s *strangers) address(r *http.Request) netip.Addr {
	port, _ := netip.ParseAddrPort(r.RemoteAddr)
	addr := port.Addr().Unmap()
	names := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, name := range slices.Backward(names) {
		next, err := netip.ParseAddr(strings.TrimSpace(name))
		if err != nil || !s.trusts(addr) {
			break
		}
		addr = next.Unmap()
	}
	if addr.Is6() {
		network, _ := addr.WithZone("").Prefix(64)
		return network.Addr()
	}
	return addr
}

func (s *strangers) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(s.proxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}
