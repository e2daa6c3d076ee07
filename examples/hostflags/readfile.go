package hostflags

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/packtrain/pack"
)

// maxFile bounds packs.yaml and packs.lock, in bytes. Packages lock and yaml have bounds of
// their own, which are not higher.
const maxFile = 64 << 20

// readFile reads a packs.yaml or a packs.lock. They may come with a repository whose author
// the user does not know, as links to a device or a pipe: only regular files of bounded size
// are read.
func readFile(path string) (data []byte, err error) {
	info, err := os.Stat(path) // opening a named pipe could wait for ever
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%q is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if data, err = io.ReadAll(io.LimitReader(f, maxFile+1)); len(data) > maxFile {
		return nil, &pack.LimitError{Limit: "size of a file in bytes", Max: maxFile, Value: maxFile + 1, Path: path}
	}
	return data, err
}

// Text returns what packs.yaml at path and the lock beside it have, to find changes. A file
// that cannot be read has nothing.
func Text(path string) []byte {
	wants, _ := readFile(path)
	lock, _ := readFile(lockPath(path))
	return bytes.Join([][]byte{wants, lock}, []byte{0})
}
