package pymodules_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack/internal/text/pymodules"
)

func TestHides(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		isDir bool
		want  string
	}{
		{"json.py", false, "json"},
		{"zoneinfo.py", false, "zoneinfo"},
		{"aifc.py", false, "aifc"},
		{"http", true, "http"},
		{"json", false, ""},
		{"http.py", true, ""},
		{"sys.py", false, ""},
		{"os.py", false, ""},
		{"client.py", false, ""},
		{"js.py", false, ""},
		{".py", false, ""},
		{"json xml.py", false, ""},
		{"JSON.py", false, ""},
	}
	for _, tt := range tests {
		if got := pymodules.Hides(tt.name, tt.isDir); got != tt.want {
			t.Errorf("%s, directory %t: got %q, want %q", tt.name, tt.isDir, got, tt.want)
		}
	}
}

// TestPythonIsHidden asks Python whether a file hides a module, and one that the
// table leaves out does not.
func TestPythonIsHidden(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	for module, hidden := range map[string]bool{"json": true, "queue": true, "os": false, "sys": false} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, module+".py"), "hidden = True\n")
		write(t, filepath.Join(dir, "a.py"), "import "+module+"\nassert hasattr("+module+", 'hidden')\n")
		err := exec.CommandContext(t.Context(), python, filepath.Join(dir, "a.py")).Run()
		if (err == nil) != hidden || hidden != (pymodules.Hides(module+".py", false) != "") {
			t.Errorf("%s: hidden: %t, want %t", module, err == nil, hidden)
		}
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
