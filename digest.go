package pack

import (
	"fmt"
	"regexp"
	"strings"
)

// A Digest is "sha256:" and 64 lower-case hexadecimal digits. The field or
// function that carries it states its [Subject], which is what it was computed
// over. The zero value means "no digest" and never equals a computed one.
type Digest string

// A Subject says what a digest was computed over.
type Subject string

// The subjects of digests.
const (
	// SubjectArchive: the bytes of an archive as received.
	SubjectArchive Subject = "archive"
	// SubjectDirectory: the directory checksum `attune-pack-file-v1` of the
	// content (see [DirectoryChecksum]).
	SubjectDirectory Subject = "directory"
	// SubjectTree: our canonical digest of the content (see [TreeDigest]).
	SubjectTree Subject = "tree"
)

var digestPattern = regexp.MustCompile(`^sha256:[0-9a-f]{64}\z`)

// ParseDigest parses "sha256:<64 hex digits>"; upper-case digits are accepted
// and lowered. Every other text, the empty one included, is an error with
// [CodeChecksumMismatch]: a checksum that cannot be read never passes.
func ParseDigest(s string) (Digest, error) {
	d := Digest(strings.ToLower(s))
	if !digestPattern.MatchString(string(d)) {
		return "", Errorf(CodeChecksumMismatch, "checksum %.80q: want %q and 64 hexadecimal digits", s, "sha256:")
	}
	return d, nil
}

// String returns the digest as text.
func (d Digest) String() string { return string(d) }

// Verify returns nil when got is d, and an [*IntegrityError] otherwise. An
// empty d never verifies.
func (d Digest) Verify(subject Subject, got Digest) error {
	if d != "" && d == got {
		return nil
	}
	return &IntegrityError{Subject: subject, Want: d, Got: got}
}

// An IntegrityError says that content does not have the digest it should have.
// It matches [ErrIntegrity].
type IntegrityError struct {
	Subject   Subject
	Want, Got Digest
}

// Error names the subject and both digests.
func (e *IntegrityError) Error() string {
	return fmt.Sprintf("%s checksum is %s, want %s", e.Subject, orNone(e.Got), orNone(e.Want))
}

func orNone(d Digest) Digest {
	if d == "" {
		return "(none)"
	}
	return d
}

// Unwrap returns [ErrIntegrity].
func (e *IntegrityError) Unwrap() error { return ErrIntegrity }

// ErrorCode implements [Coder].
func (e *IntegrityError) ErrorCode() Code { return CodeChecksumMismatch }
