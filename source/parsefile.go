package source

import (
	"net/url"
	"path"
	"strings"
	"unicode"
)

// gitFile is a repository of this machine: "file:///path". The source decides
// whether it may be read.
func (p parser) gitFile(rest string) (Locator, error) {
	absolute, ok := strings.CutPrefix(rest, "//")
	if !ok || !strings.HasPrefix(absolute, "/") {
		return Locator{}, p.denied(strings.Index(p.spec, ":")+1, "want three slashes and an absolute path after git+file:, and no host")
	}
	name, rev, subdir, err := p.splitGit(absolute, ".git@")
	if err != nil {
		return Locator{}, err
	}
	location, err := p.fileLocation(strings.TrimRight(name, "/"))
	return Locator{Scheme: SchemeGit, Location: location, Rev: rev, Subdir: subdir}, err
}

// fileLocation checks the percent-encoded path of a repository.
func (p parser) fileLocation(name string) (string, error) {
	if strings.ContainsFunc(name, notInURL) || strings.Contains(name, "?") {
		return "", p.invalid(p.at(name), "a path after file:// must not contain spaces, quotes, brackets, question marks, backslashes or non-ASCII characters: percent-encode them")
	}
	decoded, err := url.PathUnescape(name)
	switch {
	case err != nil:
		return "", p.invalid(p.at(name), "the path is not percent-encoded correctly")
	case strings.ContainsFunc(decoded, unicode.IsControl):
		return "", p.denied(p.at(name), "a path must not contain percent-encoded control characters")
	case decoded == "":
		return "", p.invalid(len(p.spec), "the path does not name a repository")
	case decoded != path.Clean(decoded):
		return "", p.invalid(p.at(name), `want a path without "." and ".." components`)
	}
	return "file://" + name, nil
}
