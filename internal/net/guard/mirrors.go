package guard

import (
	"net/netip"
	"slices"

	"github.com/packtrain/pack"
)

// ForPackages returns the policy for indices of packages. Addresses for documentation are
// admitted: nothing on the Internet has them, and machines without access to it give them to
// the names of public registries, which a mirror then serves.
func ForPackages(p pack.NetworkPolicy) pack.NetworkPolicy {
	p.AllowPrivate = append(
		slices.Clone(p.AllowPrivate), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32"),
	)
	return p
}
