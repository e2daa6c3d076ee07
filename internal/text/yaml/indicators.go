package yaml

// indicators counts the characters of which every value but the first needs
// one at least half of the time: a document has at most twice as many values.
// Text has them too, but not as many as a document of sensible size may have
// values; so a parse that would take too much memory is not begun.
func indicators(text []byte) int {
	n := 0
	for _, b := range text {
		switch b {
		case ',', ':', '-', '?', '[', '{':
			n++
		}
	}
	return n
}
