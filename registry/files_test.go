package registry_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/registrytest"
)

func openFiles(t testing.TB, dir string) *registry.Files {
	t.Helper()
	f, err := registry.OpenFiles(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFiles(t *testing.T) {
	t.Parallel()
	registrytest.Run(t, func(t testing.TB) registry.Records {
		t.Helper()
		return openFiles(t, t.TempDir())
	})
}

func TestSharedFiles(t *testing.T) {
	t.Parallel()
	registrytest.RunShared(t, func(t testing.TB) registrytest.Opener {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "records")
		return func(t testing.TB) (registry.Records, error) {
			t.Helper()
			return registry.OpenFiles(t.Context(), dir)
		}
	})
}

// twoDoors writes and reads through two values on one directory, as two
// processes would.
type twoDoors struct {
	registry.Writer
	registry.PackReader
	registry.ContentReader
	registry.Binder
	registry.Feed
	configs
}

// configs sets configurations through one value and reads them through the other.
type configs struct{ in, out *registry.Files }

func (c configs) Configuration(ctx context.Context, ref pack.Ref) (registry.Configuration, error) {
	return c.out.Configuration(ctx, ref)
}

func (c configs) Evidence(ctx context.Context, ref pack.Ref) ([]registry.TestResult, error) {
	return c.out.Evidence(ctx, ref)
}

func (c configs) AddEvidence(ctx context.Context, result registry.TestResult) error {
	return c.in.AddEvidence(ctx, result)
}

func (c configs) SetConfiguration(ctx context.Context, ref pack.Ref, expect string, next registry.Configuration) error {
	return c.in.SetConfiguration(ctx, ref, expect, next)
}

func TestFilesThroughTwoDoors(t *testing.T) {
	t.Parallel()
	registrytest.Run(t, func(t testing.TB) registry.Records {
		t.Helper()
		dir := t.TempDir()
		in, out := openFiles(t, dir), openFiles(t, dir)
		return twoDoors{in, out, out, out, out, configs{in, out}}
	})
}

// TestFilesCompacted compacts after every change.
func TestFilesCompacted(t *testing.T) {
	t.Parallel()
	registrytest.Run(t, func(t testing.TB) registry.Records {
		t.Helper()
		dir := t.TempDir()
		in, out := openFiles(t, dir), openFiles(t, dir)
		in.CompactAt(-1)
		return twoDoors{in, out, out, out, out, configs{in, out}}
	})
}
