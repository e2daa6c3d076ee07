// Package ranges knows how version ranges of Python and of Node.js are written,
// and nothing of what they mean: validation judges the form without the library
// of versions that builds need.
package ranges

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	number        = `(?:0|[1-9][0-9]{0,8})`
	pythonVersion = `v?` + number + `(?:\.` + number + `)*(?:\.?(?:a|b|rc)` + number + `)?(?:\.post` + number + `)?(?:\.dev` + number + `)?`
	pythonPart    = regexp.MustCompile(`^(?:(?:===|==|!=)\s*` + pythonVersion + `(?:\.\*)?|~=\s*` + number + `(?:\.` + number + `)+|(?:<=|>=|<|>)?\s*` + pythonVersion + `)(?:\s*,\s*|\s+|$)`)

	nodeNumber  = `(?:[xX*]|` + number + `)`
	nodeWord    = `(?:` + number + `|[A-Za-z][0-9A-Za-z]*)`
	nodeVersion = `v?` + nodeNumber + `(?:\.` + nodeNumber + `(?:\.` + nodeNumber + `(?:-` + nodeWord + `(?:\.` + nodeWord + `)*)?)?)?`
	nodeHyphen  = regexp.MustCompile(`^v?(` + number + `)(?:\.` + number + `){0,2} +- +v?(` + number + `)(?:\.` + number + `){0,2}$`)
	nodeParts   = regexp.MustCompile(`^(?:(?:<=|>=|<|>|=|\^|~>|~)? *` + nodeVersion + `(?: +|$))*$`)
)

// IsPython reports whether text has the form of PEP 440 specifiers, with commas or
// spaces between; "" admits every version.
func IsPython(text string) bool {
	for rest := strings.TrimSpace(text); rest != ""; {
		found := pythonPart.FindString(rest)
		if found == "" {
			return false
		}
		rest = rest[len(found):]
	}
	return true
}

// IsNode reports whether text has the form of a range of npm; "" admits every
// version.
func IsNode(text string) bool {
	if text == "" {
		return true
	}
	for alternative := range strings.SplitSeq(text, "||") {
		alternative = strings.Trim(alternative, " ")
		if alternative == "" || !isHyphen(alternative) && !nodeParts.MatchString(alternative) {
			return false
		}
	}
	return true
}

// isHyphen reports whether text is a range such as "16 - 18", from one major
// version to a later one.
func isHyphen(text string) bool {
	m := nodeHyphen.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	from, _ := strconv.Atoi(m[1])
	to, _ := strconv.Atoi(m[2])
	return from < to
}
