package envbuild

import (
	"regexp"
	"strings"
)

// A rule recognises one kind of failure in the output of a tool.
type rule struct {
	// pattern matches the output in one line, with single spaces. Its groups pkg and by
	// are those of an explanation.
	pattern *regexp.Regexp
	reason  Reason
	// text is the text of the explanation; "$name" is a group of pattern, and "$all" the
	// message of the tool.
	text string
}

// explainBy returns the explanation of the first rule that matches the message of a
// tool, which is one line.
func explainBy(rules []rule, message string) explanation {
	for _, r := range rules {
		groups := r.pattern.FindStringSubmatch(message)
		if groups == nil {
			continue
		}
		group := func(name string) string {
			if i := r.pattern.SubexpIndex(name); i > 0 {
				return plainGroup(groups[i])
			}
			return ""
		}
		return explanation{reason: r.reason, pkg: nameOf(group("pkg")), by: group("by"), text: expand(r.text, message, group)}
	}
	return explanation{reason: ReasonUnknown, text: shorten(message)}
}

// plainGroup returns a part of a message without its punctuation.
func plainGroup(text string) string {
	text = strings.Trim(text, "`'\".,;: ")
	if strings.HasPrefix(text, "{") {
		return text
	}
	return strings.ReplaceAll(text, `@"`, "@")
}

func expand(text, message string, group func(string) string) string {
	variable := regexp.MustCompile(`\$[a-z]+`)
	return shorten(variable.ReplaceAllStringFunc(text, func(name string) string {
		if name == "$all" {
			return message
		}
		return group(name[1:])
	}))
}

// maxMessage bounds the text of a tool in a message.
const maxMessage = 1200

func shorten(text string) string {
	if len(text) <= maxMessage {
		return text
	}
	return strings.ToValidUTF8(text[:maxMessage], "") + "..."
}

// oneLine joins lines to one, without control characters and with single spaces.
func oneLine(lines []string) string {
	return strings.Join(strings.Fields(printable(strings.Join(lines, " "))), " ")
}

// linesFrom returns the lines of text from the first one that start matches; all, when
// none does.
func linesFrom(text string, start *regexp.Regexp) []string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if start.MatchString(line) {
			return lines[i:]
		}
	}
	return lines
}

const tooLargeText = "a package has, or is, a file that is larger than the limit of this host allows"
