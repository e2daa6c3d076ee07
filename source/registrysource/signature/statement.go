package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/packtrain/pack"
)

// Suffix is what the name of the file of signatures has beyond that of the index.
const Suffix = ".sig"

const (
	header = "packtrain index signature v1\n"
	// maxFile is more than 100 signatures take, which is what package note reads.
	maxFile = 64 << 10
)

// namePattern is that of the names of indices.
var namePattern = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._:-]{0,127}\z`)

// statement returns the text that is signed.
func statement(name string, index []byte) string {
	sum := sha256.Sum256(index)
	return fmt.Sprintf("%sname %s\nsize %d\nsha256 %s\n", header, name, len(index), hex.EncodeToString(sum[:]))
}

// nameIn returns the name of the index in a text that is signed; ok is false if the text
// is not a statement of this package.
func nameIn(text string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(text, header+"name ")
	if !ok {
		return "", false
	}
	name, _, ok = strings.Cut(rest, "\n")
	return name, ok && namePattern.MatchString(name)
}

func checkName(name string) error {
	if !namePattern.MatchString(name) {
		return pack.Errorf(pack.CodeInvalidRequest, "index name %.80q: want at most 128 letters, digits, dots, colons, hyphens and underscores, a letter or digit first", name)
	}
	return nil
}
