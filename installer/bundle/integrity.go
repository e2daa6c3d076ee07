package bundle

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// An integrity hashes what is written to it, to compare it with a list of digests as
// Subresource Integrity has them: the strongest kind in the list counts.
type integrity struct {
	hash.Hash
	kind string
	want string
}

func newIntegrity(want string) (*integrity, error) {
	for _, kind := range []struct {
		name string
		make func() hash.Hash
	}{{"sha512", sha512.New}, {"sha384", sha512.New384}, {"sha256", sha256.New}} {
		if strings.Contains(" "+want, " "+kind.name+"-") {
			return &integrity{kind.make(), kind.name, want}, nil
		}
	}
	return nil, malformed("%.100q is not a digest of a Node.js package", want)
}

func (i *integrity) verify() error {
	got := i.kind + "-" + base64.StdEncoding.EncodeToString(i.Sum(nil))
	if !slices.Contains(strings.Fields(i.want), got) {
		return pack.Errorf(pack.CodeChecksumMismatch, "its integrity is %s, want %s", got, i.want)
	}
	return nil
}
