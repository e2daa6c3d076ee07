package source_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// A cupboard is a host's own source: packs that the program brings along.
type cupboard map[string]fstest.MapFS

func (c cupboard) Schemes() []string { return []string{"cupboard"} }

func (c cupboard) Resolve(_ context.Context, loc source.Locator) ([]pack.Pin, error) {
	if _, ok := c[loc.Location]; !ok {
		return nil, pack.Errorf(pack.CodeNotFound, "there is no pack %q in the cupboard", loc.Location)
	}
	return []pack.Pin{{Scheme: loc.Scheme, Location: loc.Location, Subdir: loc.Subdir}}, nil
}

func (c cupboard) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	content, ok := c[pin.Location]
	if !ok {
		return pack.Errorf(pack.CodeNotFound, "there is no pack %q in the cupboard", pin.Location)
	}
	return source.PutFS(ctx, dst, content)
}

// A host's own source beside others, from the spec to the files.
func Example() {
	packs := cupboard{"greet": {
		"pack.yaml":        {Data: []byte("ref: greet\nversion: 1.0.0\n")},
		"actions/hello.sh": {Data: []byte("#!/bin/sh\necho hello\n"), Mode: 0o755},
	}}
	mux, err := source.NewMux(packs)
	if err != nil {
		fmt.Println(err)
		return
	}
	scratch, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(scratch) }()

	for _, spec := range []string{"cupboard:greet", "cupboard:other", "github:org/repo"} {
		result, err := fetch(context.Background(), mux, spec, filepath.Join(scratch, "tree"))
		if err != nil {
			fmt.Println("error:", err)
			continue
		}
		fmt.Println(result.Files, "files,", result.Bytes, "bytes")
	}
	// Output:
	// 2 files, 47 bytes
	// error: there is no pack "other" in the cupboard
	// error: unknown scheme "git": have cupboard
}

// fetch brings the pack that spec names into dir.
func fetch(ctx context.Context, from source.Source, spec, dir string) (source.TreeResult, error) {
	loc, err := source.Parse(spec)
	if err != nil {
		return source.TreeResult{}, err
	}
	pins, err := from.Resolve(ctx, loc)
	if err != nil {
		return source.TreeResult{}, err
	}
	tree, err := source.NewTree(dir, &source.TreeOptions{StripTop: pins[0].StripTop, Subdir: pins[0].Subdir})
	if err != nil {
		return source.TreeResult{}, err
	}
	if err := from.Fetch(ctx, pins[0], tree); err != nil {
		return source.TreeResult{}, errors.Join(err, tree.Discard())
	}
	return tree.Finish()
}

func ExampleParse() {
	for _, spec := range []string{"slack@^2", "github:org/repo@v1.2.0//packs/slack", "https://example.com/slack.tar.gz", "./slack", "packs/slack"} {
		loc, err := source.Parse(spec)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%-8s %s\n", loc.Scheme, loc)
	}
	// Output:
	// registry slack@^2
	// git      git+https://github.com/org/repo.git//packs/slack#v1.2.0
	// https    archive+https://example.com/slack.tar.gz
	// local    ./slack
	// invalid spec: it could be a directory or a repository; write "./packs/slack" or "github:packs/slack" (at byte 5)
}

// The archives of hosting services have one directory at the top, which is not
// part of the pack.
func ExampleNewTree() {
	scratch, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	tree, err := source.NewTree(filepath.Join(scratch, "tree"), &source.TreeOptions{StripTop: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = tree.Discard() }()

	ctx := context.Background()
	e := source.Entry{Name: "repo-1.0.0/pack.yaml", Mode: 0o644, Size: -1}
	if err := tree.Put(ctx, e, strings.NewReader("ref: demo\n")); err != nil {
		fmt.Println(err)
		return
	}
	result, err := tree.Finish()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(filepath.Base(result.Dir), result.Files)

	hostile, err := source.NewTree(filepath.Join(scratch, "hostile"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = hostile.Discard() }()
	fmt.Println(hostile.Put(ctx, source.Entry{Name: "../../etc/cron.d/x"}, nil))
	// Output:
	// repo-1.0.0 1
	// entry "../../etc/cron.d/x": the name has a component that is ..
}

func ExampleNewMux() {
	mux, err := source.NewMux(cupboard{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = mux.Resolve(context.Background(), source.Locator{Scheme: "s4", Location: "//bucket/key"})
	fmt.Println(err)

	_, err = source.NewMux(cupboard{}, cupboard{})
	fmt.Println(err)
	// Output:
	// unknown scheme "s4": have cupboard
	// compose sources: number 2: scheme "cupboard" is already resolved by another source
}
