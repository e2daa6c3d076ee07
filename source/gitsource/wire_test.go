package gitsource_test

import (
	"strings"
	"testing"

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
