package gitsource

import (
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

// TestWhichRevWasMeant: an error names the branch or tag that was mistyped, else a few.
func TestWhichRevWasMeant(t *testing.T) {
	t.Parallel()
	few := []string{"refs/heads/main", "refs/tags/v1.0.0", "refs/tags/v2.0.0"}
	many := append([]string{"refs/heads/one", "refs/heads/two", "refs/heads/three"}, few...)
	for _, tt := range []struct {
		rev   string
		names []string
		want  string
	}{
		{"mian", few, `branch or tag "mian" does not exist: did you mean "main"?`},
		{"1.0.0", many, `branch or tag "1.0.0" does not exist: did you mean "v1.0.0"?`},
		{"v1.0.1", many, `branch or tag "v1.0.1" does not exist`},
		{"v1.0.1", few, `branch or tag "v1.0.1" does not exist; there are "main", "v1.0.0", "v2.0.0"`},
		{"v2", many, `branch or tag "v2" does not exist; there are "v2.0.0"`},
		{"v2", nil, `branch or tag "v2" does not exist`},
	} {
		r := &refs{names: map[string]plumbing.Hash{"refs/pull/1": {}}}
		for _, name := range tt.names {
			r.names[name] = plumbing.Hash{}
		}
		if got := r.notFound(tt.rev).Error(); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.rev, got, tt.want)
		}
	}
}
