package pack

import (
	"fmt"
	"regexp"
	"strings"
)

// A Digest is "sha256:" and 64 lower-case hexadecimal digits. The field or function
// that carries it says what it was computed over. The zero value means "no digest" and
// never equals a computed one.
type Digest string

// A subject is the kind of data that a digest was computed over.
type subject string

// The subjects of digests.
const (
	// subjectArchive: the bytes of an archive as received.
	subjectArchive subject = "archive"
	// subjectDirectory: the directory checksum `attune-pack-file-v1` of the
	// content (see [DirectoryChecksum]).
	subjectDirectory subject = "directory"
	// subjectTree: our canonical digest of the content (see [TreeDigest]).
	subjectTree subject = "tree"
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

// VerifyArchive returns nil when the digest of an archive's bytes, got, is d, and
// an error with [CodeChecksumMismatch] and both digests otherwise. An empty d never
// verifies.
func (d Digest) VerifyArchive(got Digest) error { return d.verify(subjectArchive, got) }

// VerifyTree is [Digest.VerifyArchive] for a [TreeDigest].
func (d Digest) VerifyTree(got Digest) error { return d.verify(subjectTree, got) }

func (d Digest) verify(of subject, got Digest) error {
	if d != "" && d == got {
		return nil
	}
	return &integrityError{subject: of, want: d, got: got}
}

// An integrityError says that content does not have the digest it should have.
type integrityError struct {
	subject   subject
	want, got Digest
}

// Error names the subject and both digests.
func (e *integrityError) Error() string {
	return fmt.Sprintf("%s checksum is %s, want %s", e.subject, orNone(e.got), orNone(e.want))
}

func orNone(d Digest) Digest {
	if d == "" {
		return "(none)"
	}
	return d
}

// Unwrap returns [ErrIntegrity].
func (e *integrityError) Unwrap() error { return ErrIntegrity }

// ErrorCode implements [Coder].
func (e *integrityError) ErrorCode() Code { return CodeChecksumMismatch }
