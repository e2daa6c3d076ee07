package source_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// arrival is a file as it comes to a tree.
type arrival struct {
	name, content string
	unknown       bool // the entry does not state the size
}

func (a arrival) put(t *testing.T, tree *source.Tree) {
	t.Helper()
	e := source.Entry{Name: a.name, Size: int64(len(a.content))}
	if a.unknown {
		e.Size = -1
	}
	if err := tree.Put(t.Context(), e, strings.NewReader(a.content)); err != nil {
		t.Fatal(err)
	}
}

// finish compares the result of the tree with the files on disk.
func finish(t *testing.T, tree *source.Tree) {
	t.Helper()
	got, err := tree.Finish()
	if errors.Is(err, pack.ErrNotFound) {
		return // no file in the subdirectory
	}
	if err != nil {
		t.Fatal(err)
	}
	want, err := pack.DirectoryChecksum(os.DirFS(got.Dir))
	if err != nil || got.DirectoryChecksum != want {
		t.Errorf("got %s, want %s, %v", got.DirectoryChecksum, want, err)
	}
}

func TestDirectoryChecksumHoldsForEveryOrder(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("0123456789abcdef", 10_000)
	files := []arrival{
		{"top/a", "1", false},
		{"top/a.b", "2", true},
		{"top/d/x", big, false},
		{"top/d/y", big, true},
		{"top/d-e/x", "", false},
		{"top/d.e", "", true},
		{"other", "3", false},
		{"d/x", "4", false},
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		random.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		opts := source.TreeOptions{StripTop: random.IntN(2) == 0, DirectoryChecksum: true}
		if random.IntN(2) == 0 {
			opts.Subdir = "d"
		}
		tree, _ := newTree(t, &opts)
		for _, f := range files[:1+random.IntN(len(files))] {
			f.put(t, tree)
		}
		finish(t, tree)
	}
}

// Files that come in the order of the checksum are hashed as they come, small
// ones in another order are kept in memory: neither is read again.
func TestDirectoryChecksumReadsNothingAgain(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 1<<20)
	tests := map[string][]arrival{
		"in order":     {{"top/a/b", "1", false}, {"top/a/c", big, false}, {"top/a.b", "2", true}},
		"out of order": {{"top/b", "", false}, {"top/a", "1", false}},
	}
	for name, files := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree, dir := newTree(t, &source.TreeOptions{StripTop: true, DirectoryChecksum: true})
			content := fstest.MapFS{}
			for _, f := range files {
				f.put(t, tree)
				content[strings.TrimPrefix(f.name, "top/")] = &fstest.MapFile{Data: []byte(f.content)}
			}
			want, err := pack.DirectoryChecksum(content)
			if err != nil {
				t.Fatal(err)
			}
			last := files[len(files)-1]
			if err := os.WriteFile(filepath.Join(dir, last.name), []byte("changed"), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := tree.Finish(); err != nil || got.DirectoryChecksum != want {
				t.Errorf("got %s, want %s, %v", got.DirectoryChecksum, want, err)
			}
		})
	}
}

// A read returns the content that was written, or an error.
func TestDirectoryChecksumNoticesAChange(t *testing.T) {
	t.Parallel()
	tree, dir := newTree(t, &source.TreeOptions{DirectoryChecksum: true})
	arrival{"b", "content", false}.put(t, tree)
	arrival{"a", "", false}.put(t, tree)
	if err := os.WriteFile(filepath.Join(dir, "b"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Finish(); pack.CodeOf(err) != pack.CodeIO {
		t.Errorf("got %v, want an error of reading", err)
	}
}
