package pack

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// A Pin is a resolved, immutable choice of content: it says exactly what to
// fetch and what the result must be. It can be stored and fetched again later:
// the same pin yields the same bytes, or an error.
type Pin struct {
	// Ref and Version, when known before the content is there (a registry
	// knows them); both are verified against pack.yaml.
	Ref     Ref     `json:"ref,omitempty"`
	Version Version `json:"version,omitzero"`
	// Scheme names the kind of source that fetches the content: "git",
	// "https", "http" or "local", or any other that a source of the host serves.
	Scheme string `json:"scheme"`
	// Location is the URL (without user information) or absolute path. The query
	// of a URL belongs to it, although it may hold a secret: see WithoutQuery,
	// which is what records keep.
	Location string `json:"location"`
	// Rev is the git branch, tag or commit that was asked for; "" for the
	// default branch, or for a source without revisions.
	Rev string `json:"rev,omitempty"`
	// Commit is the full git object name that Rev resolved to.
	Commit string `json:"commit,omitempty"`
	// ETag is the strong entity tag of an archive whose ArchiveDigest is
	// not known beforehand.
	ETag string `json:"etag,omitempty"`
	// Subdir is the directory, relative to the content's root and separated
	// by "/", that holds the pack; "" for the root itself.
	Subdir string `json:"subdir,omitempty"`
	// StripTop says that one directory holding the whole content (as in
	// archives of a hosting service) is not part of it.
	StripTop bool `json:"strip_top,omitempty"`
	// ArchiveDigest is the expected digest of the archive's bytes,
	// DirectoryChecksum and TreeDigest those of the content below StripTop and
	// Subdir (see [DirectoryChecksum] and [TreeDigest]); "" where nothing is
	// expected. A download adds TreeDigest to the pin that it reports: from then on
	// the pin stands for exactly those files, also where the location can change,
	// as a directory does.
	ArchiveDigest     Digest `json:"archive_digest,omitempty"`
	DirectoryChecksum Digest `json:"directory_checksum,omitempty"`
	TreeDigest        Digest `json:"tree_digest,omitempty"`
	// Size is the expected size in bytes of the archive, or of all files of content
	// that does not come as an archive; 0 if it is unknown.
	Size int64 `json:"size,omitempty"`
	// Via is the index entry that led to this choice.
	Via Origin `json:"via,omitzero"`
}

// An Origin is the index entry that led to a [Pin]. The zero value means that
// the location was given directly.
type Origin struct {
	// Index is the name of the index; an index that is not configured, but was
	// named by a request, has its URL without credentials and query instead.
	Index string `json:"index"`
	Entry string `json:"entry"` // "ref@version" of the entry
	// VerifiedBy is who vouches for the index: the names of the keys that have signed it,
	// for example. "" means that nothing was verified.
	VerifiedBy string `json:"verified_by,omitempty"`
}

// SameContent reports whether p and q certainly stand for the same content. Equal
// tree digests say so, and different ones say the opposite. Without two of them
// both pins must name one directory of one place and agree on an immutable mark
// (commit or entity tag), or on an archive digest or directory checksum,
// wherever that content is. Pins without such a mark, as those of local
// directories that were not fetched, never do.
func (p Pin) SameContent(q Pin) bool {
	switch {
	case p.TreeDigest != "" && q.TreeDigest != "":
		return p.TreeDigest == q.TreeDigest
	case p.Subdir != q.Subdir:
		return false
	case same(p.ArchiveDigest, q.ArchiveDigest), same(p.DirectoryChecksum, q.DirectoryChecksum):
		return true
	case p.Scheme != q.Scheme, p.Location != q.Location:
		return false
	}
	return same(p.Commit, q.Commit) || same(p.ETag, q.ETag)
}

// Remote reports whether the content came over a network, as far as the pin says: its
// location is neither an absolute path nor a "file:" URL. The zero Pin is not remote.
func (p Pin) Remote() bool {
	return p.Scheme != "" && !filepath.IsAbs(p.Location) && !strings.HasPrefix(p.Location, "file:")
}

// WithoutQuery returns p in the form that may be shown and stored permanently:
// without the query of its URL, which may hold a secret, and in that case without
// the entity tag, which was for the whole URL. Content that can only be fetched
// with the query cannot be fetched with the result.
func (p Pin) WithoutQuery() Pin {
	location, _, found := strings.Cut(p.Location, "?")
	if found && strings.Contains(location, "://") {
		p.Location, p.ETag = location, ""
	}
	return p
}

// VerifySize returns an error with [CodeChecksumMismatch] when size is not the one
// that p expects.
func (p Pin) VerifySize(size int64) error {
	if p.Size == 0 || p.Size == size {
		return nil
	}
	return Errorf(CodeChecksumMismatch, "size is %d bytes, want %d", size, p.Size)
}

func same[T ~string](a, b T) bool { return a != "" && a == b }

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
