package pack_test

import (
	"testing"

	"github.com/packtrain/pack"
)

func TestParseDependency(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text, want string
		code       pack.Code
	}{
		{"core", "core", ""},
		{"core@^1.2", "core@^1.2", ""},
		{"core@*", "core", ""},
		{"core@>=1.0 <2", "core@>=1.0 <2", ""},
		{"", "", pack.CodeInvalidRef},
		{"Core", "", pack.CodeInvalidRef},
		{"core=1.0", "", pack.CodeInvalidRef},
		{"core@", "", pack.CodeInvalidVersion},
		{"core@=>1", "", pack.CodeInvalidVersion},
	} {
		got, err := pack.ParseDependency(tc.text)
		if pack.CodeOf(err) != tc.code || err == nil && got.String() != tc.want {
			t.Errorf("%q: got %v, %v", tc.text, got, err)
		}
	}
}
