// Package worldtest is a source that a test lays out, and packs to put into it.
package worldtest

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// A World is a source for every scheme whose content a test provides: a spec
// resolves to the pins of its location, and a pin delivers the content of its
// location.
type World struct {
	Pins  map[string][]pack.Pin // by location of the locator
	Index map[string][]pack.Pin // by ref: versions, the highest last
	// content by location of the pin; broken says with which error fetching it
	// ends, after the content.
	Content map[string]fstest.MapFS
	Broken  map[string]error
	// onFetch is called before content is pushed.
	OnFetch func(ctx context.Context, pin pack.Pin) error

	// Mu guards what follows, and what OnFetch changes.
	Mu       sync.Mutex
	Resolved []source.Locator
	Fetched  []string
}

var _ source.Source = (*World)(nil)

// New returns a World without content.
func New() *World {
	return &World{Pins: map[string][]pack.Pin{}, Index: map[string][]pack.Pin{}, Content: map[string]fstest.MapFS{}, Broken: map[string]error{}}
}

// Add makes "test:<location>" a spec for a pack of the given files.
func (w *World) Add(location string, files fstest.MapFS) { w.Content[location] = files }

// Schemes implements [source.Source].
func (w *World) Schemes() []string {
	return []string{"test", source.SchemeRegistry, source.SchemeGit, source.SchemeHTTPS, source.SchemeLocal}
}

// Resolve implements [source.Source].
func (w *World) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	w.Mu.Lock()
	w.Resolved = append(w.Resolved, loc)
	w.Mu.Unlock()
	for _, pin := range slices.Backward(w.Index[loc.Location]) {
		if loc.Constraint.Allows(pin.Version) {
			return []pack.Pin{pin}, ctx.Err()
		}
	}
	if pins, ok := w.Pins[loc.Location]; ok {
		return pins, ctx.Err()
	}
	if _, ok := w.Content[loc.Location]; !ok {
		return nil, pack.Errorf(pack.CodeNotFound, "nothing at %q", loc.Location)
	}
	return []pack.Pin{{Scheme: loc.Scheme, Location: loc.Location}}, ctx.Err()
}

// Fetch implements [source.Source].
func (w *World) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	w.Mu.Lock()
	w.Fetched = append(w.Fetched, pin.Location)
	w.Mu.Unlock()
	if w.OnFetch != nil {
		if err := w.OnFetch(ctx, pin); err != nil {
			return err
		}
	}
	if err := source.PutFS(ctx, dst, w.Content[pin.Location]); err != nil {
		return err
	}
	return w.Broken[pin.Location]
}

// Fetches returns the locations that were fetched, sorted.
func (w *World) Fetches() []string {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return slices.Sorted(slices.Values(w.Fetched))
}

// Files returns a pack of one pack.yaml and more files (name, content, ...).
func Files(id string, more ...string) fstest.MapFS {
	ref, version, _ := strings.Cut(id, "@")
	yaml := fmt.Sprintf("ref: %s\nversion: %s\nlabel: Test\ndescription: Test\n", ref, version)
	fsys := fstest.MapFS{pack.ManifestFile: File(yaml)}
	for i := 0; i < len(more); i += 2 {
		fsys[more[i]] = File(more[i+1])
	}
	return fsys
}

// File returns a file that is not executable.
func File(content string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(content), Mode: 0o644} }

// Below returns fsys moved into dir.
func Below(dir string, fsys fstest.MapFS) fstest.MapFS {
	moved := fstest.MapFS{}
	for name, f := range fsys {
		moved[dir+"/"+name] = f
	}
	return moved
}

// CheckClean checks that nothing but packs lies in dest.
func CheckClean(t testing.TB, dest string) {
	t.Helper()
	entries, err := os.ReadDir(dest)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, err := pack.ParseRef(e.Name()); err != nil {
			t.Errorf("%q was left in the destination", e.Name())
		}
	}
}

// Read returns the files below dir, by name.
func Read(t testing.TB, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		got[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Contents returns the files of fsys, by name, as [Read] does.
func Contents(fsys fstest.MapFS) map[string]string {
	want := map[string]string{}
	for name, f := range maps.All(fsys) {
		want[name] = string(f.Data)
	}
	return want
}
