package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack/examples/internal/samples"
)

// serveWorld serves the sample packs at the address of the previous run if it is
// free, so that the installed packs have the same origin.
func serveWorld(ctx context.Context, dir string) (*samples.World, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "address")
	last, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if addr := strings.TrimSpace(string(last)); addr != "" {
		if world, err := samples.Serve(ctx, dir, addr); err == nil {
			return world, nil
		}
	}
	world, err := samples.Serve(ctx, dir, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return world, os.WriteFile(file, []byte(world.Addr()+"\n"), 0o644)
}
