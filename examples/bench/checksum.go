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
				ours: func(context.Context, string) error { return checksumAll(packs) },
				rival: func(ctx context.Context, _ string) error {
					return command(ctx, "python3", append([]string{"-c", indexBuilder}, packs...)...)
				},
			}, err
		},
	}
}

// checksumAll processes as many packs at a time as there are processors.
func checksumAll(packs []string) error {
	errs := make([]error, len(packs))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var group sync.WaitGroup
	for i, dir := range packs {
		slots <- struct{}{}
		group.Go(func() {
			_, errs[i] = pack.DirectoryChecksum(os.DirFS(dir))
			<-slots
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
