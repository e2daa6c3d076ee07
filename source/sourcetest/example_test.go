package sourcetest_test

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

// A program under test gets its packs from memory instead of the network.
func ExampleNewMemory() {
	memory := sourcetest.NewMemory(map[string]fstest.MapFS{
		"demo": {"pack.yaml": {Data: []byte("ref: demo\nversion: 1.0.0\n")}},
	})
	loc, err := source.Parse("memory:demo")
	if err != nil {
		fmt.Println(err)
		return
	}
	pins, err := memory.Resolve(context.Background(), loc)
	fmt.Println(pins[0].Scheme, pins[0].Location, err)

	loc.Location = "other"
	_, err = memory.Resolve(context.Background(), loc)
	fmt.Println(err)
	// Output:
	// memory demo <nil>
	// resolve "memory:other": there is no such pack in memory
}

// A host holds its own source to the contract in a test of a few lines.
func ExampleRun() {
	testSource := func(t *testing.T) { // TestSource in a file of its own
		sourcetest.Run(t, func(*testing.T) sourcetest.Harness {
			demo := fstest.MapFS{"pack.yaml": {Data: []byte("ref: demo")}, "run.sh": {Data: []byte("#!/bin/sh"), Mode: 0o755}}
			return sourcetest.Harness{
				Source:  sourcetest.NewMemory(map[string]fstest.MapFS{"demo": demo}), // yours
				Locator: source.Locator{Scheme: "memory", Location: "demo"},
				Want:    demo,
				Missing: source.Locator{Scheme: "memory", Location: "missing"},
			}
		})
	}
	fmt.Println(testSource != nil)
	// Output: true
}
