package source_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

func newTree(t *testing.T, opts *source.TreeOptions) (tree *source.Tree, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "tree")
	tree, err := source.NewTree(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tree.Discard(); err != nil {
			t.Error(err)
		}
	})
	return tree, dir
}

// content returns a file system with the named files, each containing its name.
func content(names string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, name := range strings.Fields(names) {
		fsys[name] = &fstest.MapFile{Data: []byte(name), Mode: 0o644}
	}
	return fsys
}

func TestTreeTellsWhatItHolds(t *testing.T) {
	t.Parallel()
	fsys := content("pack.yaml a-b a/b a/c/d")
	fsys["actions/run.sh"] = &fstest.MapFile{Data: []byte("#!/bin/sh\n"), Mode: 0o700}
	fsys["big"] = &fstest.MapFile{Data: []byte(strings.Repeat("x", 300_000)), Mode: 0o600}
	tree, dir := newTree(t, &source.TreeOptions{DirectoryChecksum: true})
	if err := source.PutFS(t.Context(), tree, fsys); err != nil {
		t.Fatal(err)
	}
	got, err := tree.Finish()
	if err != nil {
		t.Fatal(err)
	}
	want := source.TreeResult{Dir: dir, Files: 6, Bytes: 9 + 3 + 3 + 5 + 10 + 300_000}
	want.TreeDigest, err = pack.TreeDigest(fsys)
	if err != nil {
		t.Fatal(err)
	}
	want.DirectoryChecksum, err = pack.DirectoryChecksum(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(source.TreeResult{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	written, err := pack.TreeDigest(os.DirFS(dir))
	if err != nil || written != got.TreeDigest {
		t.Errorf("the directory has the digest %s, %v", written, err)
	}
}

func TestTreeFindsTheContent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files string
		opts  source.TreeOptions
		dir   string // of the content
		want  string // the content's files
	}{
		{"as is", "top/a top/b", source.TreeOptions{}, ".", "top/a top/b"},
		{"strip", "top/a top/b/c", source.TreeOptions{StripTop: true}, "top", "a b/c"},
		{"strip one only", "top/next/a", source.TreeOptions{StripTop: true}, "top", "next/a"},
		{"nothing to strip", "top/a b", source.TreeOptions{StripTop: true}, ".", "b top/a"},
		{"one file", "a", source.TreeOptions{StripTop: true}, ".", "a"},
		{"subdir", "a packs/x/b packs/x/c/d packs/xy/e packs/x.f", source.TreeOptions{Subdir: "packs/x"}, "packs/x", "b c/d"},
		{"strip and subdir", "top/a top/packs/x/b", source.TreeOptions{StripTop: true, Subdir: "packs/x"}, "top/packs/x", "b"},
		{"subdir is the top", "x/a x/b", source.TreeOptions{Subdir: "x"}, "x", "a b"},
		{"subdir below a top of its name", "x/x/a x/b", source.TreeOptions{StripTop: true, Subdir: "x"}, "x/x", "a"},
		{"subdir, nothing to strip", "x/a y/x/b", source.TreeOptions{StripTop: true, Subdir: "x"}, "x", "a"},
		{"junk beside", "META-INF/x .DS_Store ._top __MACOSX/top/._a top/.DS_Store top/a", source.TreeOptions{StripTop: true}, "top", ".DS_Store a"},
		{"junk beside, subdir", "META-INF/x top/x/a", source.TreeOptions{StripTop: true, Subdir: "x"}, "top/x", "a"},
		{"junk inside", ".DS_Store a", source.TreeOptions{StripTop: true}, ".", ".DS_Store a"},
		{"junk of whole trees", ".DS_Store top/a", source.TreeOptions{}, ".", ".DS_Store top/a"},
		{"nothing", "", source.TreeOptions{StripTop: true}, ".", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.opts.DirectoryChecksum = true
			tree, dir := newTree(t, &tt.opts)
			if err := source.PutFS(t.Context(), tree, content(tt.files)); err != nil {
				t.Fatal(err)
			}
			got, err := tree.Finish()
			if err != nil {
				t.Fatal(err)
			}
			if want := filepath.Join(dir, tt.dir); got.Dir != want {
				t.Errorf("content in %s, want %s", got.Dir, want)
			}
			compareContent(t, got, tt.want)
		})
	}
}

// compareContent checks the files of a result, and its digests.
func compareContent(t *testing.T, got source.TreeResult, want string) {
	t.Helper()
	fsys := os.DirFS(got.Dir)
	var names []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files := strings.Join(names, " "); files != want || got.Files != len(names) {
		t.Errorf("got %q, want %q (%d)", files, want, got.Files)
	}
	digest, err := pack.TreeDigest(fsys)
	if err != nil || digest != got.TreeDigest {
		t.Errorf("digest %s, want %s, %v", got.TreeDigest, digest, err)
	}
	sum, err := pack.DirectoryChecksum(fsys)
	if err != nil || sum != got.DirectoryChecksum {
		t.Errorf("checksum %s, want %s, %v", got.DirectoryChecksum, sum, err)
	}
}

