package settings_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/settings"
)

func TestParsePolicy(t *testing.T) {
	t.Parallel()
	got, err := settings.ParsePolicy(true, []string{"10.1.2.3/8", "127.0.0.1", "[::1]", "::ffff:192.0.2.1", "build.internal"})
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
		if _, err := settings.ParsePolicy(false, []string{bad}); pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

func TestParseProvided(t *testing.T) {
	t.Parallel()
	got, err := settings.ParseProvided([]string{"core", "platform@1.2.0"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Ref != "core" || !got[0].Version.IsZero() || got[1].Version.String() != "1.2.0" {
		t.Errorf("got %v", got)
	}
	for _, bad := range []string{"", "Core", "core@", "core@1"} {
		if _, err := settings.ParseProvided([]string{bad}); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestDefaultRootFollowsTheUser(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]string{"XDG_DATA_HOME": "/u/packtrain", "HOME": "/u/.local/share/packtrain", "OTHER": ""} {
		s := load(t, settings.Sources{Getenv: func(name string) string { return map[string]string{variable: "/u"}[name] }})
		if got, err := s.DefaultRoot(); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q, %v", variable, got, err)
		}
	}
}

func TestParseIndex(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]settings.Index{
		"corp=https://corp.example/index.json?a=b": {Name: "corp", Location: "https://corp.example/index.json?a=b"},
		"https://public.example/i.json?token=x":    {Location: "https://public.example/i.json?token=x"},
		"/srv/index.json":                          {Location: "/srv/index.json"},
		"local=/srv/a=b.json":                      {Name: "local", Location: "/srv/a=b.json"},
	} {
		if got, err := settings.ParseIndex(text); got != want || err != nil {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
	if _, err := settings.ParseIndex(""); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("got %v", err)
	}
}

// TestRulesOfFlags name an index, and have a value if they need one.
func TestRulesOfFlags(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"claims", "corp=infra-*,x", ""},
		{"claims", "infra-*", "such as corp=infra-*"},
		{"claims", "=x", "such as corp=infra-*"},
		{"claims", "corp=", "such as corp=infra-*"},
		{"trust", "corp=2:a,b", ""},
		{"trust", "corp", "such as corp=KEY"},
		{"trust_report_only", "corp", ""},
		{"trust_report_only", "corp=x", "such as corp"},
	} {
		err := settings.NewLayer(settings.FromFlag).Add("indices.*."+tt.name, tt.text, "--flag")
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: got %v", tt, err)
		}
	}
}
