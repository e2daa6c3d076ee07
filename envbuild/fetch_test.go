package envbuild

import (
	"net/netip"
	"net/url"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/net/guard"
)

// TestNetworkOfTools admits public addresses and those of mirrors, and no others.
func TestNetworkOfTools(t *testing.T) {
	t.Parallel()
	own := pack.Network{Policy: pack.NetworkPolicy{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}}
	for host, want := range map[string]bool{
		"203.0.113.80": true, "192.0.2.1": true, "[2001:db8::1]": true, "10.1.2.3": true, "8.8.8.8": true,
		"10.2.0.1": false, "127.0.0.1": false, "169.254.169.254": false, "[::1]": false, "192.168.0.1": false,
	} {
		err := guard.Compile(guard.ForPackages(own.Policy)).CheckURL(&url.URL{Scheme: "https", Host: host})
		if (err == nil) != want {
			t.Errorf("%s: %v", host, err)
		}
	}
	if len(own.Policy.AllowPrivate) != 1 {
		t.Errorf("the policy of the host has changed: %v", own.Policy.AllowPrivate)
	}
}
