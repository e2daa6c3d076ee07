package index_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/registrysource/index"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// demo is a pack with a component of each listed kind.
func demo(version string) fstest.MapFS {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text), Mode: 0o644} }
	return fstest.MapFS{
		"pack.yaml": file("ref: demo\nlabel: Demo <3\nversion: " + version + "\nauthor: A\nlicense: MIT\ntags: [x]\nruntime_deps: [\"python>=3.9\"]\n" +
			"dependencies:\n  packs: [\"base@^1\"]\n  attune_version: \">=2\"\n"),
		"actions/post.yaml":        file("ref: demo.post\nlabel: Post\ndescription: Posts.\nrunner_type: shell\nentry_point: post.sh\n"),
		"actions/post.sh":          {Data: []byte("#!/bin/sh\n"), Mode: 0o755},
		"actions/flow.yaml":        file("ref: demo.flow\nlabel: Flow\nworkflow_file: workflows/f.yaml\n"),
		"actions/workflows/f.yaml": file("tasks: []\n"),
	}
}

func load(t testing.TB, fsys fstest.MapFS) *pack.Pack {
	t.Helper()
	p, err := pack.Load(fsys, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func entry(t testing.TB, version, content string) index.Entry {
	t.Helper()
	return index.NewEntry(load(t, demo(version)), index.ArchiveSource("demo-"+version+".tar.gz", []byte(content)))
}

// TestPublish: what is published is found, with its checksum, dependencies and contents.
func TestPublish(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "index.json")
	err := index.Update(t.Context(), path, now, func(d *index.Document) error {
		d.Name = "Ours"
		return errors.Join(d.Add(entry(t, "1.0.0", "one")), d.Add(entry(t, "1.1.0", "two")), d.Add(entry(t, "1.0.0", "one")))
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := registrysource.New(registrysource.Config{Indices: []registrysource.Index{{URL: path}}})
	if err != nil {
		t.Fatal(err)
	}
	status := s.Status(t.Context())[0]
	if status.Err != nil || len(status.Problems) != 0 || !status.Updated.Equal(now) || status.Packs != 1 {
		t.Errorf("got %+v", status)
	}
	found, err := s.Candidates(t.Context(), pack.Want{Ref: "demo"})
	if err != nil || len(found) != 2 || found[0].Version.String() != "1.1.0" || found[0].Dependencies[0].String() != "base@^1" || found[0].Platform.String() != ">=2" {
		t.Fatalf("got %+v, %v", found, err)
	}
	want := index.ArchiveSource("", []byte("two")).Checksum
	if pin := found[0].Pins[0]; pin.ArchiveDigest != want || pin.Location != filepath.Join(filepath.Dir(path), "demo-1.1.0.tar.gz") {
		t.Errorf("got %+v", pin)
	}
	matches, err := s.Search(t.Context(), "flow")
	if err != nil || len(matches) != 1 || matches[0].Label != "Demo <3" {
		t.Errorf("got %+v, %v", matches, err)
	}
	data, err := os.ReadFile(path)
	for _, text := range []string{`"label": "Demo <3"`, `"runtime_deps": [`, `"python>=3.9"`, `"workflows": [`, `"registry_name": "Ours"`} {
		if !strings.Contains(string(data), text) || err != nil {
			t.Errorf("%s is not in %s, %v", text, data, err)
		}
	}
}

// TestPublishedVersionsStay: another content of a version is refused unless it replaces
// the first on purpose, and nothing is written.
func TestPublishedVersionsStay(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "index.json")
	update := func(change func(*index.Document) error) error { return index.Update(t.Context(), path, now, change) }
	if err := update(func(d *index.Document) error { return d.Add(entry(t, "1.0.0", "one")) }); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	err = update(func(d *index.Document) error { return d.Add(entry(t, "1.0.0", "other")) })
	if pack.CodeOf(err) != pack.CodeConflict {
		t.Errorf("got %v", err)
	}
	err = update(func(d *index.Document) error { return d.Remove("other", pack.Version{}) })
	if !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if err = update(func(d *index.Document) error { return d.Add(index.Entry{Ref: "x"}) }); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("got %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("got %s, %v", after, err)
	}
	if err := update(func(d *index.Document) error { return d.Replace(entry(t, "1.0.0", "other")) }); err != nil {
		t.Error(err)
	}
	if err := update(func(d *index.Document) error { return d.Remove("demo", version(t, "1.0.0")) }); err != nil {
		t.Error(err)
	}
}

func version(t testing.TB, text string) pack.Version {
	t.Helper()
	v, err := pack.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestOthersStay: entries and members that the package does not know are kept, in
// entries that are not changed to the byte.
func TestOthersStay(t *testing.T) {
	t.Parallel()
	text := `{"version": "1.0", "registry_name": "N", "signed_by": {"key": 1e2}, "packs": [
		{"ref": "a", "version": "2.0.0", "odd": 1.50}, {"no": "ref"}, {"ref": "demo", "version": "0.9.0"}], "last_updated": "soon"}`
	d, err := index.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Add(entry(t, "1.0.0", "one")); err != nil {
		t.Fatal(err)
	}
	got := string(d.Bytes())
	for _, want := range []string{`"odd": 1.50`, `"no": "ref"`, `"key": 1e2`, `"registry_name": "N"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	var ids []string
	for _, id := range d.IDs() {
		ids = append(ids, id.String())
	}
	if diff := cmp.Diff([]string{"a@2.0.0", "demo@1.0.0", "demo@0.9.0"}, ids); diff != "" {
		t.Error(diff)
	}
	again, err := index.Parse([]byte(got))
	if err != nil || string(again.Bytes()) != got {
		t.Errorf("%v: written again it is\n%s", err, again.Bytes())
	}
}

// TestConcurrentUpdates loses none, and readers never find half a document.
func TestConcurrentUpdates(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "index.json")
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			e := entry(t, "1.0.0", "x")
			e.Ref = pack.Ref(fmt.Sprintf("p%d", i))
			if err := index.Update(t.Context(), path, now, func(d *index.Document) error { return d.Add(e) }); err != nil {
				t.Error(err)
			}
			if data, err := os.ReadFile(path); err != nil {
				t.Error(err)
			} else if _, err := index.Parse(data); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	data, err := os.ReadFile(path)
	d, parseErr := index.Parse(data)
	if err != nil || parseErr != nil || len(d.IDs()) != 16 {
		t.Errorf("got %s, %v, %v", data, err, parseErr)
	}
	if left, err := filepath.Glob(path + ".*"); err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
}

// TestArchive: the bytes depend on names, contents and executable bits alone.
func TestArchive(t *testing.T) {
	t.Parallel()
	write := func(umask os.FileMode, at time.Time, names ...string) []byte {
		dir := t.TempDir()
		for _, name := range names {
			path := filepath.Join(dir, filepath.FromSlash(name))
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(name), 0o755&^umask), os.Chtimes(path, at, at)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.MkdirAll(filepath.Join(dir, at.Format("empty-2006")), 0o700); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := index.Archive(&b, os.DirFS(dir), "demo-1.0.0"); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	long := strings.Repeat("d/", 80) + "ünïcode"
	first := write(0, now, "b", "a/x", "a-b", long)
	if again := write(0o066, now.Add(time.Hour), long, "a-b", "a/x", "b"); !bytes.Equal(first, again) {
		t.Error("the bytes differ by times, modes or the order of creation")
	}
	if other := write(0o111, now, "b", "a/x", "a-b", long); bytes.Equal(first, other) {
		t.Error("the executable bit is lost")
	}
	z, err := gzip.NewReader(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
	}
	if diff := cmp.Diff([]string{"demo-1.0.0/a/x", "demo-1.0.0/a-b", "demo-1.0.0/b", "demo-1.0.0/" + long}, names); diff != "" {
		t.Error(diff)
	}
	dir := t.TempDir()
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := index.Archive(io.Discard, os.DirFS(dir), "x"); pack.CodeOf(err) != pack.CodeForbiddenEntry {
		t.Errorf("a link: got %v", err)
	}
	for _, top := range []string{"", ".", "..", "a/b", "/a"} {
		if err := index.Archive(io.Discard, demo("1.0.0"), top); pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("top %q: got %v", top, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"version":"1.0","packs":[{"ref":"a","version":"1.0.0"}],"x":[1]}`))
	f.Add([]byte(`{"version":"1.0","packs":[],"last_updated":"2026-01-01T00:00:00+01:00"}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := index.Parse(data)
		if err != nil {
			if pack.CodeOf(err) == "" {
				t.Errorf("error without a code: %v", err)
			}
			return
		}
		text := d.Bytes()
		again, err := index.Parse(text)
		if err != nil || !bytes.Equal(again.Bytes(), text) || len(again.IDs()) != len(d.IDs()) {
			t.Errorf("%q becomes %q, %v", data, text, err)
		}
	})
}

func ExampleUpdate() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "index.json")
	loaded, err := pack.Load(demo("1.0.0"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	var archive bytes.Buffer
	if err := index.Archive(&archive, demo("1.0.0"), "demo-1.0.0"); err != nil {
		fmt.Println(err)
		return
	}
	entry := index.NewEntry(loaded, index.ArchiveSource("demo-1.0.0.tar.gz", archive.Bytes()))
	err = index.Update(context.Background(), path, time.Now(), func(d *index.Document) error { return d.Add(entry) })
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := registrysource.New(registrysource.Config{Indices: []registrysource.Index{{URL: path}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	loc, err := source.Parse("demo@^1")
	if err != nil {
		fmt.Println(err)
		return
	}
	pins, err := s.Resolve(context.Background(), loc)
	fmt.Println(len(pins), pins[0].Version, err)
	// Output: 1 1.0.0 <nil>
}
