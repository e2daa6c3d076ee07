package source_test

import (
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

// The source of the example keeps the contract.
func TestShelf(t *testing.T) {
	t.Parallel()
	sourcetest.Run(t, func(*testing.T) sourcetest.Harness {
		demo := fstest.MapFS{
			"pack.yaml":      {Data: []byte("ref: demo\nversion: 1.0.0\n")},
			"actions/run.sh": {Data: []byte("#!/bin/sh\n"), Mode: 0o755},
		}
		return sourcetest.Harness{
			Source:  shelf{"demo": demo, "unsafe": {"pack.yaml": {}, "a:b": {}}},
			Locator: source.Locator{Scheme: "shelf", Location: "demo"},
			Want:    demo,
			Missing: source.Locator{Scheme: "shelf", Location: "missing"},
			Hostile: []source.Locator{{Scheme: "shelf", Location: "unsafe"}},
		}
	})
}
