package pep508

import (
	"iter"
	"strings"
)

// Lines yields the logical lines of a requirements.txt with the number, from 1,
// of the line they begin in: a line that ends with a backslash continues in the
// next one. Comments are left to [ParseLine].
func Lines(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		logical, start, number := "", 0, 0
		for line := range strings.Lines(text) {
			number++
			if logical == "" {
				start = number
			}
			line = strings.TrimRight(line, "\r\n")
			if continued, ok := strings.CutSuffix(line, `\`); ok && !isComment(line) {
				logical += continued
				continue
			}
			if !yield(start, logical+line) {
				return
			}
			logical = ""
		}
		if logical != "" {
			yield(start, logical)
		}
	}
}

func isComment(line string) bool {
	return strings.HasPrefix(strings.TrimSpace(line), "#")
}
