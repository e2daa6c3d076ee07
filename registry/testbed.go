package registry

import (
	"context"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// A testBed is where the tests of a pack run. They may write to it; it is dropped after
// them.
type testBed struct {
	content string // a copy of the staged content, with the links to environments beside it
	scratch string
	close   func()
}

// makeTestBed copies the staged content.
func (r *request) makeTestBed(ctx context.Context, it *item) (*testBed, error) {
	dir, err := r.scratch(ctx)
	if err != nil {
		return nil, err
	}
	scratch, err := r.scratch(ctx)
	if err != nil {
		return nil, err
	}
	bed := &testBed{content: filepath.Join(dir, generations.ContentName), scratch: scratch}
	bed.close = func() {
		r.staging.Discard(dir)
		r.staging.Discard(scratch)
	}
	if err := r.fill(dir, bed, it); err != nil {
		bed.close()
		return nil, err
	}
	return bed, nil
}

func (r *request) fill(dir string, bed *testBed, it *item) error {
	if err := os.CopyFS(bed.content, os.DirFS(it.content)); err != nil {
		return pack.Errorf(pack.CodeIO, "copy pack for its tests: %w", err)
	}
	return r.store.disk.Link(dir, r.store.disk.LinksTo(it.envs))
}
