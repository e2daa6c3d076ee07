package main

import (
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	h := host{dir: "local", requirements: 2, megabytes: 6, apart: []string{"deps"}}
	tests := []struct {
		name string
		b    built
		want string
	}{
		{"fits", built{requirements: []string{"a", "b"}, linked: []string{"golang.org/x/sys"}, megabytes: 6}, ""},
		{"requirements", built{requirements: []string{"a", "b", "c"}}, "3 requirements"},
		{"weight", built{megabytes: 6.01}, "6.01 MB"},
		{"driver", built{linked: []string{"modernc.org/sqlite"}}, "SQL driver: modernc.org/sqlite"},
		{"git", built{linked: []string{"github.com/go-git/go-git/v5"}}, "links a git"},
		{"other stage", built{packages: []string{"source", "deps/depstest"}}, "links deps/depstest"},
		{"framework", built{linked: []string{"github.com/go-chi/chi/v5"}}, "web framework"},
	}
	bearing := h
	bearing.bears = []string{"git"}
	if err := bearing.judge(&built{linked: []string{"github.com/go-git/go-git/v5"}}); err != nil {
		t.Errorf("a host that bears git: %v", err)
	}
	if err := bearing.judge(&built{linked: []string{"modernc.org/sqlite"}}); err == nil {
		t.Error("a host that bears git bears a driver")
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := h.judge(&tt.b)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
