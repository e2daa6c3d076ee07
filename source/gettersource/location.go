package gettersource

import (
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// A location is the supported part of go-getter's notation.
type location struct {
	url    *url.URL // of the archive alone
	subdir string
	digest pack.Digest
}

// magicKeys of a query have a meaning for go-getter.
func magicKeys() []string {
	return []string{"archive", "checksum", "filename", "terraform-get", "ref", "sshkey", "depth"}
}

// parse reads a location, and leaves nothing in its URL that has a special
// meaning for go-getter.
func (s *Source) parse(text string) (*location, error) {
	if strings.Contains(text, "::") {
		return nil, pack.Errorf(pack.CodePolicyDenied, "location %q: %q is not allowed: write an https URL", web.Redact(text), "::")
	}
	u, err := s.client.ParseURL(text)
	if err != nil {
		return nil, err
	}
	l := &location{url: u}
	if err := l.takeSubdir(); err != nil {
		return nil, err
	}
	return l, l.takeDigest()
}

// shown is the URL without parts that may be secret.
func (l *location) shown() string { return web.Redact(l.url.String()) }

// takeSubdir moves the directory after "//" out of the URL.
func (l *location) takeSubdir() error {
	before, subdir, found := strings.Cut(l.url.EscapedPath(), "//")
	if !found {
		return nil
	}
	name, err := url.PathUnescape(strings.TrimSuffix(subdir, "/"))
	if err != nil || name == "." || !fs.ValidPath(name) || strings.Contains(subdir, "//") {
		return pack.Errorf(pack.CodeUnsafePath, "location %q: after %q want names separated by %q, without %q", l.shown(), "//", "/", "..")
	}
	plain, err := url.PathUnescape(before)
	if err != nil {
		return pack.Errorf(pack.CodeInvalidRequest, "location %q: %w", l.shown(), err)
	}
	l.url.Path, l.url.RawPath, l.subdir = plain, before, name
	return nil
}

// takeDigest moves the checksum out of the query, and refuses its other magic
// words.
func (l *location) takeDigest() error {
	query, err := url.ParseQuery(l.url.RawQuery)
	if err != nil {
		return pack.Errorf(pack.CodeInvalidRequest, "location %q: its query cannot be parsed", l.shown())
	}
	sums := query["checksum"]
	if len(sums) > 1 {
		return pack.Errorf(pack.CodeInvalidRequest, "location %q: it states two checksums", l.shown())
	}
	if len(sums) == 1 {
		if l.digest, err = pack.ParseDigest(sums[0]); err != nil {
			return pack.Errorf(pack.CodeChecksumMismatch, "location %q: invalid checksum: want sha256: and 64 hexadecimal digits", l.shown())
		}
		query.Del("checksum")
	}
	for _, key := range magicKeys() {
		if query.Has(key) {
			return pack.Errorf(pack.CodePolicyDenied, "location %q: %q in the query is not allowed", l.shown(), key)
		}
	}
	l.url.RawQuery, l.url.ForceQuery = query.Encode(), false // as go-getter would
	return nil
}

// name is the file name of the archive.
func (l *location) name() string { return path.Base(l.url.Path) }
