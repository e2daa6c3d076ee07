package hostflags_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
)

func TestPolicy(t *testing.T) {
	t.Parallel()
	got, err := hostflags.Policy(true, []string{"10.1.2.3/8", "127.0.0.1", "[::1]", "::ffff:192.0.2.1", "build.internal"})
	if err != nil {
		t.Fatal(err)
	}
	want := pack.NetworkPolicy{
		AllowHTTP: true,
		AllowPrivate: []netip.Prefix{
			netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32"),
			netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("192.0.2.1/32"),
		},
		AllowPrivateHosts: []string{"build.internal"},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, bad := range []string{"", "host:80", "https://host", "10.0.0.0/40", "a b"} {
		if _, err := hostflags.Policy(false, []string{bad}); pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

func TestParseProvided(t *testing.T) {
	t.Parallel()
	got, err := hostflags.ParseProvided([]string{"core", "platform@1.2.0"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Ref != "core" || !got[0].Version.IsZero() || got[1].Version.String() != "1.2.0" {
		t.Errorf("got %v", got)
	}
	for _, bad := range []string{"", "Core", "core@", "core@1"} {
		if _, err := hostflags.ParseProvided([]string{bad}); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestDefaultRootFollowsTheUser(t *testing.T) {
	t.Parallel()
	got, err := hostflags.DefaultRoot(func(string) string { return "/data" })
	if err != nil || got != "/data/packtrain" {
		t.Errorf("got %q, %v", got, err)
	}
}
