package source_test

import (
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

// The source of the example keeps the contract.
func TestCupboard(t *testing.T) {
	t.Parallel()
	sourcetest.Run(t, func(*testing.T) sourcetest.Harness {
		demo := fstest.MapFS{
			"pack.yaml":      {Data: []byte("ref: demo\nversion: 1.0.0\n")},
			"actions/run.sh": {Data: []byte("#!/bin/sh\n"), Mode: 0o755},
		}
		return sourcetest.Harness{
			Source:  cupboard{"demo": demo, "unsafe": {"pack.yaml": {}, "a:b": {}}},
			Locator: source.Locator{Scheme: "cupboard", Location: "demo"},
			Want:    demo,
			Missing: source.Locator{Scheme: "cupboard", Location: "missing"},
			Hostile: []source.Locator{{Scheme: "cupboard", Location: "unsafe"}},
		}
	})
}
