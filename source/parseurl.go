package source

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
)

var archiveSuffixes = []string{".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz"}

// forbidden are transports that run a program, read local files or verify
// nothing.
var forbidden = []string{"ssh", "git", "file", "ext", "fd"}

// checkTransport refuses text that git would take for a forbidden transport.
func (p parser) checkTransport(scheme, rest string) error {
	switch {
	case strings.HasPrefix(rest, ":"):
		return p.denied(0, `"transport::address" is never allowed; write an https URL`)
	case strings.ContainsAny(scheme, "@."):
		return p.denied(0, "host:path is ssh, which is not supported; write an https URL")
	case strings.EqualFold(scheme, "file"):
		return p.denied(0, "file: is not supported: a path names a directory or an archive, and git+file:///path a repository; write one of them")
	case isForbidden(strings.ToLower(scheme), strings.HasPrefix(rest, "//")):
		return p.denied(0, scheme+": is not supported; write an https URL, or a plain path")
	case len(scheme) == 1:
		return p.invalid(0, "a drive letter is not supported; write a path relative to the base directory")
	}
	return nil
}

func isForbidden(scheme string, isURL bool) bool {
	first, second, compound := strings.Cut(scheme, "+")
	switch {
	case !compound && first == SchemeGit:
		return isURL // else it is a misspelled spec, not a transport
	case scheme == "git+file":
		return false // the source decides whether it is allowed
	case compound && (first == SchemeGit || first == "archive"):
		return second != SchemeHTTPS && second != SchemeHTTP
	}
	return slices.Contains(forbidden, first) || slices.Contains(forbidden, second)
}

// webURL is git or an archive, depending on the path.
func (p parser) webURL(scheme, rest string) (Locator, error) {
	base, _, _ := strings.Cut(strings.TrimPrefix(rest, "//"), "#")
	base, _, _ = strings.Cut(base, "?")
	base, _, _ = strings.Cut(base, "//")
	if _, urlPath, _ := strings.Cut(base, "/"); looksLikeArchive(urlPath) {
		return p.archiveURL(scheme, rest)
	}
	if err := p.checkPage(rest); err != nil {
		return Locator{}, err
	}
	return p.gitURL(scheme, rest)
}

func looksLikeArchive(urlPath string) bool {
	lower := strings.ToLower(urlPath)
	if strings.Contains(lower, ".git@") {
		return false
	}
	isArchive := func(suffix string) bool { return strings.HasSuffix(lower, suffix) }
	components := strings.Split(lower, "/")
	return slices.ContainsFunc(archiveSuffixes, isArchive) ||
		slices.Contains(components, "tar.gz") || slices.Contains(components, "zip")
}

// hosted is a repository of a well-known host.
func (p parser) hosted(host, rest string) (Locator, error) {
	repo, rev, subdir, err := p.splitGit(rest, "@")
	if err != nil {
		return Locator{}, err
	}
	repo = strings.TrimSuffix(repo, ".git")
	components := strings.Split(repo, "/")
	if len(components) < 2 || host == "github" && len(components) > 2 || slices.ContainsFunc(components, notHosted) {
		return Locator{}, p.invalid(len(host)+1, "want "+host+":org/repo, then @rev, then //subdir")
	}
	return Locator{Scheme: SchemeGit, Location: "https://" + host + ".com/" + repo + ".git", Rev: rev, Subdir: subdir}, nil
}

// notHosted reports whether a well-known host would not allow the name.
func notHosted(name string) bool {
	outside := func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)
	}
	return strings.Trim(name, ".") == "" || name[0] == '-' || strings.ContainsFunc(name, outside)
}

func (p parser) gitURL(scheme, rest string) (Locator, error) {
	authority, _, _ := strings.Cut(strings.TrimPrefix(rest, "//"), "/")
	if hasUser(authority) {
		return Locator{}, p.credentials()
	}
	slashes := len(rest) - len(strings.TrimPrefix(rest, "//"))
	location, rev, subdir, err := p.splitGit(rest[slashes:], ".git@")
	if err != nil {
		return Locator{}, err
	}
	if strings.Contains(location, "?") {
		return Locator{}, p.invalid(p.at("?"), "a repository URL must not have a query; write archive+https: before an archive URL")
	}
	location, err = p.location(scheme, rest[:slashes]+strings.TrimRight(location, "/"))
	return Locator{Scheme: SchemeGit, Location: location, Rev: rev, Subdir: subdir}, err
}

