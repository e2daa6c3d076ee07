package digest

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
)

// treeTag begins the input of every tree digest.
const treeTag = "packtrain-tree-v1\n"

// A File is a file's line in the tree digest.
type File struct {
	Path       string // relative, separated by "/"
	Executable bool
	Size       int64             // of the content, in bytes
	Sum        [sha256.Size]byte // SHA-256 of the content
}

// Tree returns the tree digest, "sha256:<hex>", of files in any order. It sorts
// files. Paths must be unique.
//
// The digest is SHA-256 over the tag "packtrain-tree-v1\n" and then, for each
// file in byte-wise order of the paths: the length of the path, the path, one
// byte that is 1 for an executable file and 0 for another, the size of the
// content, and the 32 bytes of the content's SHA-256. Lengths and sizes are
// 8 bytes, big-endian.
func Tree(files []File) string {
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	h := sha256.New()
	buf := append(make([]byte, 0, 512), treeTag...)
	for i := range files {
		buf = files[i].appendTo(buf)
		h.Write(buf)
		buf = buf[:0]
	}
	h.Write(buf) // the tag, when there is no file
	return text(h)
}

func (f *File) appendTo(b []byte) []byte {
	b = appendFramed(b, f.Path)
	var executable byte
	if f.Executable {
		executable = 1
	}
	b = append(b, executable)
	b = binary.BigEndian.AppendUint64(b, uint64(f.Size))
	return append(b, f.Sum[:]...)
}

func appendFramed(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
	return append(b, s...)
}
