package pack_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
)

func mapFS(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o644}
	}
	return fsys
}

func TestChecksumVectors(t *testing.T) {
	t.Parallel()
	var vectors []struct {
		Note           string
		Files          map[string]string
		ComponentOrder string `json:"component_order"`
		StringOrder    string `json:"string_order"`
		Same           bool
	}
	readCorpusJSON(t, "checksum_vectors.json", &vectors)
	for _, v := range vectors {
		t.Run(v.Note, func(t *testing.T) {
			t.Parallel()
			fsys := mapFS(v.Files)
			got, err := pack.DirectoryChecksum(fsys)
			if err != nil || got != pack.Digest("sha256:"+v.ComponentOrder) {
				t.Errorf("got %v, %v, want %s", got, err, v.ComponentOrder)
			}
			for _, want := range []string{v.ComponentOrder, v.StringOrder} {
				if err := pack.VerifyDirectory(fsys, pack.Digest("sha256:"+want)); err != nil {
					t.Errorf("verify %s: %v", want, err)
				}
			}
		})
	}
}

func TestCorpusChecksums(t *testing.T) {
	t.Parallel()
	root := corpusDir(t)
	for _, p := range corpusPacks(t) {
		t.Run(p.Dir, func(t *testing.T) {
			t.Parallel()
			got, err := pack.DirectoryChecksum(os.DirFS(filepath.Join(root, p.Dir)))
			if err != nil || got != pack.Digest("sha256:"+p.SubsetChecksum) {
				t.Errorf("got %v, %v, want %s", got, err, p.SubsetChecksum)
			}
		})
	}
}

func TestVerifyDirectoryRefuses(t *testing.T) {
	t.Parallel()
	fsys := mapFS(map[string]string{"a/z": "1", "a-b": "2"})
	other, err := pack.DirectoryChecksum(mapFS(map[string]string{"a/z": "1", "a-b": "3"}))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []pack.Digest{"", "sha256:", other} {
		err := pack.VerifyDirectory(fsys, want)
		expected, got, ok := pack.DirectoryMismatch(err)
		if !ok || expected != want || got == "" {
			t.Errorf("verify %q: got %v, want a mismatch of directory checksums", want, err)
		}
	}
	if err := pack.VerifyDirectory(mapFS(map[string]string{"a": "1"}), ""); !errors.Is(err, pack.ErrIntegrity) {
		t.Errorf("no checksum: got %v", err)
	}
}

func TestDirectoryChecksumSkipsGit(t *testing.T) {
	t.Parallel()
	bare := mapFS(map[string]string{"a": "1", "d/b": "2", ".gitignore": "x"})
	full := mapFS(map[string]string{"a": "1", "d/b": "2", ".gitignore": "x", ".git/HEAD": "ref", "d/.git": "gitdir: x"})
	want, err := pack.DirectoryChecksum(bare)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pack.DirectoryChecksum(full); err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	bareTree, err := pack.TreeDigest(bare)
	if err != nil {
		t.Fatal(err)
	}
	if fullTree, err := pack.TreeDigest(full); err != nil || fullTree == bareTree {
		t.Errorf("tree digest leaves out .git: %v, %v", fullTree, err)
	}
}

func TestTreeDigestTellsFilesApart(t *testing.T) {
	t.Parallel()
	digest := func(fsys fs.FS) pack.Digest {
		t.Helper()
		d, err := pack.TreeDigest(fsys)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	base := digest(mapFS(map[string]string{"a": "1", "b/c": "2"}))
	if want := pack.Digest("sha256:23e1b9494a980ef9da05aa21cb578b86c93d19206edc3114c8fe3450581677e2"); base != want {
		t.Errorf("got %s, want %s: the format has changed", base, want)
	}
	same := mapFS(map[string]string{"a": "1", "b/c": "2"})
	same["a"].Mode = 0o600
	same["empty"] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
	if got := digest(same); got != base {
		t.Error("permissions or empty directories count")
	}
	executable := mapFS(map[string]string{"a": "1", "b/c": "2"})
	executable["a"].Mode = 0o755
	byOwner := mapFS(map[string]string{"a": "1", "b/c": "2"})
	byOwner["a"].Mode = 0o700
	if digest(byOwner) != digest(executable) {
		t.Error("it matters who may execute a file")
	}
	others := []fs.FS{executable, mapFS(map[string]string{"a": "1"}), mapFS(map[string]string{"a": "1", "b/d": "2"}), mapFS(map[string]string{"a": "2", "b/c": "2"})}
	for i, fsys := range others {
		if digest(fsys) == base {
			t.Errorf("difference %d does not count", i)
		}
	}
}

func TestDigestsRefuseIrregularFiles(t *testing.T) {
	t.Parallel()
	for _, mode := range []fs.FileMode{fs.ModeSymlink, fs.ModeNamedPipe, fs.ModeSocket, fs.ModeDevice, fs.ModeIrregular} {
		fsys := mapFS(map[string]string{"a": "1"})
		fsys["d/x"] = &fstest.MapFile{Data: []byte("a"), Mode: mode}
		checkRefusal(t, fsys, pack.CodeForbiddenEntry)
	}
	dir := t.TempDir()
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	checkRefusal(t, os.DirFS(dir), pack.CodeForbiddenEntry)
}

func TestDigestsRefuseNamesThatAreNotUTF8(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a\xff"), nil, 0o600); err != nil {
		t.Skipf("this file system has no such names: %v", err)
	}
	checkRefusal(t, os.DirFS(dir), pack.CodeUnsafePath)
}

func checkRefusal(t *testing.T, fsys fs.FS, want pack.Code) {
	t.Helper()
	_, treeErr := pack.TreeDigest(fsys)
	_, dirErr := pack.DirectoryChecksum(fsys)
	for _, err := range []error{treeErr, dirErr} {
		if pack.CodeOf(err) != want {
			t.Errorf("got %v, want code %s", err, want)
		}
	}
}
