package conformance_test

import (
	"os"
	"strings"
	"testing"
)

const document = "../../../docs/api-pack-installation.md"

// A block is a fenced block of the document.
type block struct {
	line     int
	language string
	text     string
}

// readDocument returns the lines of the document and its blocks.
func readDocument(t *testing.T) (lines []string, blocks []block) {
	t.Helper()
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	lines = strings.Split(string(data), "\n")
	var open *block
	for i, line := range lines {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && open == nil:
			open = &block{line: i + 1, language: fence}
		case isFence:
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	if open != nil || len(blocks) == 0 {
		t.Fatalf("%s: %d blocks, and one that is not closed: %+v", document, len(blocks), open)
	}
	return lines, blocks
}
