package gitsource

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack/internal/roots"
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

// LocalRefNames returns the full names that a repository in dir has, which is
// made of the files packed-refs and HEAD.
func LocalRefNames(ctx context.Context, dir, packed, head string) ([]string, error) {
	for name, text := range map[string]string{"packed-refs": packed, "HEAD": head} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "objects"), 0o700), os.Mkdir(filepath.Join(dir, "refs"), 0o700)); err != nil {
		return nil, err
	}
	l, err := openLocal(roots.Allowed{Dirs: []string{dir}}, dir, Limits{}.withDefaults())
	if err != nil {
		return nil, err
	}
	list, err := l.list(ctx)
	if err = errors.Join(err, l.close()); err != nil {
		return nil, err
	}
	return slices.Collect(maps.Keys(list.names)), nil
}
