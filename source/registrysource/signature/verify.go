package signature

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/packtrain/pack"
)

// A Verifier accepts indices that enough of its keys have signed. It is for the field
// Verifier of a registrysource.Index, and is safe for concurrent use.
type Verifier struct {
	keys   []note.Verifier
	needed int
}

// NewVerifier returns a Verifier that wants the signatures of at least needed of the
// public keys. Keys that cannot be read, that are there twice, none, and a number that
// they cannot reach are errors with [pack.CodeInvalidRequest].
func NewVerifier(needed int, public ...string) (*Verifier, error) {
	v := &Verifier{needed: needed}
	seen := map[string]bool{} // the keys without their names, which could differ
	for _, text := range public {
		key, err := note.NewVerifier(text)
		if err != nil {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "key %.80q cannot be read: want a public key, NAME+HASH+BASE64", hidden(text))
		}
		bare := bytesOf(text)
		if seen[bare] {
			return nil, pack.Errorf(pack.CodeInvalidRequest, "key %q is there twice", key.Name())
		}
		seen[bare] = true
		v.keys = append(v.keys, key)
	}
	if needed < 1 || needed > len(v.keys) {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%d signatures of %d keys are wanted: want a number from 1 to that of the keys", needed, len(v.keys))
	}
	return v, nil
}

// bytesOf returns the bytes of a public key that was read.
func bytesOf(key string) string {
	_, rest, _ := strings.Cut(key, "+")
	_, encoded, _ := strings.Cut(rest, "+")
	decoded, _ := base64.StdEncoding.DecodeString(encoded)
	return string(decoded)
}

// hidden is a key as messages show it: not at all, if it is a private one.
func hidden(key string) string {
	if strings.HasPrefix(key, "PRIVATE") {
		return "PRIVATE+KEY+..."
	}
	return key
}

// Verifier implements [note.Verifiers]. The hash of a key covers its name and its bytes.
func (v *Verifier) Verifier(name string, hash uint32) (note.Verifier, error) {
	for _, k := range v.keys {
		if k.Name() == name && k.KeyHash() == hash {
			return k, nil
		}
	}
	return nil, &note.UnknownVerifierError{Name: name, KeyHash: hash}
}

// Verify returns the names of the keys that signed the index with that name, sorted.
// beside reads the file whose name has a suffix beyond that of the index.
//
// Errors have [pack.CodePolicyDenied] if there are no signatures, or not enough by its
// keys; [pack.CodeChecksumMismatch] if they are of another index, of other content or
// forged; [pack.CodeMalformedContent] if the file cannot be read as signatures. Other errors
// are those of beside.
func (v *Verifier) Verify(ctx context.Context, name string, index []byte, beside func(ctx context.Context, suffix string) ([]byte, error)) (string, error) {
	file, err := beside(ctx, Suffix)
	switch {
	case errors.Is(err, pack.ErrNotFound):
		return "", pack.Errorf(pack.CodePolicyDenied, "it is not signed: there is no file %q beside it, and signatures of %s are required", Suffix, v.wanted())
	case err != nil:
		return "", pack.Errorf(pack.CodeOf(err), "read its signatures: %w", err)
	}
	return v.check(name, index, file)
}

// check verifies the content of a file of signatures.
func (v *Verifier) check(name string, index, file []byte) (string, error) {
	if len(file) > maxFile {
		return "", &pack.LimitError{Limit: "size of the signatures", Max: maxFile, Value: int64(len(file))}
	}
	n, err := note.Open(file, v)
	var unverified *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unverified):
		n = unverified.Note
	case errors.As(err, &invalid):
		return "", pack.Errorf(pack.CodeChecksumMismatch, "its signature by the key %.80q is forged, or damaged", invalid.Name)
	case err != nil:
		return "", pack.Errorf(pack.CodeMalformedContent, "its signatures cannot be read: want a signed note of version 1")
	}
	if err := wantText(n.Text, name, index); err != nil {
		return "", err
	}
	return v.enough(n.Sigs)
}

// wantText compares a text, which may be unsigned yet, with what has to be signed.
func wantText(text, name string, index []byte) error {
	signed, ok := nameIn(text)
	switch {
	case !ok:
		return pack.Errorf(pack.CodeMalformedContent, "its signatures cannot be read: they are of another kind of text than an index of version 1")
	case signed != name:
		return pack.Errorf(pack.CodeChecksumMismatch, "its signatures are of the index %q, and this one is called %q here: they are of another index, or this one needs that name", signed, name)
	case text != statement(name, index):
		return pack.Errorf(pack.CodeChecksumMismatch, "its signatures are of other content: it was changed, or not signed again after a change")
	}
	return nil
}

// enough returns the names of the keys.
func (v *Verifier) enough(sigs []note.Signature) (string, error) {
	var by []string
	for _, s := range sigs { // one for each key
		by = append(by, s.Name)
	}
	slices.Sort(by)
	if len(by) < v.needed {
		return "", pack.Errorf(pack.CodePolicyDenied, "it is signed by %d of the trusted keys: signatures of %s are required", len(by), v.wanted())
	}
	return strings.Join(by, ", "), nil
}

// wanted describes the keys.
func (v *Verifier) wanted() string {
	var names []string
	for _, k := range v.keys {
		names = append(names, k.Name())
	}
	list := strings.Join(names, ", ")
	if v.needed == len(names) {
		return list
	}
	return fmt.Sprintf("%d of %s", v.needed, list)
}

// open returns a note whose signatures may be unverified, nil if it cannot be read.
func open(file []byte, known note.Verifiers) *note.Note {
	if known == nil {
		known = note.VerifierList()
	}
	n, err := note.Open(file, known)
	if unverified, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		return unverified.Note
	}
	return n
}
