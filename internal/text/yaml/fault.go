package yaml

import (
	"bytes"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

var (
	yamlError    = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)
	depthMessage = regexp.MustCompile(`exceeded max depth of (\d+)`)
)

// syntaxProblem words an error of yaml.v3. Its lines are right when the scanner
// found the fault; the parser's are where the construct around it begins.
func syntaxProblem(text []byte, err error, lim Limits) *Problem {
	line, message := splitError(err)
	if (line == 0 || isParserMessage(message)) && len(text) <= maxSearched {
		line = faultLine(text, message)
	}
	if depth := depthMessage.FindStringSubmatch(message); depth != nil {
		value, _ := strconv.Atoi(depth[1])
		p := exceeded(max(line, 1), "nesting depth", lim.Depth, value)
		return &p
	}
	return &Problem{Reason: Syntax, Line: max(line, 1), Message: message + hint(message)}
}

// hint returns the usual cause of a message.
func hint(message string) string {
	switch {
	case message == "did not find expected <document start>":
		return ": the document has ended before; indent what belongs to it, remove the rest"
	case message == "mapping values are not allowed in this context":
		return ": quote text that has a colon, and check the indentation"
	case message == "could not find expected ':'":
		return ": a key needs a colon; merge conflicts leave lines without one"
	case message == "did not find expected key":
		return ": check the quotes and the indentation"
	case strings.HasPrefix(message, "found character that cannot start"):
		return ": quote the text, and indent with spaces"
	}
	return ""
}

// splitError returns the line that err names, 0 for none, and its message.
func splitError(err error) (line int, message string) {
	match := yamlError.FindStringSubmatch(err.Error())
	if match == nil {
		return 0, err.Error()
	}
	line, _ = strconv.Atoi(match[1])
	return line, match[2]
}

func isParserMessage(message string) bool {
	for _, start := range []string{"expected key", "expected '-' indicator", "expected node content", "expected ',' or", "expected <document start>"} {
		if strings.HasPrefix(message, "did not find "+start) {
			return true
		}
	}
	return false
}

// maxSearched bounds the text that is parsed again to find a line, in bytes.
const maxSearched = 128 << 10

// faultLine returns the first line up to which the text fails with message.
func faultLine(text []byte, message string) int {
	lines := bytes.SplitAfter(text, []byte("\n"))
	ends := make([]int, len(lines))
	end := 0
	for i, line := range lines {
		end += len(line)
		ends[i] = end
	}
	return 1 + sort.Search(len(lines)-1, func(i int) bool {
		_, got := splitError(parseAll(text[:ends[i]]))
		return got == message
	})
}
