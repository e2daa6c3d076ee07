package hostflags_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/registrysource/signature"
)

func TestParseIndices(t *testing.T) {
	t.Parallel()
	got, err := hostflags.ParseIndices([]string{"corp=https://corp.example/index.json?a=b", "https://public.example/i.json?token=x", "/srv/index.json", "local=/srv/a=b.json"})
	want := []registrysource.Index{
		{Name: "corp", URL: "https://corp.example/index.json?a=b"},
		{URL: "https://public.example/i.json?token=x"},
		{URL: "/srv/index.json"},
		{Name: "local", URL: "/srv/a=b.json"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := hostflags.ParseIndices([]string{""}); err == nil || !strings.Contains(err.Error(), "--index is empty") {
		t.Errorf("got %v", err)
	}
}

// named are indices that flags can speak of.
func named() hostflags.Config {
	return hostflags.Config{Config: host.Config{Indices: []registrysource.Index{{Name: "corp", URL: "/a"}, {Name: "local", URL: "/b"}}}}
}

func TestRules(t *testing.T) {
	t.Parallel()
	_, key, err := signature.NewKey("k", nil)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(file, []byte(key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := named()
	before := c.Indices
	f := hostflags.Flags{Claims: []string{"corp=infra-*,secret", "local=mine", "corp=more"}, Trust: []string{"corp=1:" + key, "local=" + file}, TrustReportOnly: []string{"local"}}
	if err := f.Rules(&c); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"infra-*", "secret", "more"}, {"mine"}}, [][]string{c.Indices[0].Claims, c.Indices[1].Claims}); diff != "" {
		t.Error(diff)
	}
	if c.Indices[0].Verifier == nil || c.Indices[1].Verifier == nil || c.Indices[0].ReportOnly || !c.Indices[1].ReportOnly || before[0].Verifier != nil {
		t.Errorf("got %+v, and before %+v", c.Indices, before)
	}
	for _, tc := range []struct {
		flags hostflags.Flags
		want  string
	}{
		{hostflags.Flags{Claims: []string{"other=x"}}, "--index other=URL"},
		{hostflags.Flags{Claims: []string{"infra-*"}}, "such as corp=infra-*"},
		{hostflags.Flags{Claims: []string{"=x"}}, "such as corp=infra-*"},
		{hostflags.Flags{Claims: []string{"corp="}}, "such as corp=infra-*"},
		{hostflags.Flags{Trust: []string{"corp"}}, "such as corp=KEY"},
		{hostflags.Flags{Trust: []string{"corp=/none"}}, "neither a public key nor a file"},
		{hostflags.Flags{Trust: []string{"corp=2:" + key}}, "2 signatures of 1 keys"},
		{hostflags.Flags{TrustReportOnly: []string{"corp"}}, "--trust corp=KEY"},
		{hostflags.Flags{TrustReportOnly: []string{"corp=x"}}, "such as corp"},
	} {
		c := named()
		if err := tc.flags.Rules(&c); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: got %v", tc.flags, err)
		}
	}
}
