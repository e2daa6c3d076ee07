package main

import (
	"context"
	_ "embed"
	"errors"
	"os"
	"runtime"
	"sync"

	"github.com/packtrain/pack"
)

//go:embed index_builder.py
var indexBuilder string

// checksumDirectories is S5: the directory checksum of 100 packs.
func checksumDirectories() job {
	return job{
		id: "S5", name: "directory checksum of 100 packs", rival: "index builder in Python", goal: 0.25, floor: 0.19,
		prepare: func(_ context.Context, dir string) (sides, error) {
			packs, err := writePacks(dir)
			return sides{
				ours: timed(func(context.Context, string) error { return checksumAll(packs) }),
				rival: timed(func(ctx context.Context, _ string) error {
					return command(ctx, "python3", append([]string{"-c", indexBuilder}, packs...)...)
				}),
			}, err
		},
	}
}

func checksumAll(packs []string) error {
	return each(packs, func(dir string) error {
		_, err := pack.DirectoryChecksum(os.DirFS(dir))
		return err
	})
}

// each calls f for every path, as many at a time as there are processors.
func each(paths []string, f func(path string) error) error {
	errs := make([]error, len(paths))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var group sync.WaitGroup
	for i, path := range paths {
		slots <- struct{}{}
		group.Go(func() {
			errs[i] = f(path)
			<-slots
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
