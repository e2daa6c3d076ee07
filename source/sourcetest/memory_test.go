package sourcetest_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

// packs returns what the sources of these tests hold.
func packs() map[string]fstest.MapFS {
	return map[string]fstest.MapFS{
		"demo": {
			"pack.yaml":       {Data: []byte("ref: demo\nversion: 1.0.0\n"), Mode: 0o644},
			"actions/run.sh":  {Data: []byte("#!/bin/sh\necho hello\n"), Mode: 0o755},
			"actions/go.yaml": {Data: []byte("ref: demo.go\n"), Mode: 0o644},
		},
		"escape": {"pack.yaml": {}, "a\\..\\b": {}},
		"link":   {"pack.yaml": {}, "passwd": {Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}},
		"case":   {"pack.yaml": {}, "Pack.yaml": {}},
	}
}

func memory(location string) source.Locator {
	return source.Locator{Scheme: sourcetest.SchemeMemory, Location: location}
}

// harness is that of a good source, or of one that is broken.
func harness(s source.Plugin) sourcetest.Harness {
	return sourcetest.Harness{
		Source:  s,
		Locator: memory("demo"),
		Want:    packs()["demo"],
		Missing: memory("missing"),
		Hostile: []source.Locator{memory("escape"), memory("link"), memory("case")},
		Secrets: []string{"s3cr3t"},
	}
}

func TestMemory(t *testing.T) {
	t.Parallel()
	sourcetest.Run(t, func(*testing.T) sourcetest.Harness {
		return harness(sourcetest.NewMemory(packs()))
	})
}

func TestMux(t *testing.T) {
	t.Parallel()
	sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
		m, err := source.NewMux(sourcetest.NewMemory(packs()))
		if err != nil {
			t.Fatal(err)
		}
		return harness(m)
	})
}
