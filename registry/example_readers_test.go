package registry_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack/registry"
)

// withStore calls fn with an empty store and a function that registers a version of
// pack greeter.
func withStore(fn func(store *registry.Store, register func(ctx context.Context, version string) error) error) {
	dir, err := os.MkdirTemp("", "registry")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	store, err := registry.Open(context.Background(), registry.Config{Root: filepath.Join(dir, "root"), Records: registry.NewMemory()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = store.Close() }()
	err = fn(store, func(ctx context.Context, version string) error {
		source := filepath.Join(dir, version)
		if err := writeExample(source, version); err != nil {
			return err
		}
		_, err := store.Register(ctx, registry.Request{Paths: []string{source}, Replace: registry.ReplaceUpgrade})
		return err
	})
	if err != nil {
		fmt.Println(err)
	}
}

// The files of a snapshot remain until its release, also when the pack is removed.
func ExampleStore_Snapshot() {
	withStore(func(store *registry.Store, register func(context.Context, string) error) error {
		ctx := context.Background()
		if err := register(ctx, "1.0.0"); err != nil {
			return err
		}
		snap, err := store.Snapshot(ctx, "greeter")
		if err != nil {
			return err
		}
		defer snap.Release()
		if err := store.Remove(ctx, "greeter", nil); err != nil {
			return err
		}
		for _, p := range snap.Packs {
			script, err := os.ReadFile(filepath.Join(p.Dir, "actions", "greet.sh"))
			if err != nil {
				return err
			}
			fmt.Printf("%s %s: %q\n", p.Ref, p.Active.Version, script)
		}
		return nil
	})
	// Output: greeter 1.0.0: "#!/bin/sh\necho Hello from 1.0.0\n"
}

// A host that keeps packs in memory reloads those that changed, also by other processes.
func ExampleStore_Changes() {
	withStore(func(store *registry.Store, register func(context.Context, string) error) error {
		ctx := registry.WithActor(context.Background(), "ann")
		position := int64(registry.SinceNow)
		reload := func() error {
			batch, err := store.Changes(ctx, position)
			if missed, ok := errors.AsType[*registry.FeedError](err); ok {
				position = missed.Next // and reload all packs
				return nil
			}
			position = batch.Next
			for _, change := range batch.Changes {
				for _, p := range change.Packs {
					fmt.Printf("%s: %s from %q to %q\n", change.Actor, p.Ref, p.From.Version, p.To.Version)
				}
			}
			return err
		}
		return errors.Join(
			reload(),
			register(ctx, "1.0.0"), register(ctx, "1.1.0"), reload(),
			store.Remove(ctx, "greeter", nil), reload(),
		)
	})
	// Output:
	// ann: greeter from "" to "1.0.0"
	// ann: greeter from "1.0.0" to "1.1.0"
	// ann: greeter from "1.1.0" to ""
}
