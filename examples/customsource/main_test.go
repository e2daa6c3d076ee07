package main

import (
	"io/fs"
	"testing"

	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

// TestBuiltin runs the conformance suite of sources.
func TestBuiltin(t *testing.T) {
	t.Parallel()
	want, err := fs.Sub(packs, "packs/greeter")
	if err != nil {
		t.Fatal(err)
	}
	sourcetest.Run(t, func(*testing.T) sourcetest.Harness {
		return sourcetest.Harness{
			Source:  builtin{packs},
			Locator: source.Locator{Spec: "builtin:greeter", Scheme: "builtin", Location: "greeter"},
			Want:    want,
			Missing: source.Locator{Spec: "builtin:none", Scheme: "builtin", Location: "none"},
		}
	})
}