func TestTreeWritesNothingThatCannotBeInTheSubdir(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		strip       bool
		files, want string
	}{
		{false, "x/a b top/x/c top/d", "x/a"},
		{true, "x/a top/x/c top/d", "top/x/c x/a"},
		{true, "x/a b top/x/c top/d", "x/a"}, // the first one says that there is no top
	} {
		tree, dir := newTree(t, &source.TreeOptions{Subdir: "x", StripTop: tt.strip})
		if err := source.PutFS(t.Context(), tree, content(tt.files)); err != nil {
			t.Fatal(err)
		}
		var got []string
		err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
			if !d.IsDir() {
				got = append(got, name)
			}
			return err
		})
		if err != nil || strings.Join(got, " ") != tt.want {
			t.Errorf("strip %v: got %q, %v, want %q", tt.strip, got, err, tt.want)
		}
	}
}

func TestTreeRefusesSubdir(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]pack.Code{
		"missing":    pack.CodeNotFound,
		"a":          pack.CodeNotFound, // a file
		"empty":      pack.CodeNotFound,
		"../x":       pack.CodeUnsafePath,
		"/x":         pack.CodeUnsafePath,
		"packs/.git": pack.CodeInvalidManifest,
	} {
		tree, err := source.NewTree(filepath.Join(t.TempDir(), "tree"), &source.TreeOptions{Subdir: name})
		if err == nil {
			fsys := content("a b/c")
			fsys["empty"] = &fstest.MapFile{Mode: fs.ModeDir}
			err = source.PutFS(t.Context(), tree, fsys)
			if err != nil {
				t.Fatal(err)
			}
			_, err = tree.Finish()
		}
		if got := pack.CodeOf(err); got != want {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, want)
		}
	}
}

func TestNewTreeWantsADirectoryOfItsOwn(t *testing.T) {
	t.Parallel()
	if _, err := source.NewTree("relative", nil); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("relative: got %v", err)
	}
	used := t.TempDir()
	if err := os.WriteFile(filepath.Join(used, "f"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := source.NewTree(used, nil); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("not empty: got %v", err)
	}
	if _, err := source.NewTree(filepath.Join(used, "f"), nil); pack.CodeOf(err) != pack.CodeIO {
		t.Errorf("file: got %v", err)
	}
	if _, err := source.NewTree(filepath.Join(used, "no", "parent"), nil); pack.CodeOf(err) != pack.CodeIO {
		t.Errorf("no parent: got %v", err)
	}
	tree, err := source.NewTree(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Discard(); err != nil {
		t.Error(err)
	}
}

func TestTreeIsUnusableAfterAnErrorAndAfterItsEnd(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*source.Tree) error{
		"error": func(tree *source.Tree) error {
			if err := tree.Put(t.Context(), source.Entry{Name: "../x"}, nil); !errors.Is(err, pack.ErrUnsafe) {
				return err
			}
			if _, err := tree.Finish(); pack.CodeOf(err) != pack.CodeUnsafePath {
				return err
			}
			return nil
		},
		"finish":  func(tree *source.Tree) error { _, err := tree.Finish(); return err },
		"discard": (*source.Tree).Discard,
	}
	for name, end := range ends {
		tree, dir := newTree(t, nil)
		if err := end(tree); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := tree.Finish(); err == nil {
			t.Errorf("%s: could be finished", name)
		}
		if err := tree.Put(t.Context(), source.Entry{Name: "f"}, nil); err == nil {
			t.Errorf("%s: took another entry", name)
		}
		if err := tree.Discard(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %s is still there: %v", name, dir, err)
		}
	}
}

func TestPutFSPassesErrorsOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	refuse := sinkFunc(func(source.Entry) error { return broken })
	if err := source.PutFS(t.Context(), refuse, content("a b")); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	puts := 0
	once := sinkFunc(func(source.Entry) error { puts++; cancel(); return nil })
	if err := source.PutFS(ctx, once, content("a b")); !errors.Is(err, context.Canceled) || puts != 1 {
		t.Errorf("got %v after %d entries", err, puts)
	}
	tree, _ := newTree(t, nil)
	link := fstest.MapFS{"l": {Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}}
	if err := source.PutFS(t.Context(), tree, link); pack.CodeOf(err) != pack.CodeForbiddenEntry {
		t.Errorf("link: got %v", err)
	}
	for _, name := range []string{"/", "../x", "a/", "a//b", "./a"} {
		takesAll := sinkFunc(func(source.Entry) error { return nil })
		if err := source.PutFS(t.Context(), takesAll, fstest.MapFS{name: {}}); err == nil {
			t.Errorf("%q: no error", name)
		}
	}
	tree, _ = newTree(t, nil)
	if err := source.PutFS(t.Context(), tree, os.DirFS(filepath.Join(t.TempDir(), "missing"))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: got %v", err)
	}
	tree, _ = newTree(t, nil)
	if err := tree.Put(t.Context(), source.Entry{Name: "f", Size: -1}, iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("content: got %v", err)
	}
}
