package archivesource_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/sourcetest"
)

const (
	memoryBound = 64 << 20
	hugeBomb    = 10 << 30
)

// heap returns the bytes of all objects that are not collected yet.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// peak returns by how much the heap grew, at most, while do ran. Nothing else
// must run meanwhile.
func peak(do func()) uint64 {
	runtime.GC()
	base, most := heap(), uint64(0)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticks := time.NewTicker(time.Millisecond)
		defer ticks.Stop()
		for {
			most = max(most, heap())
			select {
			case <-ticks.C:
			case <-done:
				return
			}
		}
	}()
	do()
	close(done)
	<-ended
	return most - min(most, base)
}

// serveFile serves a file, as an archive of the given extension.
func serveFile(t *testing.T, path, ext string) source.Locator {
	t.Helper()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) })
	return source.Locator{Scheme: source.SchemeHTTP, Location: srv.URL + "/x." + ext}
}

func writeFile(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "archive")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// bombs refuses small archives with huge content, in little memory. It measures
// the memory of the whole process, so it runs before the parallel tests.
func bombs(t *testing.T) {
	t.Helper()
	for _, tc := range []struct {
		id, name, ext string
		make          func() []byte
	}{
		{"B06", "1,000 to 1", "zip", func() []byte { return archivetest.ZipZeros(32 << 20) }},
		{"B06", "10 GiB of zeros", "zip", func() []byte { return archivetest.ZipZeros(hugeBomb) }},
		{"B06", "10 GiB of zeros in gzip", "tar.gz", func() []byte { return archivetest.GzipZeros(hugeBomb) }},
		{"B06", "10 GiB of zeros in bzip2", "tar.bz2", func() []byte {
			part := compress(t, "bzip2", strings.Repeat(archivetest.Zeros(), 64<<10))
			return bytes.Repeat(part, hugeBomb/(32<<20))
		}},
		{"C16", "10 GiB of zeros", "tar.zst", func() []byte { return archivetest.ZstdZeros(hugeBomb) }},
		{"C17", "65,000 entries", "zip", func() []byte { return archivetest.ManyFiles(65_000) }},
		{"C17", "1,000,000 files", "tar.gz", func() []byte { return manyEntries('0', "", 6) }},
		{"C17", "1,000,000 directories", "tar.gz", func() []byte { return manyEntries('5', "/", 1) }},
	} {
		t.Run(tc.id+"/"+tc.name, func(t *testing.T) {
			loc := serveFile(t, writeFile(t, tc.make()), tc.ext)
			s := newSourceWith(t, archivesource.Options{Scratch: t.TempDir()})
			grown := peak(func() { sourcetest.Receive(t, s, loc, pack.CodeLimitExceeded) })
			if grown > memoryBound {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
		})
	}
}

// manyEntries is a tar.gz of a million entries without content. The names differ
// as far as the client reads.
func manyEntries(kind byte, suffix string, different int) []byte {
	const members, each = 100, 10_000
	var out []byte
	for m := range different {
		var tar strings.Builder
		for i := range each {
			tar.WriteString(archivetest.Header(kind, fmt.Sprintf("%d-%d%s", m, i, suffix), 0))
		}
		out = append(out, archivetest.Gzip(tar.String())...)
	}
	return append(out, bytes.Repeat(out[:len(out)/different], members-different)...)
}

// TestMemoryDoesNotDependOnTheSizeOfArchives is about archives that nothing is
// wrong with.
func TestMemoryDoesNotDependOnTheSizeOfArchives(t *testing.T) { //nolint:paralleltest // it measures the memory of the process
	for ext, write := range map[string]func(w io.Writer, size int64) error{"zip": randomZip, "tar.gz": randomTarGz} {
		var grown [2]uint64
		for i, size := range []int64{4 << 20, 48 << 20} {
			path := filepath.Join(t.TempDir(), "archive")
			f, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := write(f, size); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			s := newSourceWith(t, archivesource.Options{Scratch: t.TempDir()})
			loc := serveFile(t, path, ext)
			grown[i] = peak(func() { sourcetest.Receive(t, s, loc, "") })
		}
		if grown[1] > grown[0]+memoryBound/2 {
			t.Errorf("%s: the heap grew by %d MiB for a small archive and by %d MiB for a large one", ext, grown[0]>>20, grown[1]>>20)
		}
	}
}

// random is content that cannot be compressed.
func random(size int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{}), size)
}

func randomZip(w io.Writer, size int64) error {
	z := zip.NewWriter(w)
	f, err := z.Create("pack.yaml")
	if err == nil {
		_, err = io.WriteString(f, archivetest.Manifest)
	}
	if err != nil {
		return err
	}
	for i := range 4 {
		f, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprint(i), Method: zip.Store})
		if err != nil {
			return err
		}
		if _, err := io.Copy(f, random(size/4)); err != nil {
			return err
		}
	}
	return z.Close()
}

func randomTarGz(w io.Writer, size int64) error {
	z, err := gzip.NewWriterLevel(w, gzip.HuffmanOnly)
	if err != nil {
		return err
	}
	parts := []io.Reader{strings.NewReader(archivetest.File("pack.yaml", archivetest.Manifest))}
	for i := range 4 {
		parts = append(parts, strings.NewReader(archivetest.Header('0', fmt.Sprint(i), size/4)), random(size/4))
	}
	if _, err := io.Copy(z, io.MultiReader(append(parts, strings.NewReader(archivetest.End()))...)); err != nil {
		return err
	}
	return z.Close()
}
