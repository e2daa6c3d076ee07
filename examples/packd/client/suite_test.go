//go:build unix

package client_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/registrytest"
)

// A registrar is a packd that stands in for the stage, by operations.
type registrar struct{ *client.Client }

func (r registrar) Register(ctx context.Context, req registry.Request) (*registry.Report, error) {
	return r.Background(req.OnEvent).Register(ctx, wire.NewRegisterRequest(req))
}

// newSubject returns a client of a packd of its own.
func newSubject(tb testing.TB, w registrytest.World) registrytest.Subject {
	tb.Helper()
	t, ok := tb.(*testing.T)
	if !ok {
		tb.Fatal("want a test")
	}
	p, url := startPackd(t)
	p.provided, p.platform = w.Provided, w.PlatformVersion
	path := func(name string) string { return filepath.Join(p.packs, name) }
	for name, files := range w.Packs {
		if err := os.CopyFS(path(name), files); err != nil {
			t.Fatal(err)
		}
	}
	s := p.open(t)
	t.Cleanup(func() { p.close(t, s) })
	c := newClient(t, client.Config{URL: url})
	return registrytest.Subject{Registrar: registrar{c}, Catalog: c, Path: path}
}

func TestPackdIsARegistrar(t *testing.T) {
	t.Parallel()
	registrytest.RunRegistrar(t, newSubject)
}

func TestPackdIsACatalog(t *testing.T) {
	t.Parallel()
	registrytest.RunCatalog(t, newSubject)
}
