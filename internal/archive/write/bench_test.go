package write_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack/internal/archive/write"
)

// One pack of usual size: 54 files, 156 kB.
func BenchmarkWriter(b *testing.B) {
	content := bytes.Repeat([]byte("x"), 156_000/54)
	parent := b.TempDir()
	for i := 0; b.Loop(); i++ {
		dir := filepath.Join(parent, fmt.Sprint(i))
		if err := os.Mkdir(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			b.Fatal(err)
		}
		w := write.New(root, write.Options{})
		for f := range 54 {
			e := write.Entry{Name: fmt.Sprintf("d%d/f%d.yaml", f/10, f), Size: int64(len(content))}
			if err := w.Put(b.Context(), e, bytes.NewReader(content)); err != nil {
				b.Fatal(err)
			}
		}
		w.Close()
		if err := root.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/54, "us/file")
}

// The floor: what os alone takes for the same files.
func BenchmarkWriteFile(b *testing.B) {
	content := bytes.Repeat([]byte("x"), 156_000/54)
	parent := b.TempDir()
	for i := 0; b.Loop(); i++ {
		for f := range 54 {
			dir := filepath.Join(parent, fmt.Sprint(i), fmt.Sprintf("d%d", f/10))
			if f%10 == 0 {
				if err := os.MkdirAll(dir, 0o755); err != nil {
					b.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d.yaml", f)), content, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/54, "us/file")
}
