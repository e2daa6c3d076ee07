package registrytest

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// newFake returns a Fake of the packs of the world.
func newFake(_ testing.TB, w World) Subject {
	fake := &Fake{
		Packs: map[string]fs.FS{}, Provided: w.Provided, PlatformVersion: w.PlatformVersion,
		Broken: map[pack.Ref]error{FailingTests: pack.Errorf(pack.CodeTestsFailed, "1 of 1 tests failed")},
	}
	path := func(name string) string { return filepath.Join("/packs", name) }
	for name, files := range w.Packs {
		fake.Packs[path(name)] = files
	}
	return Subject{Registrar: fake, Catalog: fake, Path: path}
}

func TestFakeIsARegistrar(t *testing.T) {
	t.Parallel()
	RunRegistrar(t, newFake)
}

func TestFakeIsACatalog(t *testing.T) {
	t.Parallel()
	RunCatalog(t, newFake)
}

// TestFakeWithoutPacks: every path is that of a pack, and failures are programmed.
func TestFakeWithoutPacks(t *testing.T) {
	t.Parallel()
	busy := pack.NewFailure(0, "", "", pack.StageStorage, pack.ErrBusy)
	fake := &Fake{Broken: map[pack.Ref]error{"full": pack.Errorf(pack.CodeIO, "disk is full"), "busy": &busy, "wrong": pack.ErrTests}}
	req := registry.Request{Paths: []string{"/p/full", "/p/good", "/p/busy", "/p/wrong", "/p/Bad", "relative"}}
	report, err := fake.Register(t.Context(), req)
	want := []string{
		"good 1.0.0", "full: registration io_error", "busy: storage ", "wrong: tests ", ": load invalid_ref", ": load invalid_request",
	}
	if diff := cmp.Diff(want, outcome(report)); diff != "" {
		t.Errorf("-want +got:\n%s\n%v", diff, err)
	}
	if diff := cmp.Diff([]registry.Request{req}, fake.Requests()); diff != "" {
		t.Errorf("requests: -want +got:\n%s", diff)
	}
}

// TestFakeTakesContents: their files, or what was loaded of them, count.
func TestFakeTakesContents(t *testing.T) {
	t.Parallel()
	files := sample("demo", "1.2.0", "", "run")
	loaded, err := pack.Load(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	other := pack.Digest("sha256:" + strings.Repeat("0", 64))
	for want, c := range map[string]*pack.Content{
		"demo 1.2.0":                 {Dir: "/a", FS: files},
		"demo 1.2.0 ":                {Dir: "/a", Pack: loaded, ID: loaded.Manifest.ID()},
		"demo 1.2.0  ":               {Dir: "/a", ID: loaded.Manifest.ID(), TreeDigest: other},
		"demo: load content_changed": {Dir: "/a", FS: files, TreeDigest: other},
		": load not_found":           {Dir: "/a"},
	} {
		fake := &Fake{}
		if strings.Contains(want, "not_found") {
			fake.Packs = map[string]fs.FS{}
		}
		report, err := fake.Register(t.Context(), registry.Request{Contents: []*pack.Content{c}})
		if diff := cmp.Diff([]string{strings.TrimSpace(want)}, outcome(report)); diff != "" {
			t.Errorf("-want +got:\n%s\n%v", diff, err)
		}
	}
}

func TestFakeIsScripted(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong")
	fake := &Fake{
		OnRegister: func(context.Context, registry.Request) (*registry.Report, error) { return nil, wrong },
		OnList:     func(context.Context) ([]registry.ActivePack, error) { return nil, wrong },
		OnShow:     func(context.Context, pack.Ref) (*registry.PackDetails, error) { return nil, wrong },
	}
	_, err := fake.Register(t.Context(), registry.Request{})
	_, err2 := fake.List(t.Context())
	_, err3 := fake.Show(t.Context(), "demo")
	for _, err := range []error{err, err2, err3} {
		if !errors.Is(err, wrong) {
			t.Errorf("got %v", err)
		}
	}
	if len(fake.Requests()) != 1 {
		t.Errorf("got requests %v", fake.Requests())
	}
}
