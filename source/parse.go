package source

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/write"
)

// MaxSpecLen is the longest spec accepted, in bytes.
const MaxSpecLen = 4096

// Parse parses a spec as a user types it. It looks only at the text and does no
// I/O. Errors are of type [*ParseError]. For what other programs take, such as the
// address of a web page or of ssh, they have the spec that works.
//
// The forms:
//
//	registry  slack                                       the highest version
//	          slack@^2  slack@1.2.3  slack@>=1.0 <2       within a constraint
//	git       github:org/repo  gitlab:group/sub/repo      https://github.com/org/repo.git
//	          github:org/repo@rev//subdir                 with a rev and the directory of the pack
//	          https://host/path  http://host/path         any URL that is not that of an archive
//	          https://host/path//subdir#rev               rev and subdir of a URL
//	          https://host/path.git@rev//subdir           the same, after ".git"
//	          git+https://host/path                       git, for any URL
//	          git+file:///path                            a repository of this machine, bare or not
//	archive   https://host/path.tar.gz                    or .tgz .tar .zip .tar.zst .tar.bz2 .tar.xz
//	          https://host/path/tar.gz/rev                or zip, as a component of the path
//	          https://host/path.zip//subdir?query
//	          archive+https://host/path                   an archive, for any URL
//	local     ./dir  ../dir  /dir  .  ..                  a path of a directory or archive; it begins so
//	          ./dir//subdir  ./file.tar.gz//subdir        with the directory that holds the pack
//	other     scheme:location                             for the source of a host
//
// A registry pack is one word: "org/repo" could be a directory or a repository and is
// refused, as are URLs that hosting services use for web pages ("/tree/main"), unless
// "git+" precedes them. Never allowed are other transports (ssh, git@host:path, git://, file:// and
// git's "transport::address"), credentials in a URL, control characters, and a spec or
// rev that begins with "-". A URL consists of the characters of RFC 3986; a rev is as
// [CheckRev] says, a subdir as [Tree] says of names.
func Parse(spec string) (Locator, error) {
	p := parser{spec: spec}
	if err := p.checkText(); err != nil {
		return Locator{}, err
	}
	l, err := p.parse()
	if problem, ok := errors.AsType[*ParseError](err); ok {
		problem.advise(instead(spec))
	}
	if err != nil {
		return Locator{}, err
	}
	l.Spec = redactQuery(spec)
	return l, nil
}

// A parser holds the spec, for errors.
type parser struct{ spec string }

func (p parser) parse() (Locator, error) {
	if isLocal(p.spec) {
		return p.local()
	}
	scheme, rest, hasScheme := strings.Cut(p.spec, ":")
	if !hasScheme || strings.Contains(scheme, "/") {
		return p.registry()
	}
	if err := p.checkTransport(scheme, rest); err != nil {
		return Locator{}, err
	}
	switch scheme = strings.ToLower(scheme); scheme {
	case "github", "gitlab":
		return p.hosted(scheme, rest)
	case "https", "http":
		return p.webURL(scheme, rest)
	case "git+https", "git+http":
		return p.gitURL(strings.TrimPrefix(scheme, "git+"), rest)
	case "git+file":
		return p.gitFile(rest)
	case "archive+https", "archive+http":
		return p.archiveURL(strings.TrimPrefix(scheme, "archive+"), rest)
	}
	return p.other(scheme, rest)
}

// checkText refuses text that no form allows.
func (p parser) checkText() error {
	switch {
	case p.spec == "":
		return p.invalid(0, "it is empty")
	case len(p.spec) > MaxSpecLen:
		return p.invalid(MaxSpecLen, "it is too long")
	case strings.HasPrefix(p.spec, "-"):
		return p.denied(0, `a spec must not begin with "-"; write a path as "./-name"`)
	case !utf8.ValidString(p.spec):
		return p.invalid(0, "it is not valid UTF-8")
	}
	if i := strings.IndexFunc(p.spec, func(r rune) bool { return !unicode.IsGraphic(r) }); i >= 0 {
		return p.denied(i, "it has a control, format or unassigned character")
	}
	if strings.TrimSpace(p.spec) != p.spec {
		return p.invalid(0, "it has leading or trailing space")
	}
	return nil
}

