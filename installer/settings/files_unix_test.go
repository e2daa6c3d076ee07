//go:build unix

package settings_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/settings"
)

// TestWhoMayAccessFiles: what others may write is refused, and so are secrets that they
// may read.
func TestWhoMayAccessFiles(t *testing.T) {
	t.Parallel()
	const plain, canary = "root: x\n", "credentials: {https://a: {bearer: canary}}\n"
	for name, tt := range map[string]struct {
		user bool
		text string
		mode fs.FileMode
		want string // "" if it is read
	}{
		"user, readable":             {true, plain, 0o644, ""},
		"user, of a group":           {true, plain, 0o664, "run chmod go-w"},
		"user, of all":               {true, plain, 0o646, "run chmod go-w"},
		"project, of a group":        {false, plain, 0o664, ""},
		"project, of all":            {false, plain, 0o666, "run chmod go-w"},
		"secrets":                    {true, canary, 0o600, ""},
		"secrets, of a group":        {true, canary, 0o640, "run chmod 600"},
		"secrets, of all":            {true, canary, 0o604, "run chmod 600"},
		"password of a database":     {true, "db: postgres://u:canary@h/d\n", 0o644, "run chmod 600"},
		"user of a database":         {true, "db: postgres://u@h/d?sslmode=disable\n", 0o644, ""},
		"password in a query":        {true, "db: postgres://h/d?password=canary\n", 0o644, "run chmod 600"},
		"password of a proxy":        {true, "network: {proxy: 'http://u:canary@h:1'}\n", 0o644, "run chmod 600"},
		"token of an index":          {true, "indices: {a: 'https://canary@h/i.json'}\n", 0o644, "run chmod 600"},
		"token of a project's index": {false, "indices: {a: {url: 'https://canary@h/i.json'}}\n", 0o644, "run chmod 600"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			path := filepath.Join(d.dir, settings.ProjectFile)
			if tt.user {
				path = d.userFile()
			}
			write(t, path, tt.text, tt.mode)
			_, err := settings.Load(d.sources())
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (pack.CodeOf(err) != pack.CodeInvalidRequest || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "canary")):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestFilesAreRegular: a directory, a pipe that no process writes to, and a large file are
// refused.
func TestFilesAreRegular(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(path string) error{
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"pipe":      func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"large":     func(path string) error { return os.WriteFile(path, make([]byte, 1<<20+1), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			if err := do(filepath.Join(d.dir, settings.ProjectFile)); err != nil {
				t.Fatal(err)
			}
			if _, err := settings.Load(d.sources()); pack.CodeOf(err) != pack.CodeInvalidRequest && pack.CodeOf(err) != pack.CodeLimitExceeded {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestFileOfAnotherUser in a working directory is refused, unless it is named.
func TestFileOfAnotherUser(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := d.project(t, "root: /x\n")
	if err := os.Chown(path, os.Geteuid()+1, -1); err != nil {
		t.Skip("only the superuser gives files away:", err)
	}
	if _, err := settings.Load(d.sources()); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
		t.Errorf("got %v", err)
	}
	from := d.sources()
	from.File = path
	if s := load(t, from); s.Values.Root != "/x" {
		t.Errorf("got %+v", s.Values)
	}
}
