package nearest_test

import (
	"strings"
	"testing"

	"github.com/packtrain/pack/internal/text/nearest"
)

func TestWord(t *testing.T) {
	t.Parallel()
	known := []string{"python", "python3", "nodejs", "node", "shell", "bash", "sh", "native"}
	tests := []struct{ word, want string }{
		{"python", "python"},
		{"pyhton", "python"},
		{"PYHTON", "python"},
		{"pyton", "python"},
		{"phyton3", "python3"},
		{"python2", "python"},
		{"nodj", "node"},
		{"nodesj", "nodejs"},
		{"nativ", "native"},
		{"bsah", "bash"},
		{"shelll", "shell"},
		{"zsh", ""}, // one letter from sh, which is too short to be meant
		{"s", ""},
		{"", ""},
		{"ruby", ""},
		{"perl", ""},
		{"java", ""},
		{"curl", ""},
		{"pythonista", ""},
		{"pythön", "python"},
		{strings.Repeat("python", 1000), ""},
	}
	for _, tt := range tests {
		if got := nearest.Word(tt.word, known); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.word, got, tt.want)
		}
	}
}

func TestHint(t *testing.T) {
	t.Parallel()
	if got, want := nearest.Hint("pyhton", []string{"python"}), `: did you mean "python"?`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := nearest.Hint("ruby", []string{"python"}); got != "" {
		t.Errorf("got %q", got)
	}
}
