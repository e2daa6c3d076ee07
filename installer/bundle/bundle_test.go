package bundle_test

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/bundle"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

func demo() fstest.MapFS {
	return fstest.MapFS{
		"pack.yaml":    {Data: []byte("ref: demo\nversion: 1.0.0\n")},
		"actions/a.sh": {Data: []byte("#!/bin/sh\n"), Mode: 0o755},
		"etc/" + strings.Repeat("long/", 40) + "x": {Data: []byte("x")},
	}
}

// packItem returns a pack of files, and its pin.
func packItem(t *testing.T, files fs.FS, pins ...pack.Pin) bundle.Item {
	t.Helper()
	tree, err := pack.TreeDigest(files)
	if err != nil {
		t.Fatal(err)
	}
	version, err := pack.ParseVersion("1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	id := pack.ID{Ref: "demo", Version: version}
	return bundle.Item{Entry: bundle.PackEntry(id, tree, pins), Write: func(ctx context.Context, w io.Writer) error {
		return bundle.WriteTree(ctx, w, files)
	}}
}

// items are one of each kind.
func items(t *testing.T) []bundle.Item {
	t.Helper()
	return []bundle.Item{
		packItem(t, demo(), pack.Pin{Scheme: sourcetest.SchemeMemory, Location: "demo", Commit: commit}),
		bundle.DataItem(bundle.Entry{Kind: bundle.KindPython, Name: "kit-1.0-py3-none-any.whl"}, []byte("a wheel")),
		bundle.DataItem(bundle.Entry{Kind: bundle.KindNode, Name: "@s/web@1.0.0", Integrity: integrity("a tarball")}, []byte("a tarball")),
		bundle.DataItem(bundle.Entry{Kind: bundle.KindLock, Name: "packs.lock"}, []byte("packs.lock 1\n")),
		bundle.DataItem(bundle.Entry{Kind: bundle.KindIndex, Name: "std", Location: "https://packs.example/index.json"}, []byte("{}")),
		bundle.DataItem(bundle.Entry{Kind: bundle.KindProof, Name: "std.sig", Location: "https://packs.example/index.json.sig"}, []byte("signature")),
		bundle.DataItem(bundle.Entry{Kind: bundle.KindPython, Name: "empty-1.0.tar.gz"}, nil),
	}
}

func integrity(content string) string {
	sum := sha512.Sum512([]byte(content))
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

// forms make a bundle in both forms.
func forms() map[string]func(context.Context, string, []bundle.Item) (*bundle.Manifest, error) {
	return map[string]func(context.Context, string, []bundle.Item) (*bundle.Manifest, error){"file": bundle.CreateFile, "dir": bundle.UpdateDir}
}

func create(t *testing.T, form string, items []bundle.Item) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "bundle")
	if _, err := forms()[form](t.Context(), path, items); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, path string) *bundle.Bundle {
	t.Helper()
	b, err := bundle.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// TestBundle: what is put in is found again, and whole.
func TestBundle(t *testing.T) {
	t.Parallel()
	for form := range forms() {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			b := open(t, create(t, form, items(t)))
			if err := b.Verify(t.Context()); err != nil {
				t.Error(err)
			}
			got := map[string]string{}
			for i := range b.Manifest().Entries {
				e := &b.Manifest().Entries[i]
				data, err := b.Read(t.Context(), e, 1<<20)
				if err != nil {
					t.Error(err)
				}
				if e.Kind != bundle.KindPack {
					got[string(e.Kind)+" "+e.Name] = string(data)
				}
			}
			want := map[string]string{
				"python kit-1.0-py3-none-any.whl": "a wheel", "node @s/web@1.0.0": "a tarball", "lock packs.lock": "packs.lock 1\n",
				"index std": "{}", "proof std.sig": "signature", "python empty-1.0.tar.gz": "",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestFileOfDirectory: both forms have one manifest, and a file is the tar of the directory.
func TestFileOfDirectory(t *testing.T) {
	t.Parallel()
	file, dir := open(t, create(t, "file", items(t))), open(t, create(t, "dir", items(t)))
	if diff := cmp.Diff(file.Manifest(), dir.Manifest()); diff != "" {
		t.Errorf("(-file +dir)\n%s", diff)
	}
	data, err := os.ReadFile(file.Path)
	if err != nil {
		t.Fatal(err)
	}
	if len(data)%512 != 0 || string(data[:11]) != "bundle.json" || string(data[257:262]) != "ustar" {
		t.Errorf("%d bytes, beginning with %q", len(data), data[:300])
	}
}

// TestSameBytes: the order of the items, the directory and the time do not matter.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	var first string
	for i := range 3 {
		list := items(t)
		list[i], list[0] = list[0], list[i]
		data, err := os.ReadFile(create(t, "file", list))
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(data)
		}
		if string(data) != first {
			t.Errorf("other bytes in order %d", i)
		}
	}
}

// TestUpdate: a directory gets only what it lacks, and loses what is not listed any more.
func TestUpdate(t *testing.T) {
	t.Parallel()
	path := create(t, "dir", items(t))
	once := items(t)[:3]
	for i := range once {
		once[i].Write = func(context.Context, io.Writer) error {
			t.Error("written again")
			return nil
		}
	}
	once[1].Digest = "sha256:" + pack.Digest("aa") // replaced below
	for _, e := range open(t, path).Manifest().Entries {
		if e.Name == once[1].Name {
			once[1].Digest = e.Digest
		}
	}
	if _, err := bundle.UpdateDir(t.Context(), path, once); err != nil {
		t.Fatal(err)
	}
	b := open(t, path)
	blobs, err := os.ReadDir(filepath.Join(path, "blobs"))
	if err != nil || len(blobs) != 3 || len(b.Manifest().Entries) != 3 {
		t.Errorf("got %d contents and %d entries, %v", len(blobs), len(b.Manifest().Entries), err)
	}
	if err := b.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestDamagedContentIsWrittenAgain: a content that is there is compared before it is kept.
func TestDamagedContentIsWrittenAgain(t *testing.T) {
	t.Parallel()
	path := create(t, "dir", items(t))
	blobs, err := os.ReadDir(filepath.Join(path, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range blobs {
		if err := os.WriteFile(filepath.Join(path, "blobs", e.Name()), []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := open(t, path).Verify(t.Context()); pack.CodeOf(err) != pack.CodeChecksumMismatch {
		t.Errorf("got %v", err)
	}
	if _, err := bundle.UpdateDir(t.Context(), path, items(t)); err != nil {
		t.Fatal(err)
	}
	if err := open(t, path).Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestUpdateRefuses: a directory with other files is left as it is, and a content that has
// not the digest that it has to have is not put in.
func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "precious"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := bundle.UpdateDir(t.Context(), dir, items(t)); pack.CodeOf(err) != pack.CodeInvalidRequest || !strings.Contains(err.Error(), "precious") {
		t.Errorf("got %v", err)
	}
	wrong := items(t)[1:2]
	wrong[0].Digest = "sha256:" + pack.Digest(strings.Repeat("0", 64))
	twice := append(items(t), items(t)[0])
	for form, create := range forms() {
		path := filepath.Join(t.TempDir(), form)
		if _, err := create(t.Context(), path, wrong); pack.CodeOf(err) != pack.CodeChecksumMismatch {
			t.Errorf("%s: got %v", form, err)
		}
		if _, err := create(t.Context(), path, twice); pack.CodeOf(err) != pack.CodeMalformedContent {
			t.Errorf("%s: twice: got %v", form, err)
		}
		if b, err := bundle.Open(path); err == nil {
			t.Errorf("%s: there is a bundle, %v", form, b.Close())
		}
	}
}

const commit = "cccccccccccccccccccccccccccccccccccccccc"

// A commits source pins what Memory has by its commit.
type commits struct{ *sourcetest.Memory }

func (s *commits) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	pins, err := s.Memory.Resolve(ctx, loc)
	for i := range pins {
		if loc.Location == "demo" {
			pins[i].Commit = commit
		}
	}
	return pins, err
}

func (s *commits) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	if pin.Commit != "" && pin.Location == "demo" {
		return pack.Errorf(pack.CodeUnavailable, "the bundle was not asked")
	}
	return s.Memory.Fetch(ctx, pin, dst)
}

// TestSource: a source with a bundle keeps the contract of sources, and delivers what the
// bundle has from there.
func TestSource(t *testing.T) {
	t.Parallel()
	for form := range forms() {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			b := open(t, create(t, form, items(t)))
			sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
				t.Helper()
				next := &commits{sourcetest.NewMemory(map[string]fstest.MapFS{
					"demo": demo(), "link": {"pack.yaml": {}, "passwd": {Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}},
				})}
				return sourcetest.Harness{
					Source: b.Source(next), Want: demo(),
					Locator: source.Locator{Scheme: sourcetest.SchemeMemory, Location: "demo"},
					Missing: source.Locator{Scheme: sourcetest.SchemeMemory, Location: "missing"},
					Hostile: []source.Locator{{Scheme: sourcetest.SchemeMemory, Location: "link"}},
				}
			})
		})
	}
}

// TestPinsOfIndices: a pin without tree digest gets what the bundle states for its archive,
// unless signatures cover the archive alone.
func TestPinsOfIndices(t *testing.T) {
	t.Parallel()
	archive := "sha256:" + pack.Digest(strings.Repeat("a", 64))
	sum, err := pack.DirectoryChecksum(demo())
	if err != nil {
		t.Fatal(err)
	}
	item := packItem(t, demo(), pack.Pin{Scheme: "https", Location: "https://packs.example/demo.zip", ArchiveDigest: archive, DirectoryChecksum: sum})
	src := open(t, create(t, "file", []bundle.Item{item})).Source(sourcetest.NewMemory(nil))
	signed := pack.Origin{Index: "std", VerifiedBy: "release"}
	for name, tt := range map[string]struct {
		pin  pack.Pin
		want pack.Code
	}{
		"tree":               {pack.Pin{TreeDigest: item.Tree}, ""},
		"archive":            {pack.Pin{Scheme: "https", ArchiveDigest: archive}, ""},
		"another tree":       {pack.Pin{ArchiveDigest: archive, TreeDigest: archive}, pack.CodeNotFound},
		"another archive":    {pack.Pin{Scheme: "https", ArchiveDigest: item.Tree}, pack.CodeNotFound},
		"signed archive":     {pack.Pin{Scheme: "https", ArchiveDigest: archive, Via: signed}, pack.CodePolicyDenied},
		"signed directory":   {pack.Pin{Scheme: "https", ArchiveDigest: archive, DirectoryChecksum: sum, Via: signed}, ""},
		"signed, and locked": {pack.Pin{TreeDigest: item.Tree, ArchiveDigest: archive, Via: signed}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree, err := source.NewTree(filepath.Join(t.TempDir(), "tree"), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tree.Discard() }()
			err = src.Fetch(t.Context(), tt.pin, tree)
			if pack.CodeOf(err) != tt.want {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if got, err := tree.Finish(); tt.want == "" && (err != nil || got.TreeDigest != item.Tree) {
				t.Errorf("got %s, %v", got.TreeDigest, err)
			}
		})
	}
}
