package bundle_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/bundle"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

// judge opens and verifies what is at path.
func judge(ctx context.Context, path string) error {
	b, err := bundle.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	return b.Verify(ctx)
}

// edit writes a bundle with another text in it.
func edit(t *testing.T, data []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "bundle")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// rawItem is a pack whose tar is data, and whose tree digest is claimed.
func rawItem(t *testing.T, data []byte, tree pack.Digest) bundle.Item {
	t.Helper()
	item := packItem(t, demo())
	item.Tree, item.Pins = tree, nil
	item.Write = func(_ context.Context, w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
	return item
}

// sealed gives a manifest that was edited the sum that it has to have.
func sealed(text []byte) []byte {
	head, rest, _ := bytes.Cut(text, []byte("  \"sum\": "))
	_, rest, _ = bytes.Cut(rest, []byte("\n"))
	sum := sha256.Sum256(append(bytes.Clone(head), rest...))
	return fmt.Appendf(nil, "%s  \"sum\": \"sha256:%x\",\n%s", head, sum, rest)
}

// TestHostile: what is not a bundle, or has something else than it states, is refused
// before anything of it is used.
func TestHostile(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(create(t, "file", items(t)))
	if err != nil {
		t.Fatal(err)
	}
	replaced := func(old, now string) func(*testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			if len(old) != len(now) || !bytes.Contains(whole, []byte(old)) {
				t.Fatalf("%q is not there, or longer than %q", old, now)
			}
			return edit(t, bytes.Replace(whole, []byte(old), []byte(now), 1))
		}
	}
	stated := func(old, now string) func(*testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			dir := create(t, "dir", items(t))
			path := filepath.Join(dir, "bundle.json")
			text, err := os.ReadFile(path)
			if err != nil || !bytes.Contains(text, []byte(old)) {
				t.Fatalf("%q is not there, %v", old, err)
			}
			if err := os.WriteFile(path, sealed(bytes.Replace(text, []byte(old), []byte(now), 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			return dir
		}
	}
	inDir := func(change func(dir, blob string) error) func(*testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			dir := create(t, "dir", items(t))
			blobs, err := filepath.Glob(filepath.Join(dir, "blobs", "*"))
			if err == nil {
				err = change(dir, blobs[0])
			}
			if err != nil {
				t.Fatal(err)
			}
			return dir
		}
	}
	packed := func(entries ...archivetest.Entry) func(*testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			tree := packItem(t, demo()).Tree
			return create(t, "file", []bundle.Item{rawItem(t, []byte(archivetest.Tar(entries...)), tree)})
		}
	}
	file := archivetest.Entry{Name: "pack.yaml", Content: archivetest.Manifest}
	for name, tt := range map[string]struct {
		path func(*testing.T) string
		want pack.Code
	}{
		"A01 name of a distribution": {stated(`"kit-1.0-py3-none-any.whl"`, `"../x/y.whl"`), pack.CodeMalformedContent},
		"A01 path of a content":      {replaced("\x00blobs/", "\x00../bs/"), pack.CodeMalformedContent},
		"A01 file of a pack":         {packed(file, archivetest.Entry{Name: "../x"}), pack.CodeUnsafePath},
		"A02 file of a pack":         {packed(file, archivetest.Entry{Name: "/x"}), pack.CodeUnsafePath},
		"A12 file of a pack, twice":  {packed(file, file), pack.CodeNameCollision},
		"A12 entry, twice":           {stated(`"empty-1.0.tar.gz"`, `"kit-1.0-py3-none-any.whl"`), pack.CodeMalformedContent},
		"A14 content is a link": {inDir(func(dir, blob string) error {
			moved := filepath.Join(dir, "..", "elsewhere")
			if err := os.Rename(blob, moved); err != nil {
				return err
			}
			return os.Symlink(moved, blob)
		}), pack.CodeIO},
		"A14 manifest is a link": {inDir(func(dir, _ string) error {
			moved := filepath.Join(dir, "..", "elsewhere.json")
			if err := os.Rename(filepath.Join(dir, "bundle.json"), moved); err != nil {
				return err
			}
			return os.Symlink(moved, filepath.Join(dir, "bundle.json"))
		}), pack.CodeMalformedContent},
		"A14 header of a link":    {replaced("ustar\x0000", "ustar\x0001"), pack.CodeMalformedContent},
		"A18 content is a device": {inDir(func(_, blob string) error { return os.Remove(blob) }), pack.CodeMalformedContent},
		"C02 cut":                 {func(t *testing.T) string { t.Helper(); return edit(t, whole[:len(whole)-512]) }, pack.CodeMalformedContent},
		"C03 more bytes":          {func(t *testing.T) string { t.Helper(); return edit(t, append(bytes.Clone(whole), whole...)) }, pack.CodeMalformedContent},
		"C18 empty":               {func(t *testing.T) string { t.Helper(); return edit(t, nil) }, pack.CodeMalformedContent},
		"C18 zeros":               {func(t *testing.T) string { t.Helper(); return edit(t, make([]byte, 10240)) }, pack.CodeMalformedContent},
		"E06 key in another case": {stated(`"format": 1`, `"Format": 1`), pack.CodeMalformedContent},
		"E11 manifest of 8 GiB": {func(t *testing.T) string {
			t.Helper()
			return edit(t, []byte(archivetest.Header('0', "bundle.json", 8<<30-1)))
		}, pack.CodeLimitExceeded},
		"F03 order":          {stated(`"empty-1.0.tar.gz"`, `"zempty-1.0.tar.gz"`), pack.CodeMalformedContent},
		"F03 unknown key":    {stated(`"kind": "lock",`, `"kind": "lock", "more": 1,`), pack.CodeMalformedContent},
		"F03 key, twice":     {stated(`"kind": "lock",`, `"kind": "pack", "kind": "lock",`), pack.CodeMalformedContent},
		"F03 unknown kind":   {stated(`"kind": "lock"`, `"kind": "lore"`), pack.CodeMalformedContent},
		"F03 more bytes":     {stated("\n}\n", "\n}\n\n"), pack.CodeMalformedContent},
		"F03 another format": {stated(`"format": 1`, `"format": 2`), pack.CodeMalformedContent},
		"F07 digest":         {stated("\"digest\": \"sha256:", "\"digest\": \"sha512:"), pack.CodeMalformedContent},
		"F08 wrong tree": {func(t *testing.T) string {
			t.Helper()
			other := packItem(t, fstest.MapFS{"pack.yaml": {Data: []byte(archivetest.Manifest)}})
			other.Tree = packItem(t, demo()).Tree
			return create(t, "file", []bundle.Item{other})
		}, pack.CodeChecksumMismatch},
		"F08 wrong integrity": {func(t *testing.T) string {
			t.Helper()
			return create(t, "file", []bundle.Item{bundle.DataItem(bundle.Entry{Kind: bundle.KindNode, Name: "a@1.0.0", Integrity: integrity("x")}, []byte("y"))})
		}, pack.CodeChecksumMismatch},
		"F08 another content": {replaced("a wheel", "a wheeL"), pack.CodeChecksumMismatch},
		"extra file": {inDir(func(dir, _ string) error {
			return os.WriteFile(filepath.Join(dir, "blobs", "more"), nil, 0o600)
		}), pack.CodeMalformedContent},
	} {
		t.Run(strings.ReplaceAll(name, " ", "/"), func(t *testing.T) {
			t.Parallel()
			if err := judge(t.Context(), tt.path(t)); pack.CodeOf(err) != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// TestEveryByteCounts: no byte of a file can be changed; a part of them is tried.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(create(t, "file", items(t)[1:]))
	if err != nil {
		t.Fatal(err)
	}
	path := edit(t, whole)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for i := 0; i < len(whole); i += 7 {
		b := whole[i]
		if _, err := f.WriteAt([]byte{b ^ 1<<(i%8)}, int64(i)); err != nil {
			t.Fatal(err)
		}
		if err := judge(t.Context(), path); err == nil {
			t.Errorf("byte %d of %d, %q, was changed, and nothing noticed it", i, len(whole), b)
		}
		if _, err := f.WriteAt([]byte{b}, int64(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := judge(t.Context(), path); err != nil {
		t.Error(err)
	}
}

// TestSealed: what was sealed again without a change is a bundle, so the hostile ones are
// refused for what they state.
func TestSealed(t *testing.T) {
	t.Parallel()
	dir := create(t, "dir", items(t))
	path := filepath.Join(dir, "bundle.json")
	text, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(sealed(text), text) {
		t.Errorf("got %v\n%s\n%s", err, text, sealed(text))
	}
}

// TestHostilePackIsNotDelivered: a source refuses a damaged content before it pushes
// anything, and a pack with another tree is discarded by its owner.
func TestHostilePackIsNotDelivered(t *testing.T) {
	t.Parallel()
	path := create(t, "file", items(t))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, edit(t, bytes.Replace(whole, []byte("#!/bin/sh"), []byte("#!/bin/su"), 1)))
	sink := &counting{}
	err = b.Source(sourcetest.NewMemory(nil)).Fetch(t.Context(), pack.Pin{TreeDigest: packItem(t, demo()).Tree}, sink)
	if pack.CodeOf(err) != pack.CodeChecksumMismatch || sink.n > 0 {
		t.Errorf("got %d files, %v", sink.n, err)
	}
}

// A counting sink counts files.
type counting struct{ n int }

func (c *counting) Put(context.Context, source.Entry, io.Reader) error {
	c.n++
	return nil
}

// FuzzOpen: whatever is opened and verified is the one file with these contents.
func FuzzOpen(f *testing.F) {
	t := &testing.T{}
	for _, list := range [][]bundle.Item{nil, items(t)[1:], items(t)} {
		path := filepath.Join(f.TempDir(), "bundle")
		if _, err := bundle.CreateFile(context.Background(), path, list); err != nil {
			f.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := bundle.Open(edit(t, data))
		if err != nil {
			return
		}
		defer func() { _ = b.Close() }()
		if b.Verify(t.Context()) != nil {
			return
		}
		var list []bundle.Item
		for i := range b.Manifest().Entries {
			e := &b.Manifest().Entries[i]
			content, err := b.Read(t.Context(), e, int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, bundle.DataItem(*e, content))
		}
		again, err := os.ReadFile(create(t, "file", list))
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("other bytes, %v", err)
		}
	})
}
