package pack_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
)

// samplePacks writes packs of 54 files and 156 kB, as real ones have them.
func samplePacks(b *testing.B, n int) []string {
	b.Helper()
	root := b.TempDir()
	dirs := make([]string, n)
	for i := range dirs {
		dirs[i] = filepath.Join(root, fmt.Sprintf("pack%d", i))
		for j := range 54 {
			dir := filepath.Join(dirs[i], fmt.Sprintf("dir%d", j%6))
			if err := os.MkdirAll(dir, 0o755); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("file%d", j)), make([]byte, 2900), 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	return dirs
}

func BenchmarkDirectoryChecksum(b *testing.B) {
	dirs := samplePacks(b, 100)
	b.ReportAllocs()
	for b.Loop() {
		for _, dir := range dirs {
			if _, err := pack.DirectoryChecksum(os.DirFS(dir)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkTreeDigest(b *testing.B) {
	dirs := samplePacks(b, 100)
	b.ReportAllocs()
	for b.Loop() {
		for _, dir := range dirs {
			if _, err := pack.TreeDigest(os.DirFS(dir)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
