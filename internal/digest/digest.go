// Package digest computes the two digests of a directory's content from its
// files: the canonical tree digest and the directory checksum. It does not
// access file systems; its callers decide which files belong to a directory.
package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
)

// text returns the sum of h as "sha256:<hex>".
func text(h hash.Hash) string {
	var sum [sha256.Size]byte
	return "sha256:" + hex.EncodeToString(h.Sum(sum[:0]))
}
