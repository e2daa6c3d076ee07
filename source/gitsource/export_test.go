package gitsource

import (
	"context"
	"io"
	"maps"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
)

// Unpack reads a pack and returns the size of each object by its name. At most
// memory bytes stay out of the scratch directory.
func Unpack(ctx context.Context, r io.Reader, scratch string, memory int64, limits Limits) (map[string]int64, error) {
	s := newStore(scratch)
	s.memory = memory
	defer s.close()
	if err := unpack(ctx, r, s, limits.withDefaults()); err != nil {
		return nil, err
	}
	sizes := map[string]int64{}
	for id, o := range s.objects {
		n, err := io.Copy(io.Discard, s.reader(o))
		if err != nil {
			return nil, err
		}
		sizes[id.String()] = n
	}
	return sizes, nil
}

// TreeKeys returns what the entries of a tree object are sorted by.
func TreeKeys(content []byte) ([]string, error) {
	entries, err := parseTree(content)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, e := range entries {
		keys = append(keys, e.sortKey())
	}
	return keys, nil
}

// RefNames returns the full names in a list of branches and tags.
func RefNames(r io.Reader) ([]string, error) {
	list, err := readRefs(r)
	if err != nil {
		return nil, err
	}
	return slices.Collect(maps.Keys(list.names)), nil
}

// Sum hashes content as the names of objects are made, without their header.
func Sum(content []byte) []byte {
	h := plumbing.NewHasher(plumbing.BlobObject, 0)
	h.Hash.Reset()
	_, _ = h.Write(content)
	return h.Hash.Sum(nil)
}