// splitGit splits "repo[@rev][//subdir]" or "repo[//subdir][#rev]"; marker
// precedes the "@".
func (p parser) splitGit(text, marker string) (repo, rev, subdir string, err error) {
	text, fragment, hasFragment := strings.Cut(text, "#")
	repo, sub, hasSubdir := strings.Cut(text, "//")
	if _, rev := cutRev(repo); rev != "" && marker != "@" {
		return "", "", "", p.invalid(p.at("@"), `the URL does not end in ".git", so that its rev goes after "#"; write an "@" of its path as %40`)
	}
	if strings.HasPrefix(fragment, "egg=") || strings.HasPrefix(fragment, "subdirectory=") {
		return "", "", "", p.invalid(p.at("#"), `"#" precedes a rev, and "//" a directory`)
	}
	repo, at, hasAt := strings.Cut(repo, marker)
	if hasAt {
		repo += strings.TrimSuffix(marker, "@")
	}
	switch {
	case hasAt && hasFragment:
		return "", "", "", p.invalid(p.at("#"), `there are two revs, after "@" and after "#"`)
	case hasAt:
		rev, err = p.rev(at)
	case hasFragment:
		rev, err = p.rev(fragment)
	}
	if err == nil && hasSubdir {
		subdir, err = p.subdir(sub)
	}
	return repo, rev, subdir, err
}

func (p parser) archiveURL(scheme, rest string) (Locator, error) {
	if strings.Contains(rest, "#") {
		return Locator{}, p.invalid(p.at("#"), `an archive has no rev; write git+https: before a repository URL`)
	}
	text, query, _ := strings.Cut(rest, "?")
	slashes := len(text) - len(strings.TrimPrefix(text, "//"))
	urlPath, sub, hasSubdir := strings.Cut(text[slashes:], "//")
	location, err := p.location(scheme, text[:slashes]+urlPath+prefixed("?", query))
	if err != nil || !hasSubdir {
		return Locator{Scheme: scheme, Location: location}, err
	}
	subdir, err := p.subdir(sub)
	return Locator{Scheme: scheme, Location: location, Subdir: subdir}, err
}

// location checks a URL and returns it with its host in lower case. Messages do
// not quote it: in an invalid URL, a password cannot be distinguished from other
// parts.
func (p parser) location(scheme, rest string) (string, error) {
	authority, isURL := strings.CutPrefix(rest, "//")
	if !isURL {
		return "", p.invalid(strings.Index(p.spec, ":")+1, `want "//" and a host after `+scheme+":")
	}
	authority, tail := cutAt(authority, "/?")
	if err := p.checkAuthority(authority); err != nil {
		return "", err
	}
	if strings.ContainsFunc(rest, notInURL) {
		return "", p.invalid(strings.IndexFunc(p.spec, notInURL), "a URL must not contain spaces, quotes, brackets, backslashes or non-ASCII characters: percent-encode them, and write hosts in ASCII")
	}
	location := scheme + "://" + strings.ToLower(authority) + tail
	u, err := url.Parse(location)
	switch {
	case err != nil, u.Hostname() == "":
		return "", p.invalid(p.at(authority), "the URL is not valid: check host, port and percent-encoding")
	case strings.ContainsFunc(u.Path, unicode.IsControl):
		return "", p.denied(p.at(tail), "a URL must not contain percent-encoded control characters")
	case path.Clean("/"+u.Path) == "/" && u.RawQuery == "":
		return "", p.invalid(len(p.spec), "the URL does not name a repository or archive")
	}
	return location, nil
}

func (p parser) checkAuthority(authority string) error {
	switch {
	case hasUser(authority):
		return p.credentials()
	case strings.Contains(authority, "%"):
		return p.denied(p.at(authority), "a host must not contain percent-encoded characters")
	case strings.HasPrefix(authority, "-"):
		return p.denied(p.at(authority), `a host must not begin with "-"`)
	}
	return nil
}

// mayHaveUser reports whether the location of a host's own source has the form
// "//user@host" or "password@host:path".
func mayHaveUser(location string) bool {
	authority, isURL := strings.CutPrefix(location, "//")
	authority, _ = cutAt(authority, "/?#")
	_, host, found := strings.Cut(authority, "@")
	return found && (isURL || strings.Contains(host, ":"))
}

func hasUser(authority string) bool {
	authority, _ = cutAt(authority, "/?#")
	return strings.Contains(authority, "@")
}

// cutAt splits s before the first of chars.
func cutAt(s, chars string) (before, from string) {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

func notInURL(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r)
}
