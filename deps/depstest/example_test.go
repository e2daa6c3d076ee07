package depstest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/depstest"
)

// A universe answers as an index and a store do: log is available in two versions
// and is not installed, tool is.
func ExampleNewUniverse() {
	u, err := depstest.NewUniverse("log@1.4.0:", "log@1.5.0:", "installed tool@1.0.0")
	if err != nil {
		fmt.Println(err)
		return
	}
	candidates, err := u.Candidates(context.Background(), pack.Want{Ref: "log"})
	for _, c := range candidates {
		fmt.Println(c.ID)
	}
	fmt.Println(err)
	installed, err := u.Installed(context.Background())
	for _, p := range installed {
		fmt.Println("installed", p.ID)
	}
	fmt.Println(err)
	_, err = u.Candidates(context.Background(), pack.Want{Ref: "web"})
	fmt.Println(errors.Is(err, pack.ErrNotFound))
	// Unordered output:
	// log@1.4.0
	// log@1.5.0
	// <nil>
	// installed tool@1.0.0
	// <nil>
	// true
}