func isLocal(spec string) bool {
	first, _, _ := strings.Cut(spec, "/")
	return first == "." || first == ".." || first == ""
}

func (p parser) local() (Locator, error) {
	if strings.HasPrefix(p.spec, "//") {
		return Locator{}, p.denied(0, "a path must not begin with two slashes")
	}
	location, sub, hasSubdir := strings.Cut(p.spec, "//")
	if !hasSubdir {
		return Locator{Scheme: SchemeLocal, Location: location}, nil
	}
	subdir, err := p.subdir(sub)
	return Locator{Scheme: SchemeLocal, Location: location, Subdir: subdir}, err
}

func (p parser) registry() (Locator, error) {
	switch {
	case strings.HasPrefix(p.spec, "~"):
		return Locator{}, p.invalid(0, `"~" is not expanded; write the whole path`)
	case strings.ContainsAny(p.spec, `/\`):
		advice := "write ./path for one, github:org/repo or a URL for the other"
		if _, err := p.hosted("github", p.spec); err == nil {
			advice = fmt.Sprintf("write \"./%s\" or \"github:%s\"", p.spec, p.spec)
		}
		return Locator{}, p.invalid(strings.IndexAny(p.spec, `/\`), "it could be a directory or a repository; "+advice)
	}
	name, text, hasConstraint := strings.Cut(p.spec, "@")
	ref, err := pack.ParseRef(name)
	if err != nil {
		if pinned(name) != nil {
			return Locator{}, p.invalid(0, `a version follows a pack's name and "@"`)
		}
		return Locator{}, p.invalid(0, err.Error())
	}
	if hasConstraint && strings.TrimSpace(text) == "" {
		return Locator{}, p.invalid(len(name), `missing constraint after "@"`)
	}
	c, err := pack.ParseConstraint(text)
	if err != nil {
		return Locator{}, p.invalid(len(name)+1, err.Error())
	}
	return Locator{Scheme: SchemeRegistry, Location: ref.String(), Constraint: c}, nil
}

// other is the scheme of a host's own source.
func (p parser) other(scheme, rest string) (Locator, error) {
	switch scheme {
	case SchemeRegistry, SchemeGit, SchemeLocal:
		return Locator{}, p.invalid(0, "write a pack's ref, a URL or a path without a word in front")
	}
	switch {
	case !schemePattern.MatchString(scheme):
		return Locator{}, p.invalid(0, `invalid scheme before ":"; write ./ before a path`)
	case rest == "":
		return Locator{}, p.invalid(len(p.spec), `missing location after ":"`)
	}
	if mayHaveUser(rest) {
		return Locator{}, p.credentials()
	}
	return Locator{Scheme: scheme, Location: rest}, nil
}

// subdir checks and cleans the directory after "//".
func (p parser) subdir(text string) (string, error) {
	name := strings.TrimSuffix(text, "/")
	if name == "" {
		return "", p.invalid(p.at(text), `missing directory after "//"`)
	}
	clean, err := write.CleanName(name, write.Limits{})
	if err == nil && clean == name {
		return name, nil
	}
	problem := ParseError{Spec: redact(p.spec), Offset: p.at(text), Reason: `want a directory of the pack after "//", as names separated by "/", without ".."`}
	if errors.Is(err, pack.ErrUnsafe) {
		problem.Code = pack.CodeUnsafePath
	}
	return "", &problem
}

func (p parser) rev(text string) (string, error) {
	if reason, code := revProblem(text); reason != "" {
		return "", &ParseError{Spec: redact(p.spec), Offset: p.at(text), Reason: reason, Code: code}
	}
	return text, nil
}

// at is the offset of a part of the spec.
func (p parser) at(part string) int { return max(strings.LastIndex(p.spec, part), 0) }

func (p parser) invalid(offset int, reason string) error {
	return &ParseError{Spec: redact(p.spec), Offset: offset, Reason: reason}
}

func (p parser) denied(offset int, reason string) error {
	return &ParseError{Spec: redact(p.spec), Offset: offset, Reason: reason, Code: pack.CodePolicyDenied}
}

func (p parser) credentials() error {
	return p.denied(p.at("@"), "a URL must not contain a user or password; configure credentials with the source")
}
