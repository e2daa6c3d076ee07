package pep508

import (
	"regexp"
	"strings"
)

// A Kind is the kind of a line in requirements.txt.
type Kind int

// The kinds of lines.
const (
	Blank   Kind = iota // nothing, or only a comment
	Named               // a requirement with a name and perhaps versions
	VCS                 // a version control URL, such as git+https://...
	URL                 // another URL
	Path                // a file or directory
	Option              // an option of the installer, such as --index-url
	Include             // -r or -c with the name of another file
)

// A Line is a logical line of a requirements.txt.
type Line struct {
	Kind Kind
	// File is the file of the line, and Number where in it the line begins, counted from
	// 1; set by [JudgeFiles].
	File   string
	Number int
	// Constraint says that the line limits versions of packages without asking for them;
	// set by [JudgeFiles], and for an Include of such a file.
	Constraint bool
	// Included is the file that an Include names, as written.
	Included string
	// Text is the line without comment and surrounding space.
	Text string
	// Requirement is set for Named; for VCS and URL it has the URL, and the name
	// where the line states one.
	Requirement
	// Editable is set for the option -e before a VCS, URL or Path.
	Editable bool
	// Options are per requirement, such as "--hash=sha256:...".
	Options []string
}

// Pinned reports whether the line says which version it wants: by a specifier,
// a URL or a path. Options and blank lines are pinned.
func (l *Line) Pinned() bool { return l.Kind != Named || len(l.Specifiers) > 0 }

var (
	comment  = regexp.MustCompile(`(?:^|[ \t]+)#.*$`)
	editable = regexp.MustCompile(`^(?:-e[ \t]*|--editable(?:[ \t]*=[ \t]*|[ \t]+))`)
	scheme   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.+-]*://`)
	scp      = regexp.MustCompile(`^(?:git|hg|svn|bzr)\+`)
	include  = regexp.MustCompile(`^(?:-([rc])[ \t]*|--(requirement|constraint)(?:[ \t]*=[ \t]*|[ \t]+))(\S.*)$`)
	options  = regexp.MustCompile(`[ \t]+--`)
	eggName  = regexp.MustCompile(`[#&]egg=([A-Za-z0-9._-]+)`)
	archive  = regexp.MustCompile(`(?i)\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz)$`)
)

// ParseLine parses one logical line (see [Lines]). A line that is not a
// requirement is a [*SyntaxError]; the intended kind is returned nevertheless.
func ParseLine(text string) (Line, error) {
	text = strings.TrimSpace(comment.ReplaceAllString(text, ""))
	l := Line{Text: text}
	switch {
	case text == "":
		return l, nil
	case editable.MatchString(text):
		l.Editable = true
		text = editable.ReplaceAllString(text, "")
	case text[0] == '-':
		l.Kind = Option
		if m := include.FindStringSubmatch(text); m != nil {
			l.Kind, l.Included, l.Constraint = Include, strings.Trim(m[3], `"'`), m[1] == "c" || m[2] == "constraint"
		}
		return l, nil
	}
	text = l.cutOptions(text)
	if l.Kind = locationKind(text, l.Editable); l.Kind != Named {
		l.URL = text
		l.Name = nameOfEgg(text)
		return l, nil
	}
	r, err := Parse(text)
	l.Requirement = r
	if r.URL != "" {
		l.Kind = locationKind(r.URL, true)
	}
	return l, err
}

// cutOptions moves options after the requirement to l.
func (l *Line) cutOptions(text string) string {
	at := options.FindStringIndex(text)
	if at == nil {
		return text
	}
	for _, option := range options.Split(text[at[0]:], -1)[1:] {
		l.Options = append(l.Options, normalOption("--"+strings.TrimSpace(option)))
	}
	return text[:at[0]]
}

var hashOption = regexp.MustCompile(`^--hash(?:[ \t]*=[ \t]*|[ \t]+)(["']?)([a-z0-9]+):([0-9A-Fa-f]+)(["']?)$`)

// normalOption returns a digest in the one spelling that is passed on; pip takes more.
func normalOption(option string) string {
	m := hashOption.FindStringSubmatch(option)
	if m == nil || m[1] != m[4] {
		return option
	}
	return "--hash=" + m[2] + ":" + strings.ToLower(m[3])
}

// locationKind returns the kind of a URL or path, and Named for text that is
// neither unless nothing else can stand there.
func locationKind(text string, sure bool) Kind {
	before, _, _ := strings.Cut(text, "@")
	before, _, _ = strings.Cut(before, ";")
	switch {
	case scp.MatchString(text):
		return VCS
	case scheme.MatchString(text):
		if strings.HasPrefix(text, "git://") {
			return VCS
		}
		return URL
	case sure, strings.HasPrefix(text, "."), strings.ContainsAny(before, `/\`), archive.MatchString(strings.TrimSpace(before)):
		return Path
	}
	return Named
}

// nameOfEgg returns the name in a URL's fragment, "" for none.
func nameOfEgg(url string) string {
	if m := eggName.FindStringSubmatch(url); m != nil {
		return m[1]
	}
	return ""
}
