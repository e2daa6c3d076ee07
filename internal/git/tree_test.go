package git_test

import (
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/internal/testkit/gittest"
)

func FuzzTree(f *testing.F) {
	id := make([]byte, 20)
	for _, entries := range [][]string{
		{},
		{"100644 a"},
		{"100644 a", "40000 b", "100755 c"},
		{"100644 a.b", "40000 a"},
		{"40000 a", "100644 a.b"},
		{"100644 b", "100644 a"},
		{"100644 a", "100644 a"},
		{"100644 .."},
		{"100644 a/b"},
		{"100644 "},
		{"100644"},
		{" a"},
		{"-1 a"},
		{"0100644 a"},
	} {
		f.Add(gittest.TreeObject(id, entries...))
	}
	f.Add([]byte("100644 a\x00short"))
	f.Fuzz(func(t *testing.T, content []byte) {
		keys, err := git.TreeKeys(content)
		if err != nil {
			return
		}
		if len(keys)*(20+3) > len(content) {
			t.Errorf("%d entries in %d bytes", len(keys), len(content))
		}
		for i, key := range keys {
			name := strings.TrimSuffix(key, "/")
			if name == "" || strings.ContainsAny(name, "/\x00") {
				t.Errorf("accepted name %q", name)
			}
			if i > 0 && key <= keys[i-1] {
				t.Errorf("accepted %q after %q", key, keys[i-1])
			}
		}
	})
}

func TestTreeEntriesAreSingleNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", ".", "..", "/", "a/b", "/a", "a/"} {
		for _, mode := range []string{"100644", "40000"} {
			_, err := git.TreeKeys(gittest.TreeObject(make([]byte, 20), mode+" "+name))
			if got := pack.CodeOf(err); got != pack.CodeUnsafePath {
				t.Errorf("%s %q: got %v", mode, name, err)
			}
		}
	}
}
