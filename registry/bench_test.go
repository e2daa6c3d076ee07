package registry_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack/registry"
)

// packOf54Files has the size of the average pack.
func packOf54Files(ref, version string) files {
	f := files{"pack.yaml": fmt.Sprintf("ref: %s\nversion: %s\nlabel: L\ndescription: D\n", ref, version)}
	for i := range 26 {
		f[fmt.Sprintf("actions/a%02d.yaml", i)] = fmt.Sprintf("ref: %s.a%02d\nlabel: L\ndescription: D\nrunner_type: shell\nentry_point: a%02d.sh\n", ref, i, i)
		f[fmt.Sprintf("actions/a%02d.sh", i)] = "#!/bin/sh\necho " + version + "\n"
	}
	f["README.md"] = version
	return f
}

func benchmarkStore(b *testing.B) *registry.Store {
	b.Helper()
	s, err := registry.Open(b.Context(), registry.Config{Root: filepath.Join(b.TempDir(), "root"), Records: registry.NewMemory()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

// BenchmarkRegister makes one pack active after another, durably.
func BenchmarkRegister(b *testing.B) {
	s := benchmarkStore(b)
	paths := []string{write(b, packOf54Files("demo", "1.0.0")), write(b, packOf54Files("demo", "1.1.0"))}
	n := 0
	for b.Loop() {
		register(b, s, registry.ReplaceAny, paths[n%2])
		n++
	}
}

func BenchmarkRegisterUnchanged(b *testing.B) {
	s := benchmarkStore(b)
	path := write(b, packOf54Files("demo", "1.0.0"))
	register(b, s, "", path)
	for b.Loop() {
		register(b, s, "", path)
	}
}
