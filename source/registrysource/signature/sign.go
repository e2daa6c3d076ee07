package signature

import (
	"crypto/rand"
	"io"
	"regexp"

	"golang.org/x/mod/sumdb/note"

	"github.com/packtrain/pack"
)

var keyName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._:/@-]{0,127}\z`)

// NewKey makes a pair of keys. The name says whose they are, and stands in records of
// packs of the index. random is the source of the private key; nil means the system's.
// A name that cannot be one has [pack.CodeInvalidRequest].
func NewKey(name string, random io.Reader) (private, public string, err error) {
	if !keyName.MatchString(name) {
		return "", "", pack.Errorf(pack.CodeInvalidRequest, "key name %.80q: want at most 128 letters, digits and . _ : / @ -, a letter or digit first", name)
	}
	if random == nil {
		random = rand.Reader
	}
	if private, public, err = note.GenerateKey(random, name); err != nil {
		return "", "", pack.Errorf(pack.CodeIO, "make a key: %w", err)
	}
	return private, public, nil
}

// Sign returns the file of signatures of an index, signed with each of the private keys.
// name is what its readers call the index. earlier is the file of signatures that is
// there: its signatures stay, unverified, if they are of the same text; nil is none.
// Keys and names that cannot be used have [pack.CodeInvalidRequest].
func Sign(name string, index, earlier []byte, private ...string) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	var signers []note.Signer
	for i, key := range private {
		s, err := note.NewSigner(key)
		if err != nil { // which says nothing of the key
			return nil, pack.Errorf(pack.CodeInvalidRequest, "private key %d cannot be read: want a text that begins with %q", i+1, "PRIVATE+KEY+")
		}
		signers = append(signers, s)
	}
	if len(signers) == 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "no key signs the index")
	}
	n := &note.Note{Text: statement(name, index)}
	if old := open(earlier, nil); old != nil && old.Text == n.Text {
		n.UnverifiedSigs = old.UnverifiedSigs
	}
	file, err := note.Sign(n, signers...)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "sign the index: %w", err)
	}
	return file, nil
}
