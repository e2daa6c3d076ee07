package guard_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/net/guard"
)

func TestThroughProxy(t *testing.T) {
	t.Parallel()
	direct := guard.Compile(pack.NetworkPolicy{AllowPrivateHosts: []string{"Private.example"}})
	proxied := direct.ThroughProxy()
	if direct.Proxied() || !proxied.Proxied() {
		t.Error("the rules do not know whether there is a proxy")
	}
	for raw, want := range map[string]struct{ direct, proxied pack.Code }{
		"https://any.example/":     {"", pack.CodePolicyDenied},
		"https://private.example/": {"", ""},
		"https://9.9.9.9/":         {"", ""},
		"https://10.0.0.1/":        {pack.CodePolicyDenied, pack.CodePolicyDenied},
		"http://private.example/":  {pack.CodePolicyDenied, pack.CodePolicyDenied},
	} {
		_, err1 := direct.ParseURL(raw)
		_, err2 := proxied.ParseURL(raw)
		if pack.CodeOf(err1) != want.direct || pack.CodeOf(err2) != want.proxied {
			t.Errorf("%s: got %v and %v", raw, err1, err2)
		}
	}
}

// TestPolicyIsCopied: what the caller does with its lists afterwards changes
// nothing.
func TestPolicyIsCopied(t *testing.T) {
	t.Parallel()
	policy := pack.NetworkPolicy{Hosts: []string{"a.example"}}
	rules := guard.Compile(policy)
	policy.Hosts[0] = "b.example"
	if err := rules.CheckURL(&url.URL{Scheme: "https", Host: "b.example"}); pack.CodeOf(err) != pack.CodePolicyDenied {
		t.Errorf("got %v", err)
	}
}

// TestDialerAsksTheRules before it connects.
func TestDialerAsksTheRules(t *testing.T) {
	t.Parallel()
	connected := errors.New("connected")
	d := guard.NewDialer(guard.Compile(pack.NetworkPolicy{}), nil)
	d.Connect = func(context.Context, string, string) (net.Conn, error) { return nil, connected }
	for address, want := range map[string]error{
		"127.0.0.1:80":        pack.ErrPolicy,
		"[::1]:80":            pack.ErrPolicy,
		"[::ffff:10.0.0.1]:1": pack.ErrPolicy,
		"169.254.169.254:80":  pack.ErrPolicy,
		"127.1:80":            pack.ErrPolicy,
		"9.9.9.9:443":         connected,
	} {
		if _, err := d.Dial(t.Context(), "tcp", address); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", address, err, want)
		}
	}
}
