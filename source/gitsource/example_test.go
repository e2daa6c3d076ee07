package gitsource_test

import (
	"context"
	"fmt"

	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/gitsource"
)

// A full commit ID is pinned without contacting a server.
func ExampleNew() {
	git, err := gitsource.New(nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	loc, err := source.Parse("https://git.example.com/packs.git@3f786850e387550fdab836ed7e6dc881de23001b//slack")
	if err != nil {
		fmt.Println(err)
		return
	}
	pins, err := git.Resolve(context.Background(), loc)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pins[0].Scheme, pins[0].Location)
	fmt.Println(pins[0].Commit, pins[0].Subdir)
	// Output:
	// git https://git.example.com/packs.git
	// 3f786850e387550fdab836ed7e6dc881de23001b slack
}
