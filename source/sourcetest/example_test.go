package sourcetest_test

import (
	"context"
	"fmt"
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
	// resolve memory:other: there is no such pack in memory
}
