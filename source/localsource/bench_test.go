package localsource_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/localsource"
)

const (
	benchPacks = 100
	benchFiles = 54
	benchBytes = 156_000
)

// writePacks writes packs of usual size.
func writePacks(b *testing.B, dir string) {
	b.Helper()
	content := make([]byte, benchBytes/benchFiles)
	for p := range benchPacks {
		for f := range benchFiles {
			sub := filepath.Join(dir, fmt.Sprint(p), fmt.Sprint("dir", f/10))
			if err := os.MkdirAll(sub, 0o755); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(sub, fmt.Sprint("file", f)), content, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkFetch copies 100 packs with their tree digests, two at a time.
func BenchmarkFetch(b *testing.B) {
	from, to := b.TempDir(), b.TempDir()
	writePacks(b, from)
	s, err := localsource.New(localsource.Options{Roots: []string{from}})
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		var wg sync.WaitGroup
		for half := range 2 {
			wg.Go(func() {
				for p := half; p < benchPacks; p += 2 {
					if err := fetchPack(b.Context(), s, filepath.Join(from, fmt.Sprint(p)), filepath.Join(to, fmt.Sprint(i, "-", p))); err != nil {
						b.Error(err)
					}
				}
			})
		}
		wg.Wait()
	}
}

func fetchPack(ctx context.Context, s source.Source, from, to string) error {
	tree, err := source.NewTree(to, nil)
	if err != nil {
		return err
	}
	if err := s.Fetch(ctx, pack.Pin{Scheme: source.SchemeLocal, Location: from}, tree); err != nil {
		return err
	}
	_, err = tree.Finish()
	return err
}

// BenchmarkCp copies the same packs with cp -r, without digests.
func BenchmarkCp(b *testing.B) {
	from, to := b.TempDir(), b.TempDir()
	writePacks(b, from)
	for i := 0; b.Loop(); i++ {
		if out, err := exec.CommandContext(b.Context(), "cp", "-r", from, filepath.Join(to, fmt.Sprint(i))).CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}
}
