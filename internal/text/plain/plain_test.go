package plain_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack/internal/text/plain"
)

func TestUTF8(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, data, want, reason string
		line                     int
	}{
		{"text", "a\né", "a\né", "", 0},
		{"mark", "\ufeffa", "a", "", 0},
		{"second mark", "\ufeff\ufeffa", "\ufeffa", "", 0},
		{"nothing", "", "", "", 0},
		{"Latin-1", "a\nb\xe9", "", "not UTF-8; save the file as UTF-8", 2},
		{"UTF-16", "\xff\xfea\x00", "", "not UTF-8 but UTF-16; save", 1},
		{"UTF-16, other order", "\xfe\xff\x00a", "", "not UTF-8 but UTF-16; save", 1},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", "", "not UTF-8 but UTF-32", 1},
		{"coding comment", "# coding: latin-1\n\xe9", "", "not UTF-8", 2},
	}
	for _, tt := range tests {
		text, err := plain.UTF8([]byte(tt.data))
		check(t, tt.name, tt.want, tt.reason, tt.line, text, err)
	}
}

func requirements() map[string]struct{ data, want, reason string } {
	return map[string]struct{ data, want, reason string }{
		"text":                  {"six\n", "six\n", ""},
		"mark":                  {"\xef\xbb\xbfsix\n", "six\n", ""},
		"UTF-16":                {"\xff\xfes\x00\xe9\x00=\xd8\x00\xde", "sé\U0001f600", ""},
		"UTF-16, other order":   {"\xfe\xff\x00s\x00\xe9", "sé", ""},
		"UTF-32":                {"\xff\xfe\x00\x00s\x00\x00\x00", "", "not UTF-8 but UTF-32; save the file as UTF-8"},
		"Latin-1 by comment":    {"# -*- coding: latin-1 -*-\n# \xe9\n", "# -*- coding: latin-1 -*-\n# é\n", ""},
		"in the second line":    {"#\n# vim: fileencoding=ISO_8859-1\n# \xe9\n", "#\n# vim: fileencoding=ISO_8859-1\n# é\n", ""},
		"Windows by comment":    {"# coding: cp1252\n# \x80\n", "# coding: cp1252\n# €\n", ""},
		"UTF-8 by comment":      {"# coding: utf-8\n# é\n", "# coding: utf-8\n# é\n", ""},
		"half a character":      {"\xff\xfes", "", "not UTF-16, although it says so; save the file as UTF-8"},
		"half a pair":           {"\xff\xfe=\xd8", "", "not UTF-16"},
		"Latin-1":               {"# \xe9\n", "", "not UTF-8; save the file as UTF-8"},
		"in the third line":     {"#\n#\n# coding: latin-1 \xe9\n", "", "not UTF-8"},
		"no comment":            {"coding: latin-1 \xe9\n", "", "not UTF-8"},
		"unassigned":            {"# coding: cp1252\n# \x81\n", "", "not cp1252"},
		"unknown":               {"# coding: koi8-r\n", "", `its comment says that it is in "koi8-r", which is not read here`},
		"comment that is wrong": {"# coding: utf-8\n\xe9\n", "", "not UTF-8"},
	}
}

func TestRequirements(t *testing.T) {
	t.Parallel()
	for name, tt := range requirements() {
		text, err := plain.Requirements([]byte(tt.data))
		check(t, name, tt.want, tt.reason, -1, text, err)
	}
}

func check(t *testing.T, name, want, reason string, line int, got []byte, err error) {
	t.Helper()
	e, _ := errors.AsType[*plain.Error](err)
	switch {
	case reason == "" && (err != nil || string(got) != want):
		t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
	case reason != "" && (e == nil || !strings.Contains(e.Reason, reason) || line >= 0 && e.Line != line):
		t.Errorf("%s: got %q, %v, want %q", name, got, err, reason)
	}
}

// TestPipReadsTheSame asks pip, where there is one with the function.
func TestPipReadsTheSame(t *testing.T) {
	t.Parallel()
	const program = `import sys
from pip._internal.utils.encoding import auto_decode
sys.stdout.buffer.write(auto_decode(open(sys.argv[1], "rb").read()).encode())`
	python, err := exec.LookPath("python3")
	if err != nil || exec.CommandContext(t.Context(), python, "-c", "from pip._internal.utils.encoding import auto_decode").Run() != nil {
		t.Skip("there is no pip with this function")
	}
	for name, tt := range requirements() {
		if tt.reason != "" {
			continue
		}
		file := filepath.Join(t.TempDir(), "requirements.txt")
		if err := os.WriteFile(file, []byte(tt.data), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), python, "-X", "utf8", "-c", program, file).Output()
		if err != nil || string(out) != tt.want {
			t.Errorf("%s: pip reads %q, %v, want %q", name, out, err, tt.want)
		}
	}
}
