package envbuild_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

// TestAccess: commands state what they need to reach. Only those that install may
// open connections, and only when packages do not come from directories alone.
func TestAccess(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		index string
		links []string
		want  []string
	}{
		{"the public index", "", nil, []string{"venv", "pip network", "check", "npm network"}},
		{"directories", "", []string{"/srv/wheels"}, []string{"venv", "pip /srv/wheels", "check", "npm network"}},
		{"an index and directories", "https://index.example/simple", []string{"/srv/wheels"}, []string{"venv", "pip /srv/wheels network", "check", "npm network"}},
		{"a page", "", []string{"https://index.example/page"}, []string{"venv", "pip network", "check", "npm network"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.config.PythonIndex, s.config.FindLinks = tt.index, tt.links
			s.mustBuild(t, s.pack(t, "app", "requirements.txt", "alpha==1.0\n", "package.json", `{"dependencies": {"beta": "1.0.0"}}`))
			if diff := cmp.Diff(tt.want, s.accesses(t)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// accesses returns the kinds of the commands that built something, each with what
// it reads and whether it has a network.
func (s *stage) accesses(t *testing.T) []string {
	t.Helper()
	var seen []string
	for _, c := range s.tools.Commands() {
		kind := kindOf(c)
		if kind == "question" {
			if len(c.Access.Write) > 0 || c.Access.Network {
				t.Errorf("%v asks with access to %+v", c.Args, c.Access)
			}
			continue
		}
		// The first start of what was installed runs its code.
		if writes := slices.Contains(c.Access.Write, c.Dir); writes == (kind == "check") {
			t.Errorf("%s may write into %q: %v", kind, c.Dir, writes)
		}
		for _, dir := range c.Access.Read {
			if !strings.HasPrefix(dir, s.dir) {
				kind += " " + dir
			}
		}
		if c.Access.Network {
			kind += " network"
		}
		seen = append(seen, kind)
	}
	slices.SortStableFunc(seen, func(a, b string) int { return strings.Count(a, "npm") - strings.Count(b, "npm") })
	return seen
}

func kindOf(c pack.Command) string {
	line := strings.Join(c.Args, " ")
	for kind, mark := range map[string]string{"venv": "-m venv", "pip": "-m pip", "npm": "npm-cli.js", "check": "base_prefix)"} {
		if strings.Contains(line, mark) {
			return kind
		}
	}
	return "question"
}
