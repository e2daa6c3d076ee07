package gitsource

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
)

// The modes of tree entries, in git's own octal form.
const (
	modeDir        = 0o040000
	modeFile       = 0o100644
	modeGroupFile  = 0o100664 // written by git of 2005
	modeExecutable = 0o100755
	modeSymlink    = 0o120000
	modeSubmodule  = 0o160000
)

type treeEntry struct {
	mode uint32
	name string
	id   plumbing.Hash
}

// sortKey is what git sorts by: directories as if their name ended in "/".
func (e treeEntry) sortKey() string {
	if e.mode == modeDir {
		return e.name + "/"
	}
	return e.name
}

// parseTree reads a tree object: "<mode> <name> NUL <object>" over and over. It
// is strict, for what readers take differently is not one tree: entries are
// sorted and there are no two of one name and kind. Names are not checked beyond
// being one component of a path.
func parseTree(content []byte) ([]treeEntry, error) {
	var entries []treeEntry
	last := ""
	for len(content) > 0 {
		e, rest, err := parseEntry(content)
		if err != nil {
			return nil, err
		}
		if key := e.sortKey(); key <= last {
			return nil, broken("a tree is not sorted or holds %s twice", shown(e.name))
		} else {
			last = key
		}
		entries, content = append(entries, e), rest
	}
	return entries, nil
}

func parseEntry(content []byte) (e treeEntry, rest []byte, err error) {
	head, rest, ok := bytes.Cut(content, []byte{0})
	if !ok || len(rest) < len(e.id) {
		return e, nil, broken("a tree is cut short")
	}
	mode, name, _ := strings.Cut(string(head), " ")
	bits, err := strconv.ParseUint(mode, 8, 32)
	if err != nil {
		return e, nil, broken("a tree has an entry of mode %s", shown(mode))
	}
	if name == "" || name == "." || name == ".." || strings.Contains(name, "/") {
		return e, nil, pack.Errorf(pack.CodeUnsafePath, "entry %s of a git tree: the name is not one component of a path", shown(name))
	}
	e = treeEntry{mode: uint32(bits), name: name}
	copy(e.id[:], rest)
	return e, rest[len(e.id):], nil
}

// treeOf returns the tree of a commit object, which its first line names.
func treeOf(commit []byte) (plumbing.Hash, error) {
	line, _, _ := bytes.Cut(commit, []byte("\n"))
	if name, ok := strings.CutPrefix(string(line), "tree "); ok {
		if id, ok := parseCommit(name); ok {
			return id, nil
		}
	}
	return plumbing.ZeroHash, broken("a commit does not name its tree")
}
