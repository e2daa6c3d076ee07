package gettersource_test

import (
	"fmt"

	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/gettersource"
)

// A source for specs that begin with "getter:". Programs and paths are not to be
// reached through it.
func ExampleNew() {
	getter, err := gettersource.New(gettersource.Config{
		Scratch:  "/var/lib/host/scratch",
		Archives: archivesource.NewUnpacker(nil),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	sources, err := source.NewMux(getter)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sources.Schemes())
	// Output: [getter]
}
