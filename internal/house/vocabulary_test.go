package house_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestVocabulary: each name of the root package has a user outside.
func TestVocabulary(t *testing.T) {
	t.Parallel()
	user := file("deps") + "import \"" + self + "\"\n\nvar _ pack.Used\n"
	tests := []struct{ name, root, user, want string }{
		{"used", "type Used struct{}\n", user, ""},
		{"field of a used type", "type Used struct{ A []Part }\n\ntype Part struct{}\n", user, ""},
		{"method of a used type", "type Used struct{}\n\ntype Part struct{}\n\nfunc (u *Used) Parts() []Part { return nil }\n", user, ""},
		{"embedded", "type Used struct{ Part }\n\ntype Part struct{}\n", user, ""},
		{"under another name", "type Used struct{}\n", file("deps") + "import p \"" + self + "\"\n\nvar _ p.Used\n", ""},
		{"open lists", "type Code string\n\nconst CodeA Code = \"a\"\n", file("deps") + "import \"" + self + "\"\n\nvar _ pack.Code\n", ""},

		{"nowhere", "type Used struct{}\n\nfunc Lost() {}\n", user, "Lost has no user"},
		{"hidden field", "type Used struct{ a Part }\n\ntype Part struct{}\n", user, "Part has no user"},
		{"hidden method", "type Used struct{}\n\ntype Part struct{}\n\nfunc (u *Used) parts() []Part { return nil }\n", user, "Part has no user"},
		{"constant of a used type", "type Used string\n\nconst UsedA Used = \"a\"\n", user, "UsedA has no user"},
		{"function that returns a used type", "type Used struct{}\n\nfunc NewUsed() Used { return Used{} }\n", user, "NewUsed has no user"},
		{"only in the root package", "type Used struct{}\n\nvar Var = 1\n\nfunc (u Used) Get() int { return Var }\n", user, "Var has no user"},
		{"a variable of another package", "type Used struct{}\n\nvar Var = 1\n", user + "var other struct{ Var int }\n\nvar _ = other.Var\n", "Var has no user"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := clean()
			files["value.go"] = "package pack\n\n" + tt.root
			files["deps/deps.go"] = tt.user
			got := strings.Join(check(t, files), "\n")
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	files := clean()
	files["value.go"] = "package pack\n\ntype Used struct{}\n"
	files["deps/deps_test.go"] = file("deps_test") + "import \"" + self + "\"\n\nvar _ pack.Used\n"
	if got := check(t, files); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "Used has no user") }) {
		t.Errorf("used by a test alone: got %q", got)
	}
}

// TestVocabularyIsBounded: methods and the constants of open lists do not count.
func TestVocabularyIsBounded(t *testing.T) {
	t.Parallel()
	root, user := "package pack\n\ntype Code string\n\nfunc (c Code) Method() {}\n\nconst CodeA Code = \"a\"\n", file("deps")+"import \""+self+"\"\n\nvar _ pack.Code\n"
	for n := 1; n <= 150; n++ {
		if n == 150 {
			files := clean()
			files["value.go"], files["deps/deps.go"] = root, user
			if got := check(t, files); len(got) != 0 {
				t.Errorf("150 names: got %q", got)
			}
		}
		root += fmt.Sprintf("\nvar V%d = %d\n", n, n)
		user += fmt.Sprintf("\nvar _ = pack.V%d\n", n)
	}
	files := clean()
	files["value.go"], files["deps/deps.go"] = root, user
	if got := check(t, files); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "exports 151 names") }) {
		t.Errorf("151 names: got %q", got)
	}
}
