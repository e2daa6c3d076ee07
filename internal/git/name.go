package git

import (
	"bytes"
	"encoding/hex"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// ParseID reads the name of an object, which has 40 digits.
func ParseID(text string) (id plumbing.Hash, ok bool) {
	if len(text) != hex.EncodedLen(len(id)) {
		return id, false
	}
	_, err := hex.Decode(id[:], []byte(text))
	return id, err == nil
}

// CommitTree returns the tree of a commit, which its first line names.
func CommitTree(content []byte) (plumbing.Hash, error) {
	return named(content, "tree ", plumbing.CommitObject)
}

// TagTarget returns the object of a tag, which its first line names.
func TagTarget(content []byte) (plumbing.Hash, error) {
	return named(content, "object ", plumbing.TagObject)
}

func named(content []byte, word string, typ plumbing.ObjectType) (plumbing.Hash, error) {
	line, _, _ := bytes.Cut(content, []byte("\n"))
	if name, ok := strings.CutPrefix(string(line), word); ok {
		if id, ok := ParseID(name); ok {
			return id, nil
		}
	}
	return plumbing.ZeroHash, Broken("a %s does not name its %s", typ, strings.TrimSpace(word))
}
