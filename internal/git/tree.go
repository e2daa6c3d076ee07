package git

import (
	"bytes"
	"iter"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
)

// The modes of tree entries, in git's own octal form.
const (
	ModeDir        = 0o040000
	ModeFile       = 0o100644
	ModeGroupFile  = 0o100664 // written by git of 2005
	ModeExecutable = 0o100755
	ModeSymlink    = 0o120000
	ModeSubmodule  = 0o160000
)

// A TreeEntry names an object in a tree.
type TreeEntry struct {
	Mode uint32
	Name string
	ID   plumbing.Hash
}

// sortKey is git's sort key: directories sort as if their name ended in "/".
func (e TreeEntry) sortKey() string {
	if e.Mode == ModeDir {
		return e.Name + "/"
	}
	return e.Name
}

// Tree reads a tree object: "<mode> <name> NUL <object>" over and over. It is
// strict, so that a tree has one reading: entries are sorted and no two have the
// same name and kind. Names are not checked beyond being one component of a
// path. The sequence ends after an error.
func Tree(content []byte) iter.Seq2[TreeEntry, error] {
	return func(yield func(TreeEntry, error) bool) {
		last := ""
		for len(content) > 0 {
			e, rest, err := treeEntry(content)
			if key := e.sortKey(); err == nil && key <= last {
				err = Broken("a tree is not sorted or holds %.200q twice", e.Name)
			} else {
				last = key
			}
			if !yield(e, err) || err != nil {
				return
			}
			content = rest
		}
	}
}

func treeEntry(content []byte) (e TreeEntry, rest []byte, err error) {
	head, rest, ok := bytes.Cut(content, []byte{0})
	if !ok || len(rest) < len(e.ID) {
		return e, nil, Broken("a tree is cut short")
	}
	mode, name, _ := strings.Cut(string(head), " ")
	bits, err := strconv.ParseUint(mode, 8, 32)
	if err != nil {
		return e, nil, Broken("a tree has an entry of mode %.200q", mode)
	}
	if name == "" || name == "." || name == ".." || strings.Contains(name, "/") {
		return e, nil, pack.Errorf(pack.CodeUnsafePath, "entry %.200q of a git tree: the name is not one component of a path", name)
	}
	e = TreeEntry{Mode: uint32(bits), Name: name}
	copy(e.ID[:], rest)
	return e, rest[len(e.ID):], nil
}
