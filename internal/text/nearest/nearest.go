// Package nearest finds the known word that a mistyped one was meant to be.
package nearest

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// maxLen bounds the words that are compared: the work grows with the square of
// their length, and names that people type are shorter.
const maxLen = 64

// Word returns the known word nearest to word, "" when none is near.
// Case does not count. Swapping two letters is one edit, as adding, removing or
// replacing one is. Words of 3 to 5 letters may differ by one edit, longer ones
// by two; shorter ones are near to nothing. Of several that are equally near the
// first is returned.
func Word(word string, known []string) string {
	if len(word) > maxLen {
		return ""
	}
	best, least, letters := "", 0, utf8.RuneCountInString(word)
	for _, k := range known {
		n := utf8.RuneCountInString(k)
		limit := allowed(min(letters, n))
		if len(k) > maxLen || limit == 0 || max(letters, n)-min(letters, n) > limit {
			continue
		}
		if d := distance(fold(word), fold(k)); d <= limit && (best == "" || d < least) {
			best, least = k, d
		}
	}
	return best
}

// Hint returns `: did you mean "x"?` for the nearest known word x, "" when none
// is near.
func Hint(word string, known []string) string {
	if k := Word(word, known); k != "" {
		return `: did you mean "` + k + `"?`
	}
	return ""
}

func allowed(letters int) int {
	switch {
	case letters < 3:
		return 0
	case letters < 6:
		return 1
	}
	return 2
}

func fold(word string) []rune { return []rune(strings.ToLower(word)) }

// distance returns the number of edits that turn a into b, in which no part is
// edited twice (optimal string alignment).
func distance(a, b []rune) int {
	var before, last []int // the rows for the two letters of a before this one
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			row[j+1] = slices.Min([]int{last[j] + differ(a[i], b[j]), last[j+1] + 1, row[j] + 1})
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}
