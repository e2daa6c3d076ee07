package registrysource

import (
	"net/url"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/web"
)

// A decoder reads the entries of one index.
type decoder struct {
	client   *web.Client
	gitFirst bool
	index    string // its URL or path, to which relative URLs refer
	kinds    map[string]string
	// bare says that a checksum may be missing.
	bare bool
}

// A place is where an install source lies: a URL, or a path beside an index file.
type place struct{ scheme, location string }

// repository returns the location of a git repository.
func (p place) repository() string {
	if p.scheme == source.SchemeLocal {
		return (&url.URL{Scheme: "file", Path: filepath.ToSlash(p.location)}).String()
	}
	return p.location
}

// place checks the URL of an install source. A relative one refers to the index.
func (d *decoder) place(text string) (place, error) {
	ref, err := url.Parse(text)
	if err == nil && ref.Scheme == "" && text != "" {
		return d.relative(text, ref)
	}
	u, err := d.client.ParseURL(text)
	if err != nil {
		return place{}, err
	}
	return place{u.Scheme, u.String()}, nil
}

// relative returns the place that a relative URL means: beside the index. Whether a
// path there may be read is the decision of the source that fetches it.
func (d *decoder) relative(text string, ref *url.URL) (place, error) {
	switch {
	case ref.Host != "": // "//host/x" takes its scheme from the index
		return place{}, pack.Errorf(pack.CodePolicyDenied, "its URL %.80q names a host without a scheme: write it whole, or relative to the index", web.Redact(text))
	case ref.User != nil || ref.Fragment != "" || strings.ContainsFunc(text, notInURL):
		return place{}, pack.Errorf(pack.CodePolicyDenied, "its relative URL has a user, a fragment or a character that belongs in no URL: percent-encode it")
	case isURL(d.index):
		base, err := d.client.ParseURL(d.index)
		if err != nil {
			return place{}, err
		}
		u, err := d.client.ParseURL(base.ResolveReference(ref).String())
		if err != nil {
			return place{}, err
		}
		return place{u.Scheme, u.String()}, nil
	case ref.RawQuery != "" || strings.HasPrefix(ref.Path, "/") || strings.ContainsFunc(ref.Path, notInPath):
		return place{}, pack.Errorf(pack.CodePolicyDenied, "its URL %.80q is neither a whole URL nor a path relative to the index file", text)
	}
	return place{source.SchemeLocal, filepath.Join(filepath.Dir(d.index), filepath.FromSlash(ref.Path))}, nil
}

func notInURL(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r)
}

func notInPath(r rune) bool { return r == '\\' || unicode.IsControl(r) }
