package gitsource_test

import (
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/gitsource"
)

func FuzzRefs(f *testing.F) {
	for _, seed := range []string{
		refsOf(), refsOf(someCommit + " HEAD"), refsOf(someCommit+" HEAD", someCommit+" refs/heads/main", someCommit+" refs/tags/v1^{}"),
		refsOf(strings.Repeat("0", 40) + " capabilities^{}"), refsOf("version 1", "shallow "+someCommit),
		refsOf(strings.Repeat("0a", 32) + " HEAD\x00object-format=sha256"), "", "0000", line("# service=git-upload-pack\n"),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		names, err := gitsource.RefNames(strings.NewReader(answer))
		if err != nil {
			return
		}
		total := 0
		for _, name := range names {
			total += len(name) + 41
			if name == "" || strings.Contains(name, "\x00") {
				t.Errorf("accepted the name %q", name)
			}
		}
		if total > len(answer) {
			t.Errorf("%d names in %d bytes", len(names), len(answer))
		}
	})
}

// FuzzPackedRefs reads a file packed-refs and a HEAD that may be anything.
func FuzzPackedRefs(f *testing.F) {
	for _, seed := range []string{
		"# pack-refs with: peeled fully-peeled sorted \n" + someCommit + " refs/heads/main\n" + someCommit + " refs/tags/v1\n^" + someCommit + "\n",
		someCommit + " refs/heads/../../config\n", "^" + someCommit + "\n", someCommit + "\n", " refs/heads/main\n", strings.Repeat("0a", 32) + " refs/heads/main\n", "\x00\xff\n\n",
	} {
		f.Add(seed, "ref: refs/heads/main\n")
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, packed, head string) {
		names, err := gitsource.LocalRefNames(t.Context(), t.TempDir(), packed, head)
		if code := pack.CodeOf(err); err != nil && code != "" {
			t.Errorf("got %q, %v", code, err)
		}
		for _, name := range names {
			if err := source.CheckRev(name); err != nil || !strings.Contains(packed, name) {
				t.Errorf("accepted the name %q: %v", name, err)
			}
		}
	})
}
