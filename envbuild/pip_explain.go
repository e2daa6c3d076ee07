package envbuild

import (
	"regexp"
	"strings"
)

// explain implements driver. The output is the log file of pip 22.3 to 26.
func (*pip) explain(output string) explanation {
	text, _, _ := strings.Cut(output, "Exception information:")
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = pipTime.ReplaceAllString(line, "")
	}
	all := oneLine(lines)
	if x := explainBy(pipRules(), all); x.reason != ReasonUnknown {
		return x
	}
	if x := pipBuild(lines); x.reason != ReasonUnknown {
		return x
	}
	if x := pipNotFound(all, lines); x.reason != ReasonUnknown {
		return x
	}
	return explanation{reason: ReasonUnknown, text: shorten(oneLine(matching(lines, pipError)))}
}

var (
	pipTime  = regexp.MustCompile(`^\d{4}-\d\d-\d\dT[\d:,.]+ ?`)
	pipError = regexp.MustCompile(`(?i)^ *error:`)
)

func matching(lines []string, pattern *regexp.Regexp) []string {
	var found []string
	for _, line := range lines {
		if pattern.MatchString(line) {
			found = append(found, line)
		}
	}
	return found
}

// pipRules are ordered: pip goes on after most failures, and then reports that a
// package does not exist.
func pipRules() []rule {
	re := regexp.MustCompile
	return []rule{
		{re(`No space left on device`), ReasonDiskFull, "no space left on the disk"},
		{re(`\[Errno 27\]|File too large`), ReasonTooLarge, tooLargeText},
		{
			re(`DO NOT MATCH THE HASHES.*?tampered with them\. (?P<pkg>\S+) from .*? Got (?P<got>[0-9a-f]{64})(?: |$)`), ReasonHashMismatch,
			"$pkg has the digest sha256:$got, which is not one that requirements.txt or the index states",
		},
		{re(`DO NOT MATCH THE HASHES.*?tampered with them\. (?P<pkg>\S+) from`), ReasonHashMismatch, "$pkg does not have the digest that requirements.txt or the index states"},
		{re(`In --require-hashes mode, all requirements must have .*?: (?P<pkg>\S+) .*?\(from (?P<by>[^-\s(][^\s()]*?)(?:->.*?)?\)`), ReasonHashMismatch, pipNoDigest},
		{re(`Hashes are required in --require-hashes mode.*?: (?P<pkg>\S+)`), ReasonHashMismatch, pipNoDigest},
		{
			re(`fatal error: (?P<header>\S+): No such file or directory.*(?:Failed building wheel for|Failed to build installable wheels.*\() ?(?P<pkg>[\w.-]+)`), ReasonHeaderMissing,
			"building $pkg from source needs $header: install the system library that provides it",
		},
		{re(`starting programs is not allowed: only wheels are installed`), ReasonAddress, "a package depends on an address, which has to be built from source"},
		{re(`Could not fetch URL (?P<index>\S+?): (?P<status>40[13] [^:]+?)(?: for url|:)`), ReasonIndexAuth, "the index $index refuses the request ($status): it wants other credentials"},
		{re(`HTTP error (?P<status>40[13]) while getting (?P<index>\S+)`), ReasonIndexAuth, "the index $index refuses the request ($status): it wants other credentials"},
		{
			re(`Could not fetch URL (?P<index>\S+?): (?P<cause>5\d\d [^:]+|HTTPS?ConnectionPool.*?|connection error: .*?|There was a problem confirming the ssl certificate: .*?|timed out.*?) (?:for url: \S+ )?- skipping`), ReasonIndexUnreachable,
			"$index cannot be reached: $cause",
		},
		{re(`connection broken by (?P<cause>.*?): (?P<index>/\S+).*No matching distribution`), ReasonIndexUnreachable, "the index cannot be reached ($index): $cause"},
		{
			re(`Package '(?P<pkg>[^']+)' requires a different Python: (?P<have>\S+) not in '(?P<want>[^']+)'`), ReasonPythonMismatch,
			"$pkg is for Python $want, and the environment has Python $have",
		},
		{re(`The conflict is caused by: (?P<cause>.*?) (?:Additionally, some packages|To fix this)`), ReasonConflict, "the requirements conflict: $cause"},
		{re(`Wheel '(?P<pkg>[^']+)' located at \S+ is invalid`), ReasonInvalidPackage, "$pkg is not a valid package"},
		{re(`ERROR: Invalid wheel filename .*?: (?P<pkg>'[^']+')`), ReasonInvalidPackage, "$pkg is not a valid wheel filename"},
		{re(`ERROR: Exception: .* (?P<cause>\w*(?:SSL|Cert)\w*: .*)`), ReasonIndexUnreachable, "the index cannot be reached: $cause"},
		{re(`(?:ERROR: |: )(?P<cause>(?P<pkg>\S+) is not a valid wheel filename)`), ReasonInvalidPackage, "$cause"},
	}
}

