package packtests

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

var (
	ansi       = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\^_])")
	simpleLine = regexp.MustCompile(`(?im)^\W*(total tests|total|tests run|passed|failed|skipped)(?:[ \t]+(?:tests|run))?[ \t]*:[ \t]*(\d{1,9})[ \t\r]*$`)
	ranLine    = regexp.MustCompile(`(?m)^Ran (\d{1,9}) tests? in `)
	resultLine = regexp.MustCompile(`(?m)^(?:OK|FAILED|NO TESTS RAN)(?: \((.*)\))?\r?$`)
)

// StripANSI removes colours and other control sequences of terminals.
func StripANSI(out []byte) []byte { return ansi.ReplaceAll(out, nil) }

// Simple reads the lines "Total Tests: N", "Passed: N", "Failed: N" and
// "Skipped: N", in any order and with common variations. The last of each kind
// counts.
func Simple(out []byte) (Report, error) {
	found := map[string]int{}
	for _, m := range simpleLine.FindAllSubmatch(StripANSI(out), -1) {
		label, _, _ := strings.Cut(strings.ToLower(string(m[1])), " ")
		if label == "tests" {
			label = "total"
		}
		found[label] = number(m[2])
	}
	total, hasTotal := found["total"]
	passed, hasPassed := found["passed"]
	t := Totals{Total: total, Passed: passed, Failed: found["failed"], Skipped: found["skipped"]}
	if !hasTotal {
		t.Total = t.Passed + t.Failed + t.Skipped
	}
	if !hasPassed {
		t.Passed = t.Total - t.Failed - t.Skipped
	}
	if len(found) == 0 {
		return Report{}, errNoResults
	}
	return Report{Totals: t}, nil
}

// Unittest reads the summary that Python's unittest prints on standard error.
func Unittest(out []byte) (Report, error) {
	out = StripANSI(out)
	ran := ranLine.FindAllSubmatchIndex(out, -1)
	if ran == nil {
		return Report{}, errNoResults
	}
	last := ran[len(ran)-1]
	t := Totals{Total: number(out[last[2]:last[3]])}
	if result := resultLine.FindSubmatch(out[last[1]:]); result != nil {
		for part := range bytes.SplitSeq(result[1], []byte(", ")) {
			name, count, _ := bytes.Cut(part, []byte("="))
			switch string(name) {
			case "skipped":
				t.Skipped += number(count)
			case "failures", "errors", "unexpected successes":
				t.Failed += number(count)
			}
		}
	}
	t.Total = max(t.Total, t.Failed+t.Skipped) // a failed import is an error, but not a test
	t.Passed = t.Total - t.Failed - t.Skipped
	return Report{Totals: t}, nil
}

// number reads up to nine digits; anything else is 0.
func number(digits []byte) int {
	n, err := strconv.ParseUint(string(digits), 10, 30)
	if err != nil {
		return 0
	}
	return int(n)
}

// Tail returns the last lines of an output, at most the given number of lines
// and bytes, as text that is safe to print.
func Tail(out []byte, lines, size int) string {
	out = bytes.TrimSpace(StripANSI(out))
	if cut := len(out) - size; cut > 0 {
		out = out[cut:]
	}
	text := strings.Map(printable, strings.ToValidUTF8(string(out), "?"))
	all := strings.Split(text, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

func printable(r rune) rune {
	switch {
	case r == '\n', r == '\t', unicode.IsPrint(r):
		return r
	case r == '\r':
		return -1
	}
	return '?'
}
