package git_test

import (
	"bytes"
	"testing"

	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/internal/testkit/gittest"
)

// BenchmarkUnpack is our own part of fetching a commit: no server, no disk.
func BenchmarkUnpack(b *testing.B) {
	repo := gittest.NewRepo(b)
	repo.Commit("main", gittest.TextPack(1))
	content := repo.Pack()
	b.SetBytes(156_000)
	b.ReportAllocs()
	for b.Loop() {
		if err := git.Unpack(b.Context(), bytes.NewReader(content), git.NewStore(""), git.Limits{}.Usual()); err != nil {
			b.Fatal(err)
		}
	}
}
