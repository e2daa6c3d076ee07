package workdir

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/packtrain/pack/internal/os/roots"
)

// maxIndex is the size of the largest index of git that is read.
const maxIndex = 64 << 20

// An Opener opens the directory at an absolute path, where that is allowed.
type Opener func(path string) (*os.Root, error)

// Tracked returns a function that reports whether git tracks a file or directory
// below the pack at an absolute path. The index is read once, when the function is
// called for the first time; without one that can be read, nothing is tracked.
func Tracked(open Opener, dir string) func(name string) bool {
	read := sync.OnceValue(func() map[string]bool {
		repository, index := open.findIndex(dir)
		below, err := filepath.Rel(repository, dir)
		if index == nil || err != nil {
			return nil
		}
		return indexed(index, filepath.ToSlash(below))
	})
	return func(name string) bool { return read()[name] }
}

// findIndex returns the index of the repository that holds a directory, as far as the
// allowed directories reach, nil for none.
func (open Opener) findIndex(dir string) (repository string, index []byte) {
	for {
		root, err := open(dir)
		if err != nil {
			return "", nil
		}
		index, found := open.readIndex(root, dir)
		_ = root.Close() // it was only read
		parent := filepath.Dir(dir)
		if found || parent == dir {
			return dir, index
		}
		dir = parent
	}
}

// readIndex reads the index of the repository at root, whose path is dir.
func (open Opener) readIndex(root *os.Root, dir string) (index []byte, found bool) {
	info, err := root.Lstat(".git")
	switch {
	case err != nil:
		return nil, false
	case info.IsDir():
		sub, err := roots.EnterSame(root, ".git", info)
		return indexIn(sub, err), true
	case !info.Mode().IsRegular():
		return nil, true
	}
	// The worktree of a repository that lies elsewhere.
	const maxPointer = 4 << 10
	f, _, err := roots.OpenFile(root, ".git")
	pointer, ok := strings.CutPrefix(string(readAll(f, err, maxPointer)), "gitdir: ")
	if !ok {
		return nil, true
	}
	at := filepath.FromSlash(strings.TrimRight(pointer, "\r\n"))
	if !filepath.IsAbs(at) {
		at = filepath.Join(dir, at)
	}
	return indexIn(open(filepath.Clean(at))), true
}

// indexIn returns the content of the index in a directory of git, unless that could
// not be opened, and closes the directory.
func indexIn(dir *os.Root, err error) []byte {
	if err != nil {
		return nil
	}
	defer func() { _ = dir.Close() }() // it was only read
	f, _, err := roots.OpenFile(dir, "index")
	return readAll(f, err, maxIndex)
}

// readAll returns the content of a file, unless it could not be opened, and closes
// it. More than most bytes are as good as none.
func readAll(f *os.File, err error, most int64) []byte {
	if err != nil {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err = errors.Join(err, f.Close()); err != nil || int64(len(data)) > most {
		return nil
	}
	return data
}

// indexed returns the files that an index of git holds below a directory, and their
// directories, nil when it cannot be read.
func indexed(index []byte, dir string) map[string]bool {
	names, err := indexNames(index)
	if err != nil {
		return nil
	}
	tracked := map[string]bool{}
	for _, name := range names {
		name, ok := below(dir, name)
		if !ok || !fs.ValidPath(name) {
			continue
		}
		for ; name != "." && !tracked[name]; name = path.Dir(name) {
			tracked[name] = true
		}
	}
	return tracked
}

// below returns name relative to dir, when it lies below it.
func below(dir, name string) (string, bool) {
	if dir == "." {
		return name, true
	}
	return strings.CutPrefix(name, dir+"/")
}
