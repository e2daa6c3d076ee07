package installer_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/internal/digest"
	"github.com/packtrain/pack/source"
)

// A world is a source of every scheme whose contents a test lays out: a spec
// resolves to the pins of its location, a pin delivers what lies at its
// location.
type world struct {
	pins  map[string][]pack.Pin // by location of the locator
	index map[string][]pack.Pin // by ref: versions, the highest last
	// content by location of the pin; broken says with which error fetching it
	// ends, after the content.
	content map[string]fstest.MapFS
	broken  map[string]error
	// onFetch is called before content is pushed.
	onFetch func(ctx context.Context, pin pack.Pin) error

	mu       sync.Mutex
	resolved []source.Locator
	fetched  []string
}

var _ source.Source = (*world)(nil)

func newWorld() *world {
	return &world{pins: map[string][]pack.Pin{}, index: map[string][]pack.Pin{}, content: map[string]fstest.MapFS{}, broken: map[string]error{}}
}

// add makes "test:<location>" a spec for a pack of the given files.
func (w *world) add(location string, files fstest.MapFS) { w.content[location] = files }

func (w *world) Schemes() []string {
	return []string{"test", source.SchemeRegistry, source.SchemeGit, source.SchemeHTTPS, source.SchemeLocal}
}

func (w *world) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	w.mu.Lock()
	w.resolved = append(w.resolved, loc)
	w.mu.Unlock()
	for _, pin := range slices.Backward(w.index[loc.Location]) {
		if loc.Constraint.Allows(pin.Version) {
			return []pack.Pin{pin}, ctx.Err()
		}
	}
	if pins, ok := w.pins[loc.Location]; ok {
		return pins, ctx.Err()
	}
	if _, ok := w.content[loc.Location]; !ok {
		return nil, pack.Errorf(pack.CodeNotFound, "nothing at %q", loc.Location)
	}
	return []pack.Pin{{Scheme: loc.Scheme, Location: loc.Location}}, ctx.Err()
}

func (w *world) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	w.mu.Lock()
	w.fetched = append(w.fetched, pin.Location)
	w.mu.Unlock()
	if w.onFetch != nil {
		if err := w.onFetch(ctx, pin); err != nil {
			return err
		}
	}
	if err := source.PutFS(ctx, dst, w.content[pin.Location]); err != nil {
		return err
	}
	return w.broken[pin.Location]
}

func (w *world) fetches() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(slices.Values(w.fetched))
}

// files returns a pack of one pack.yaml and more files (name, content, ...).
func files(id string, more ...string) fstest.MapFS {
	ref, version, _ := strings.Cut(id, "@")
	yaml := fmt.Sprintf("ref: %s\nversion: %s\nlabel: Test\ndescription: Test\n", ref, version)
	fsys := fstest.MapFS{pack.ManifestFile: file(yaml)}
	for i := 0; i < len(more); i += 2 {
		fsys[more[i]] = file(more[i+1])
	}
	return fsys
}

func file(content string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(content), Mode: 0o644} }

// below returns fsys moved into dir.
func below(dir string, fsys fstest.MapFS) fstest.MapFS {
	moved := fstest.MapFS{}
	for name, f := range fsys {
		moved[dir+"/"+name] = f
	}
	return moved
}

func newDownloader(t testing.TB, src source.Source) *installer.Downloader {
	t.Helper()
	d, err := installer.NewDownloader(installer.DownloadConfig{Source: src, Provided: []pack.Provided{{Ref: "core"}}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// download downloads into dest and checks what holds whatever happens: nothing
// but packs is left in dest.
func download(t testing.TB, src source.Source, req installer.DownloadRequest) (*installer.DownloadReport, error) {
	t.Helper()
	rep, err := newDownloader(t, src).Download(t.Context(), req)
	checkClean(t, req.Dest)
	return rep, err
}

func checkClean(t testing.TB, dest string) {
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

// read returns the files below dir, by name.
func read(t testing.TB, dir string) map[string]string {
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

func contents(fsys fstest.MapFS) map[string]string {
	want := map[string]string{}
	for name, f := range maps.All(fsys) {
		want[name] = string(f.Data)
	}
	return want
}

// slowSource waits before each entry.
type slowSource struct {
	*world
	pause time.Duration
}

func (s *slowSource) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	return s.world.Fetch(ctx, pin, slowSink{dst, s.pause})
}

type slowSink struct {
	source.Sink
	pause time.Duration
}

func (s slowSink) Put(ctx context.Context, e source.Entry, content io.Reader) error {
	time.Sleep(s.pause)
	return s.Sink.Put(ctx, e, content)
}

// checksumByString is the directory checksum as publishers compute it that sort
// the paths as whole strings.
func checksumByString(t testing.TB, fsys fstest.MapFS) pack.Digest {
	t.Helper()
	sum := digest.NewDirectory(strings.Compare)
	for _, name := range slices.Sorted(maps.Keys(fsys)) {
		data := fsys[name].Data
		if err := sum.Add(name, int64(len(data)), bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	return pack.Digest(sum.Sum())
}
