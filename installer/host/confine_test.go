//go:build unix

package host_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
)

// TestStagesAreConfined calls every stage with a pack in an allowed root, and with
// one outside that a link in the root points to.
func TestStagesAreConfined(t *testing.T) {
	t.Parallel()
	dir, roots := rooted(t)
	manifest := []byte("ref: demo\nversion: 1.0.0\nlabel: Demo\ndescription: A pack.\n")
	inside, outside := filepath.Join(dir, "allowed/pack"), filepath.Join(dir, "allowed/relative")
	for _, pack := range []string{inside, outside} {
		if err := os.WriteFile(filepath.Join(pack, "pack.yaml"), manifest, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	h, err := host.Open(t.Context(), host.Config{Root: filepath.Join(dir, "root"), SearchPath: []string{dir}, Confine: roots})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	for name, stage := range map[string]func(ctx context.Context, path string) error{
		"download": func(ctx context.Context, path string) error {
			_, err := h.Installer.Download(ctx, installer.DownloadRequest{Specs: []string{path}, Dest: filepath.Join(dir, "dest")})
			return err
		},
		"analyse": func(ctx context.Context, path string) error {
			_, err := h.Analyzer.Analyze(ctx, deps.Request{Paths: []string{path}})
			return err
		},
		"build": func(ctx context.Context, path string) error {
			_, err := h.Builder.Build(ctx, envbuild.Request{Paths: []string{path}})
			return err
		},
		"register": func(ctx context.Context, path string) error {
			_, err := h.Store.Register(ctx, registry.Request{Paths: []string{path}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := stage(t.Context(), inside); err != nil {
				t.Errorf("inside: %v", err)
			}
			if err := stage(t.Context(), outside); !errors.Is(err, pack.ErrPolicy) {
				t.Errorf("outside: got %v", err)
			}
		})
	}
}

// TestRootIsNotASource checks that packs in the root of the host, or in a parent of
// it, cannot be installed.
func TestRootIsNotASource(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h, err := host.Open(t.Context(), host.Config{Root: filepath.Join(dir, "root"), SearchPath: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	for _, path := range []string{dir, filepath.Join(dir, "root"), filepath.Join(dir, "root", "packs")} {
		_, err := h.Installer.Download(t.Context(), installer.DownloadRequest{Specs: []string{path}, Dest: filepath.Join(t.TempDir(), "dest")})
		if !errors.Is(err, pack.ErrPolicy) {
			t.Errorf("%s: got %v", path, err)
		}
	}
}
