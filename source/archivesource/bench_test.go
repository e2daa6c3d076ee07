package archivesource_test

import (
	"archive/tar"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/packtrain/pack/source"
)

// S2: 100 packs of 54 files and 156 kB as tar.gz over HTTP, 8 at a time, against
// curl and tar.

const (
	benchPacks    = 100
	benchParallel = 8
)

func BenchmarkFetch(b *testing.B) {
	url := benchServer(b)
	s := newSource()
	benchAll(b, func(ctx context.Context, i int, dir string) error {
		pin := pinOf(fmt.Sprintf("%s/%d.tar.gz", url, i))
		tree, err := source.NewTree(dir, &source.TreeOptions{StripTop: true})
		if err != nil {
			return err
		}
		if err := s.Fetch(ctx, pin, tree); err != nil {
			return err
		}
		_, err = tree.Finish()
		return err
	})
}

func BenchmarkCurlTar(b *testing.B) {
	for _, name := range []string{"curl", "tar", "sh"} {
		if _, err := exec.LookPath(name); err != nil {
			b.Skip(err)
		}
	}
	url := benchServer(b)
	benchAll(b, func(ctx context.Context, i int, dir string) error {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		script := fmt.Sprintf("curl -sf %s/%d.tar.gz | tar xz -C %s", url, i, dir)
		return exec.CommandContext(ctx, "sh", "-c", script).Run()
	})
}

// benchAll gets all packs into new directories in each round.
func benchAll(b *testing.B, get func(ctx context.Context, i int, dir string) error) {
	b.Helper()
	parent := b.TempDir()
	for round := 0; b.Loop(); round++ {
		var wg sync.WaitGroup
		next := make(chan int)
		for range benchParallel {
			wg.Go(func() {
				for i := range next {
					if err := get(b.Context(), i, filepath.Join(parent, fmt.Sprintf("%d-%d", round, i))); err != nil {
						b.Error(err)
					}
				}
			})
		}
		for i := range benchPacks {
			next <- i
		}
		close(next)
		wg.Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/100packs")
}

func benchServer(b *testing.B) string {
	b.Helper()
	archives := map[string][]byte{}
	for i := range benchPacks {
		archives[fmt.Sprintf("/%d.tar.gz", i)] = benchArchive(b, i)
	}
	return serve(b, func(w http.ResponseWriter, r *http.Request) { w.Write(archives[r.URL.Path]) }).URL
}

// benchArchive has files of words, which compress as source code does.
func benchArchive(b *testing.B, seed int) []byte {
	b.Helper()
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	words := make([]string, 400)
	for i := range words {
		words[i] = fmt.Sprintf("%x", random.Uint32N(1<<20))
	}
	headers := []tar.Header{dir("top/")}
	for i := range 54 {
		var text strings.Builder
		for text.Len() < 2900 {
			text.WriteString(words[random.IntN(len(words))])
			text.WriteByte(" \n"[random.IntN(2)])
		}
		headers = append(headers, file(fmt.Sprintf("top/actions/file%d.py", i), text.String()))
	}
	return archive(b, headers...)
}
