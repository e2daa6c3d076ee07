package main

import (
	"context"

	"github.com/packtrain/pack/source/localsource"
)

// copyDirectories is S4: copies of 100 packs from local directories, with their tree
// digests.
func copyDirectories() job {
	return job{
		id: "S4", name: "100 packs from local directories", rival: "cp -r, without a checksum", goal: 1.0, floor: 0.78,
		prepare: func(_ context.Context, dir string) (sides, error) {
			packs, err := writePacks(dir)
			return sides{
				ours: timed(func(ctx context.Context, fresh string) error { return copyAll(ctx, packs, fresh) }),
				rival: timed(func(ctx context.Context, fresh string) error {
					return command(ctx, "cp", append(append([]string{"-r"}, packs...), fresh)...)
				}),
			}, err
		},
	}
}

func copyAll(ctx context.Context, packs []string, dest string) error {
	local, err := localsource.New(localsource.Options{AllowAll: true})
	if err != nil {
		return err
	}
	return downloadFrom(ctx, local, packs, dest)
}
