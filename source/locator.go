package source

import (
	"path"
	"strings"

	"github.com/packtrain/pack"
)

// The schemes that [Parse] yields by itself. A host's own source has a scheme of
// its own.
const (
	SchemeRegistry = "registry" // a ref, looked up in an index
	SchemeGit      = "git"      // a git repository by URL
	SchemeHTTPS    = "https"    // an archive by URL
	SchemeHTTP     = "http"     // the same without TLS
	SchemeLocal    = "local"    // a directory or archive of this machine
)

// A Locator is a parsed spec: it names the place of a pack.
type Locator struct {
	// Spec is the spec as typed, without credentials. It is for messages only.
	Spec string
	// Scheme selects the Source.
	Scheme string
	// Location is a URL, a path, or for the scheme "registry" the pack's ref.
	Location string
	// Rev is a git branch, tag or commit; "" for the default branch.
	Rev string
	// Subdir holds the pack, relative to the content's root and separated by
	// "/"; "" for the root.
	Subdir string
	// Constraint limits the versions of a registry pack.
	Constraint pack.Constraint
	// Index, when not "", names the index to ask instead of the configured
	// one. Parse never sets it.
	Index string
}

// String returns a spec that [Parse] reads as l again, except for Spec and
// Index. Shorthands are expanded: "github:..." becomes "git+https://...".
func (l Locator) String() string {
	switch l.Scheme {
	case SchemeRegistry:
		if l.Constraint.Any() {
			return l.Location
		}
		return l.Location + "@" + l.Constraint.String()
	case SchemeLocal:
		return l.Location + prefixed("//", l.Subdir)
	case SchemeGit:
		return "git+" + l.Location + prefixed("//", l.Subdir) + prefixed("#", l.Rev)
	case SchemeHTTPS, SchemeHTTP:
		path, query, _ := strings.Cut(l.Location, "?")
		return "archive+" + path + prefixed("//", l.Subdir) + prefixed("?", query)
	}
	return l.Scheme + ":" + l.Location
}

// Ref returns the ref that the content must have, "" when the locator does not
// name one: only a registry pack's does.
func (l Locator) Ref() pack.Ref {
	if l.Scheme == SchemeRegistry {
		return pack.Ref(l.Location)
	}
	return ""
}

// WithDefaults returns l with the given rev and index where it has none and its
// scheme supports one; "" means no default.
func (l Locator) WithDefaults(rev, index string) Locator {
	if l.Scheme == SchemeGit && l.Rev == "" {
		l.Rev = rev
	}
	if l.Scheme == SchemeRegistry && l.Index == "" {
		l.Index = index
	}
	return l
}

// Below returns the spec of a directory in the content that l names: what was typed,
// with dir after "//". It is "" when no spec names that directory, as for a pack of
// a registry.
func (l Locator) Below(dir string) string {
	head, tail := l.Spec, ""
	if i := strings.IndexAny(head, "?#"); i >= 0 && l.Scheme != SchemeLocal {
		head, tail = head[:i], head[i:]
	}
	slashes := "//"
	if l.Subdir != "" {
		slashes = "/"
	}
	spec := strings.TrimRight(head, "/") + slashes + dir + tail
	if below, err := Parse(spec); err != nil || below.Scheme != l.Scheme || below.Subdir != path.Join(l.Subdir, dir) {
		return ""
	}
	return spec
}

// Names reports whether a pin is of the place that l names, and of the revision, if l names
// one. Versions and queries do not count.
func (l Locator) Names(p pack.Pin) bool {
	if p.Scheme != l.Scheme || p.Subdir != l.Subdir || l.Rev != "" && l.Rev != p.Rev && l.Rev != p.Commit {
		return false
	}
	return placeOf(p.Location) == placeOf(l.Location)
}

// placeOf returns a URL in the form in which those of one place are equal.
func placeOf(location string) string {
	location, _, _ = strings.Cut(location, "?")
	return strings.TrimSuffix(strings.TrimRight(location, "/"), ".git")
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
