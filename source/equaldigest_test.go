package source_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/localsource"
	"github.com/packtrain/pack/source/web"
)

// sameEverywhere has what sources could take differently: executable files, line
// ends, attributes, empty files, names of other scripts, sorting.
func sameEverywhere() fstest.MapFS {
	return fstest.MapFS{
		"pack.yaml":      {Data: []byte("ref: same\r\nversion: 1.0.0\r\n"), Mode: 0o644},
		"actions/run.sh": {Data: []byte("#!/bin/sh\n# $Id$ $Format:%H$\n"), Mode: 0o755},
		"actions-2/x":    {Data: []byte("x"), Mode: 0o644},
		"actions.d/x":    {Data: []byte("x"), Mode: 0o644},
		"empty":          {Mode: 0o644},
		"größe/日本.txt":   {Data: []byte("\x00\xff\n"), Mode: 0o644},
		".gitattributes": {Data: []byte("* text eol=crlf ident export-subst\nempty export-ignore\n"), Mode: 0o644},
		".gitignore":     {Data: []byte("actions\n"), Mode: 0o644},
	}
}

// leftovers lie in a working directory and are no content.
func leftovers() fstest.MapFS {
	files := fstest.MapFS{}
	for _, name := range []string{
		".git/HEAD", ".venv/bin/python", "venv/x", "node_modules/x/index.js", "actions/__pycache__/run.pyc", "actions/old.pyc",
		"._pack.yaml", ".DS_Store", "Thumbs.db", "desktop.ini", "actions/.run.sh.swp", "actions/#run.sh#",
	} {
		files[name] = &fstest.MapFile{Data: []byte("x"), Mode: 0o644}
	}
	return files
}

// TestOneContentHasOneDigest: it does not matter where a pack comes from.
func TestOneContentHasOneDigest(t *testing.T) {
	t.Parallel()
	content := sameEverywhere()
	wantTree, err := pack.TreeDigest(content)
	if err != nil {
		t.Fatal(err)
	}
	wantDirectory, err := pack.DirectoryChecksum(content)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeDirectory(t, filepath.Join(dir, "same"), content)
	writeDirectory(t, filepath.Join(dir, "same"), leftovers())
	for name, archive := range archivesOf(t, content) {
		if err := os.WriteFile(filepath.Join(dir, name), archive, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	repo := gittest.NewRepo(t)
	repo.Commit("main", content)
	srv := gittest.NewServer(t, map[string]*gittest.Repo{"same.git": repo})
	local := must(localsource.New(localsource.Options{Roots: []string{dir}, Base: dir, Archives: archivesource.NewUnpacker(nil)}))
	git := must(gitsource.New(must(web.New(pack.Network{Policy: gittest.Policy()}, nil)), &gitsource.Options{Roots: []string{repo.Dir}}))
	mux := must(source.NewMux(local, git))
	for _, spec := range []string{
		"./same", "./same.zip", "./same.tar", "./same.tar.gz", "./same.tar.zst",
		srv.URL + "/same.git", "git+file://" + repo.Dir,
	} {
		got := receive(t, mux, spec)
		if got.TreeDigest != wantTree || got.DirectoryChecksum != wantDirectory {
			t.Errorf("%s: got digests %s and %s, want %s and %s", spec, got.TreeDigest, got.DirectoryChecksum, wantTree, wantDirectory)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// receive follows a spec to the files.
func receive(t *testing.T, s source.Source, spec string) source.TreeResult {
	t.Helper()
	loc, err := source.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	pins, err := s.Resolve(t.Context(), loc)
	if err != nil {
		t.Fatalf("%s: %v", spec, err)
	}
	tree, err := source.NewTree(filepath.Join(t.TempDir(), "tree"), &source.TreeOptions{
		StripTop: pins[0].StripTop, Subdir: pins[0].Subdir, DirectoryChecksum: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Fetch(t.Context(), pins[0], tree); err != nil {
		t.Fatalf("%s: %v", spec, err)
	}
	return must(tree.Finish())
}

func writeDirectory(t *testing.T, dir string, content fstest.MapFS) {
	t.Helper()
	for name, file := range content {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Data, file.Mode); err != nil {
			t.Fatal(err)
		}
	}
}

// archivesOf returns archives of content below one directory, by their names.
func archivesOf(t *testing.T, content fs.FS) map[string][]byte {
	t.Helper()
	var entries []archivetest.Entry
	err := fs.WalkDir(content, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := fs.ReadFile(content, name)
		entries = append(entries, archivetest.Entry{Name: "same-1.0.0/" + name, Mode: info.Mode(), Content: string(data)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"META-INF/MANIFEST.MF", ".DS_Store", "._same-1.0.0", "__MACOSX/same-1.0.0/._pack.yaml"} {
		entries = append(entries, archivetest.Entry{Name: name, Mode: 0o644, Content: "x"})
	}
	slices.Reverse(entries) // an order of their own
	tar := archivetest.Tar(entries...)
	return map[string][]byte{
		"same.zip": archivetest.ZipOf(entries...), "same.tar": []byte(tar),
		"same.tar.gz": archivetest.Gzip(tar), "same.tar.zst": archivetest.Zstd(tar),
	}
}
