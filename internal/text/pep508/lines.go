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
		var logical []byte
		start, number := 0, 0
		for line := range strings.Lines(text) {
			number++
			if len(logical) == 0 {
				start = number
			}
			line = strings.TrimRight(line, "\r\n")
			if continued, ok := strings.CutSuffix(line, `\`); ok && !isComment(line) {
				logical = append(logical, continued...)
				continue
			}
			if !yield(start, string(logical)+line) {
				return
			}
			logical = logical[:0]
		}
		if len(logical) > 0 {
			yield(start, string(logical))
		}
	}
}

func isComment(line string) bool {
	return strings.HasPrefix(strings.TrimSpace(line), "#")
}
