package source

import (
	"net/url"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// A webPage is what the address of a page of a hosting service shows: a repository at a
// rev, and a directory in it.
type webPage struct{ repo, rev, dir string }

// pageKinds are the components of a path after which a hosting service names a rev.
func pageKinds() []string {
	return []string{"tree", "blob", "raw", "blame", "edit", "commit", "commits", "tags"}
}

// pageOf returns what the page at a path of a host shows; false if the path may be that
// of a repository.
func pageOf(host, urlPath string) (webPage, bool) {
	c := strings.Split(strings.Trim(urlPath, "/"), "/")
	if strings.Contains(urlPath, ".git") {
		return webPage{}, false
	}
	for i := 2; i+1 < len(c); i++ {
		kind, rest := c[i], c[i+1:]
		switch {
		case kind == "-" && len(rest) > 1: // GitLab
			return newPage(c[:i], rest[0], rest[1:]), true
		case i > 2:
		case slices.Contains(pageKinds(), kind):
			return newPage(c[:i], kind, rest), true
		case kind == "releases" && rest[0] == "tag" && len(rest) > 1:
			return newPage(c[:i], kind, rest[1:2]), true
		case kind == "src" && len(rest) > 1 && slices.Contains([]string{"branch", "tag", "commit"}, rest[0]): // Gitea
			return newPage(c[:i], rest[0], rest[1:]), true
		case kind == "src" && host == "bitbucket.org":
			return newPage(c[:i], kind, rest), true
		}
	}
	if slices.Contains([]string{"github.com", "www.github.com"}, strings.ToLower(host)) && len(c) > 2 {
		return webPage{repo: strings.Join(c[:2], "/")}, true
	}
	return webPage{}, false
}

// newPage returns the page of a kind; the page of a file shows its directory.
func newPage(repo []string, kind string, rest []string) webPage {
	p := webPage{repo: strings.Join(repo, "/"), rev: rest[0]}
	dir := rest[1:]
	isFile := slices.Contains([]string{"blob", "raw", "blame", "edit"}, kind)
	if n := len(dir); n > 0 && (isFile || dir[n-1] == pack.ManifestFile) {
		dir = dir[:n-1]
	}
	p.dir = strings.Join(dir, "/")
	return p
}

// checkPage refuses the address of a page.
func (p parser) checkPage(rest string) error {
	host, urlPath, _ := strings.Cut(strings.TrimPrefix(rest, "//"), "/")
	urlPath, _ = cutAt(urlPath, "?#")
	urlPath, _, _ = strings.Cut(urlPath, "//")
	if _, isPage := pageOf(host, urlPath); isPage && !hasUser(host) {
		return p.invalid(p.at(urlPath), "this is the address of a web page; write the URL of the repository, .git@REV and //DIR")
	}
	return nil
}

// pageSpec spells the address of a page as the repository, rev and directory it shows.
func pageSpec(spec string) string {
	if rest, ok := strings.CutPrefix(spec, "github:"); ok && !strings.Contains(rest, "//") {
		spec = "https://github.com/" + rest
	}
	m := urlPattern.FindStringSubmatch(spec)
	if m == nil || strings.Contains(m[3], "//") {
		return ""
	}
	page, ok := pageOf(m[2], m[3])
	if !ok {
		return plainPage(m[1], m[2], m[3], m[4])
	}
	rev, revErr := url.PathUnescape(page.rev)
	dir, dirErr := url.PathUnescape(page.dir)
	if revErr != nil || dirErr != nil {
		return ""
	}
	return m[1] + "://" + m[2] + "/" + page.repo + ".git" + prefixed("@", rev) + prefixed("//", dir)
}

// plainPage spells the page of a repository itself without the query of its tabs.
func plainPage(scheme, host, urlPath, tail string) string {
	hosts := []string{"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"}
	if !strings.HasPrefix(tail, "?") || strings.Count(strings.Trim(urlPath, "/"), "/") != 1 || !slices.Contains(hosts, host) {
		return ""
	}
	return scheme + "://" + host + "/" + strings.Trim(urlPath, "/")
}

// revSpec spells a rev after "@", where the URL does not end in ".git", and the
// fragments of pip.
func revSpec(spec string) string {
	m := urlPattern.FindStringSubmatch(spec)
	if m == nil {
		name, ok := strings.CutPrefix(spec, "git+file:///")
		if !ok {
			return ""
		}
		m = []string{spec, "git+file", "", name, ""}
	}
	location, tail := m[3], m[4]
	sub := ""
	if f := pipFragment.FindStringSubmatch(tail); f != nil {
		sub, tail = f[1], ""
	}
	location, below, _ := strings.Cut(location, "//")
	repo, rev := cutRev(location)
	if rev != "" {
		tail = "#" + rev
	}
	if strings.Contains(repo, ".git@") && strings.HasPrefix(tail, "#") {
		return ""
	}
	return m[1] + "://" + m[2] + "/" + repo + prefixed("//", below+sub) + tail
}

// cutRev splits the path of a URL that does not end in ".git" before "@" in its last
// component.
func cutRev(urlPath string) (repo, rev string) {
	i := strings.LastIndexByte(urlPath, '/') + 1
	if name, rev, found := strings.Cut(urlPath[i:], "@"); found && name != "" && !strings.Contains(urlPath, ".git@") {
		return urlPath[:i] + name, rev
	}
	return urlPath, ""
}
