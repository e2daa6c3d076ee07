// A host that only loads packs from directories.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/localsource"
)

func main() {
	if err := receive(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func receive(ctx context.Context, spec, dir string) error {
	local, err := localsource.New(localsource.Options{AllowAll: true})
	if err != nil {
		return err
	}
	mux, err := source.NewMux(local)
	if err != nil {
		return err
	}
	loc, err := source.Parse(spec)
	if err != nil {
		return err
	}
	pins, err := mux.Resolve(ctx, loc)
	if err != nil {
		return err
	}
	tree, err := source.NewTree(dir, &source.TreeOptions{Subdir: pins[0].Subdir, DirectoryChecksum: true})
	if err != nil {
		return err
	}
	if err := mux.Fetch(ctx, pins[0], tree); err != nil {
		return tree.Discard()
	}
	result, err := tree.Finish()
	if err != nil {
		return err
	}
	p, err := pack.Load(os.DirFS(result.Dir), nil)
	fmt.Println(p.Manifest.ID(), p.Count(), p.Findings, result.TreeDigest)
	return err
}
