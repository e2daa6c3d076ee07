package web_test

import (
	"net/netip"
	"net/url"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

func FuzzURLPolicy(f *testing.F) {
	for _, s := range []string{
		"https://example.com/a.tar.gz", "http://example.com", "https://127.1/", "https://[::1]/", "https://u:p@h/", "https://h/#f",
		"https://h\\@127.0.0.1/", "https://0x7f.1", "https:127.0.0.1", "//h", "https://[fe80::1%25lo]/", "https://h:/", "HTTPS://EXAMPLE.com:443/?q=1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := web.OrDefault(nil).ParseURL(raw)
		if err != nil {
			wantCode(t, err, pack.CodePolicyDenied)
			return
		}
		if u.Scheme != "https" || u.User != nil || u.Fragment != "" || u.Hostname() == "" {
			t.Errorf("accepted %q as %#v", raw, u)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && (a.IsLoopback() || a.IsPrivate() || !a.IsGlobalUnicast()) {
			t.Errorf("accepted %q, a private address", raw)
		}
		again, err := url.Parse(u.String())
		if err != nil || again.Host != u.Host || again.Path != u.Path {
			t.Errorf("%q is read differently the second time: %v, %v", raw, again, err)
		}
	})
}
