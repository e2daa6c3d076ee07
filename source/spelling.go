package source

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/packtrain/pack"
)

// instead returns the spec that was probably meant by one that Parse refuses, "" for
// none. It parses, and holds nothing that may be a secret.
func instead(spec string) string {
	shown := spec
	if gitAddress.MatchString(spec) { // of Terraform: its query is a rev
		shown = strings.Replace(gitAddress.ReplaceAllString(spec, "$1"), "?ref=", "#", 1)
	}
	shown = scpPattern.ReplaceAllString(redact(shown), "ssh://$1$2/$3")
	shown = strings.Replace(shown, redacted+"@", "", 1)
	if strings.HasSuffix(shown, "...") {
		return ""
	}
	return respell(shown, 2)
}

// respell spells a spec in up to so many steps.
func respell(spec string, steps int) string {
	if steps == 0 {
		return ""
	}
	for _, spell := range []func(string) string{pageSpec, revSpec, withoutUser, secureShell, fileURL, withoutScheme, versioned} {
		s := spell(spec)
		if s == "" {
			continue
		}
		if _, err := (parser{spec: s}).parse(); err != nil {
			s = respell(s, steps-1)
		}
		if s != "" && !strings.Contains(s, redacted) {
			return s
		}
	}
	return ""
}

// The forms of other programs.
var (
	gitAddress   = regexp.MustCompile(`^git::(https?://)`)
	urlPattern   = regexp.MustCompile(`^((?i:(?:git\+)?https?))://([^/?#]+)/([^?#]*)(.*)$`)
	pipFragment  = regexp.MustCompile(`^#(?:egg=[^&]*&?)?(?:subdirectory=([^&]*))?(?:&?egg=[^&]*)?$`)
	shellPattern = regexp.MustCompile(`^(?i:(?:git\+)?ssh|ssh\+git|git)://([^/:]+)(?::\d+)?/([^~].*)$`)
	scpPattern   = regexp.MustCompile(`^(?:\*\*\*@([A-Za-z0-9.-]+)|([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)):/?([^/:~0-9].*)$`)
	filePattern  = regexp.MustCompile(`^(?i:archive\+|git\+)?(?i:file):(?://)?(/[^/].*)$`)
	hostPattern  = regexp.MustCompile(`^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/.`)
	pinPattern   = regexp.MustCompile(`^([^<>=~^!\s:@]+)\s*(?:=+|([<>~^!]=?))\s*([^=<>~^!\s].*)$`)
	gapPattern   = regexp.MustCompile(`^([^<>=~^!\s:@]+)\s+()(v?\d.*)$`)
)

// repositoryURL returns the URL of a repository with what follows its path: a rev and a
// directory.
func repositoryURL(base, rest string) string {
	repo, tail := rest, ""
	for _, mark := range []string{"#", "//", "@"} {
		if before, _, found := strings.Cut(repo, mark); found {
			repo, tail = before, rest[len(before):]
		}
	}
	return base + strings.TrimSuffix(strings.TrimRight(repo, "/"), ".git") + ".git" + tail
}

// withoutUser spells a URL from which the user was removed.
func withoutUser(spec string) string {
	if urlPattern.MatchString(spec) || strings.HasPrefix(spec, "archive+http") {
		return spec
	}
	return ""
}

// secureShell spells an address of ssh, or of git's own protocol, as an https URL.
func secureShell(spec string) string {
	m := shellPattern.FindStringSubmatch(spec)
	if m == nil {
		return ""
	}
	return repositoryURL("https://"+m[1]+"/", m[2])
}

// fileURL spells a URL of a file as its path, or as a repository of this machine.
func fileURL(spec string) string {
	m := filePattern.FindStringSubmatch(spec)
	if m == nil {
		return ""
	}
	if strings.Contains(m[1], ".git") || strings.HasPrefix(spec, SchemeGit) {
		return "git+file://" + m[1]
	}
	name, err := url.PathUnescape(m[1])
	if err != nil {
		return ""
	}
	return name
}

// withoutScheme spells "github.com/org/repo" as a URL.
func withoutScheme(spec string) string {
	if hostPattern.MatchString(spec) {
		return "https://" + spec
	}
	return ""
}

// versioned spells a registry spec with capitals in the name, or with the operators of
// other programs after it ("slack==1.0", "slack>=1", "slack 1.0").
func versioned(spec string) string {
	name, constraint, _ := strings.Cut(spec, "@")
	if m := pinned(name); m != nil && constraint == "" {
		name, constraint = m[1], m[2]+m[3]
		if m[2] == "~=" { // of Python: the last number may grow
			constraint = map[bool]string{true: "^", false: "~"}[strings.Count(m[3], ".") == 1] + m[3]
		}
	}
	ref, err := pack.ParseRef(strings.ToLower(name))
	if err != nil {
		return ""
	}
	return ref.String() + prefixed("@", constraint)
}

// pinned splits a name from the operator and the version after it; nil if there are
// none.
func pinned(name string) []string {
	if m := pinPattern.FindStringSubmatch(name); m != nil {
		return m
	}
	return gapPattern.FindStringSubmatch(name)
}
