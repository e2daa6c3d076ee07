package wire

import (
	"path/filepath"
	"slices"

	"github.com/packtrain/pack"
)

// Checksums are the tree digests of packs, by their paths: what a download reported as
// tree_digest. A pack with other content fails, with [pack.CodeContentChanged].
type Checksums map[string]pack.Digest

// check returns an error with [pack.CodeInvalidRequest] for a digest that is not one, or
// that belongs to none of paths, or to one that has another digest: then a pack would be
// taken unchecked.
func (c Checksums) check(paths []string) error {
	clean, seen := map[string]bool{}, Checksums{}
	for _, path := range paths {
		clean[filepath.Clean(path)] = true
	}
	for path, digest := range c {
		parsed, err := pack.ParseDigest(digest.String())
		at := filepath.Clean(path)
		switch {
		case err != nil:
			return pack.Errorf(pack.CodeInvalidRequest, "checksums: %.200q: want %q and 64 hexadecimal digits", path, "sha256:")
		case !clean[at]:
			return pack.Errorf(pack.CodeInvalidRequest, "checksums: %.200q is not among pack_paths", path)
		case seen[at] != "" && seen[at] != parsed:
			return pack.Errorf(pack.CodeInvalidRequest, "checksums: %.200q has two checksums", at)
		}
		seen[at] = parsed
	}
	return nil
}

// of returns the packs at paths with their digests: paths alone when there are none.
func (c Checksums) of(paths []string) ([]string, []*pack.Content) {
	if len(c) == 0 {
		return paths, nil
	}
	byPath := Checksums{}
	for path, digest := range c {
		byPath[filepath.Clean(path)], _ = pack.ParseDigest(digest.String()) // which was checked
	}
	return nil, each(paths, func(path string) *pack.Content {
		return &pack.Content{Dir: path, TreeDigest: byPath[filepath.Clean(path)]}
	})
}

// checksumsOf returns those of contents, nil when none are known.
func checksumsOf(contents []*pack.Content) Checksums {
	known := slices.DeleteFunc(slices.Clone(contents), func(c *pack.Content) bool { return c.TreeDigest == "" })
	if len(known) == 0 {
		return nil
	}
	sums := Checksums{}
	for _, c := range known {
		sums[c.Dir] = c.TreeDigest
	}
	return sums
}
