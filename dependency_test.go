package pack_test

import (
	"strings"
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

func TestDependencyWithoutAt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"core>=1":       `"core@>=1"`,
		"core=1.0":      `"core@=1.0"`,
		"core ^1 || ^3": `"core@^1 || ^3"`,
	} {
		if _, err := pack.ParseDependency(text); pack.CodeOf(err) != pack.CodeInvalidRef || !strings.Contains(err.Error(), "write "+want) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}
