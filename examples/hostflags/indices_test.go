package hostflags_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/source/registrysource"
)

func TestParseIndices(t *testing.T) {
	t.Parallel()
	got, err := hostflags.ParseIndices(
		[]string{"corp=https://corp.example/index.json?a=b", "https://public.example/i.json?token=x", "/srv/index.json", "local=/srv/a=b.json"},
		[]string{"corp=infra-*,secret", "local=mine", "corp=more"},
	)
	want := []registrysource.Index{
		{Name: "corp", URL: "https://corp.example/index.json?a=b", Claims: []string{"infra-*", "secret", "more"}},
		{URL: "https://public.example/i.json?token=x"},
		{URL: "/srv/index.json"},
		{Name: "local", URL: "/srv/a=b.json", Claims: []string{"mine"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, tc := range []struct{ index, claim, want string }{
		{"", "", "--index is empty"},
		{"/a", "corp=x", "--index corp=URL"},
		{"corp=/a", "infra-*", "such as corp=infra-*"},
		{"corp=/a", "=x", "such as corp=infra-*"},
	} {
		var claims []string
		if tc.claim != "" {
			claims = []string{tc.claim}
		}
		if _, err := hostflags.ParseIndices([]string{tc.index}, claims); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: got %v", tc, err)
		}
	}
}
