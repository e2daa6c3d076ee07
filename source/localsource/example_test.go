package localsource_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/localsource"
)

func ExampleNew() {
	if err := run(); err != nil {
		fmt.Println(err)
	}
	// Output: 1 file in demo, with a digest of 71 characters
}

func run() error {
	scratch, err := os.MkdirTemp("", "example")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	packs := filepath.Join(scratch, "packs")
	if err := os.MkdirAll(filepath.Join(packs, "demo"), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(packs, "demo", "pack.yaml"), []byte("ref: demo\n"), 0o600); err != nil {
		return err
	}

	src, err := localsource.New(localsource.Options{Roots: []string{packs}, Base: packs})
	if err != nil {
		return err
	}
	loc, err := source.Parse("./demo")
	if err != nil {
		return err
	}
	pins, err := src.Resolve(context.Background(), loc)
	if err != nil {
		return err
	}
	tree, err := source.NewTree(filepath.Join(scratch, "tree"), nil)
	if err != nil {
		return err
	}
	if err := src.Fetch(context.Background(), pins[0], tree); err != nil {
		return err
	}
	result, err := tree.Finish()
	if err != nil {
		return err
	}
	fmt.Printf("%d file in %s, with a digest of %d characters\n", result.Files, filepath.Base(pins[0].Location), len(result.TreeDigest))
	return nil
}
