package registry_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack/registry/registrytest"
)

// newSubject returns a Store, and the packs of the world on disk.
func newSubject(t testing.TB, w registrytest.World) registrytest.Subject {
	t.Helper()
	r, dir := newRoot(t), t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for name, files := range w.Packs {
		if err := os.CopyFS(path(name), files); err != nil {
			t.Fatal(err)
		}
	}
	c := r.config()
	c.Provided, c.PlatformVersion = w.Provided, w.PlatformVersion
	s := r.openWith(t, c)
	return registrytest.Subject{Registrar: s, Catalog: s, Path: path}
}

func TestStoreIsARegistrar(t *testing.T) {
	t.Parallel()
	registrytest.RunRegistrar(t, newSubject)
}

func TestStoreIsACatalog(t *testing.T) {
	t.Parallel()
	registrytest.RunCatalog(t, newSubject)
}