const pipNoDigest = "$pkg has no digest: if requirements have digests (--hash), all packages need one, also those that others require"

var (
	pipMissing = regexp.MustCompile(`Could not find a version that satisfies the requirement (\S+?)(?:;.*?)? (?:\(from ([^()]*(?:\([^()]*\))?[^()]*)\) )?\(from versions: ([^)]*)\)`)
	pipIgnored = regexp.MustCompile(`Ignored the following versions that require a different python version: (.*?) (?:ERROR|Could)`)
	pipYanked  = regexp.MustCompile(`Ignored the following yanked versions: (.*?) (?:ERROR|Could|Ignored)`)
	pipExact   = regexp.MustCompile(`={2,3}([^,;\s]+)`)
	pipSource  = regexp.MustCompile(`Skipping link: No sources permitted for ([^:]+): (\S+)`)
	pipTags    = regexp.MustCompile(`Skipping link: none of the wheel's tags .*?/([^/]+\.whl)`)
)

var (
	pipCollecting  = regexp.MustCompile(`^Collecting (\S+)(?: \(from (.*)\))?$`)
	pipBuildFailed = regexp.MustCompile(`exited with \d|subprocess-exited-with-error|Failed building wheel for (\S+)`)
	pipException   = regexp.MustCompile(`^ *\w+(?:Error|Exception): `)
)

// pipBuild explains that a package could not be built from source.
func pipBuild(lines []string) explanation {
	x := explanation{reason: ReasonUnknown}
	cause := ""
	for _, line := range lines {
		if m := pipCollecting.FindStringSubmatch(line); m != nil {
			x.pkg, x.by = m[1], pipBy(m[2])
		}
		if pipException.MatchString(line) {
			cause = ": " + strings.TrimSpace(line)
		}
		if m := pipBuildFailed.FindStringSubmatch(line); m != nil {
			x.reason = ReasonSourceBuild
			if m[1] != "" {
				x.pkg, x.by = m[1], ""
			}
		}
	}
	x.text = x.pkg + " cannot be built from source" + cause
	x.pkg = nameOf(x.pkg)
	return x
}

// pipNotFound explains that pip chose no file of a package.
func pipNotFound(all string, lines []string) explanation {
	m := pipMissing.FindStringSubmatch(all)
	if m == nil {
		return explanation{reason: ReasonUnknown}
	}
	x := explanation{reason: ReasonNotFound, pkg: nameOf(m[1]), by: pipBy(m[2])}
	exact := ""
	if e := pipExact.FindStringSubmatch(m[1]); e != nil {
		exact = e[1]
	}
	none := m[3] == "none" || m[3] == ""
	switch {
	case hasFile(lines, pipSource, x.pkg, exact) && (none || exact != ""):
		x.reason, x.text = ReasonNeedsSource, strings.ReplaceAll(needsSourceText, "$pkg", m[1])
	case pipLists(pipYanked, all, exact, none), strings.Contains(all, "Link is yanked"):
		x.text = m[1] + " was withdrawn from the index"
	case pipLists(pipIgnored, all, exact, none):
		x.reason, x.text = ReasonPythonMismatch, m[1]+" is for other versions of Python ("+pipIgnored.FindStringSubmatch(all)[1]+")"
	case hasFile(lines, pipTags, x.pkg, exact) && (none || exact != ""):
		x.reason, x.text = ReasonPlatformMismatch, m[1]+" has no wheel for this system and this version of Python"
	case none:
		x.text = m[1] + " is not in the index"
	default:
		x.text = "the index has no version " + m[1] + "; it has " + shorten(m[3])
	}
	return x
}

// pipBy returns the package that asks for another one, from a chain such as
// "app==1.0->-r requirements.txt (line 2)"; "" for the pack itself.
func pipBy(chain string) string {
	by, _, _ := strings.Cut(chain, "->")
	if strings.HasPrefix(by, "-") || strings.HasPrefix(by, "versions") {
		return ""
	}
	return by
}

// pipLists reports whether a list of versions has the exact version, or, if none is
// asked for, whether there is a list where no version was found.
func pipLists(list *regexp.Regexp, all, exact string, none bool) bool {
	m := list.FindStringSubmatch(all)
	if m == nil {
		return false
	}
	if exact == "" {
		return none
	}
	return regexp.MustCompile(`(?:^|[ ;])` + regexp.QuoteMeta(exact) + `(?:$|[ ;,])`).MatchString(m[1])
}

// hasFile reports whether a file of a package was passed over, by lines of pattern, whose
// last group has its name.
func hasFile(lines []string, pattern *regexp.Regexp, pkg, exact string) bool {
	for _, line := range lines {
		m := pattern.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		file := m[len(m)-1]
		file = file[strings.LastIndexByte(file, '/')+1:]
		if strings.HasPrefix(normalFile(file), normalFile(pkg)+"-") && (exact == "" || strings.Contains(file, exact)) {
			return true
		}
	}
	return false
}

func normalFile(name string) string {
	return strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(name))
}
