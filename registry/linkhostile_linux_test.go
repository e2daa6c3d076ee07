package registry_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestLinkRefusesWhatOthersMayChange changes a directory that is linked, so that other
// users could change what runs, or so that it leads elsewhere.
func TestLinkRefusesWhatOthersMayChange(t *testing.T) {
	t.Parallel()
	chmod := func(name string, mode os.FileMode) func(string) error {
		return func(dir string) error { return os.Chmod(filepath.Join(dir, name), mode) }
	}
	chown := func(name string) func(string) error {
		return func(dir string) error {
			if os.Geteuid() != 0 {
				return errors.ErrUnsupported
			}
			return os.Lchown(filepath.Join(dir, name), 65534, -1)
		}
	}
	for name, tt := range map[string]struct {
		change func(dir string) error
		want   error
	}{
		"directory":           {chmod(".", 0o777), pack.ErrPolicy},
		"its parent":          {chmod("..", 0o777), pack.ErrPolicy},
		"a directory in it":   {chmod("actions", 0o777), pack.ErrPolicy},
		"a file":              {chmod("actions/run.sh", 0o757), pack.ErrPolicy},
		"pack.yaml":           {chmod("pack.yaml", 0o666), pack.ErrPolicy},
		"owner":               {chown("."), pack.ErrPolicy},
		"owner of the parent": {chown(".."), pack.ErrPolicy},
		"owner of a file":     {chown("lib/deep/data.txt"), pack.ErrPolicy},
		"symbolic link":       {func(dir string) error { return os.Symlink("/etc/passwd", filepath.Join(dir, "lib", "data")) }, pack.ErrUnsafe},
		"pipe":                {func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, "lib", "pipe"), 0o600) }, pack.ErrUnsafe},
		"link to a directory": {func(dir string) error {
			return errors.Join(os.Rename(filepath.Join(dir, "lib"), filepath.Join(dir, "lib2")), os.Symlink("lib2", filepath.Join(dir, "lib")))
		}, pack.ErrUnsafe},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newRoot(t).open(t)
			dir := filepath.Join(t.TempDir(), "demo")
			writeTo(t, dir, simplePack("demo", "1.0.0"))
			link(t, s, dir)
			if err := tt.change(dir); errors.Is(err, errors.ErrUnsupported) {
				t.Skip("changing the owner needs root")
			} else if err != nil {
				t.Fatal(err)
			}
			if _, err := s.SnapshotLink(t.Context(), "demo"); !errors.Is(err, tt.want) {
				t.Errorf("run: got %v, want %v", err, tt.want)
			}
			if _, err := s.Link(t.Context(), dir); !errors.Is(err, tt.want) {
				t.Errorf("link: got %v, want %v", err, tt.want)
			}
		})
	}
}

// TestLinkByALink: a path with a symbolic link is resolved once, when it is linked.
func TestLinkByALink(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	dir := write(t, simplePack("demo", "1.0.0"))
	there := filepath.Join(t.TempDir(), "there")
	if err := os.Symlink(dir, there); err != nil {
		t.Fatal(err)
	}
	l := link(t, s, there)
	if real, err := filepath.EvalSymlinks(dir); err != nil || l.Dir != real {
		t.Errorf("got %q, want %q, %v", l.Dir, real, err)
	}
}

// TestDamagedLinks: a damaged file of a link affects the author's runs of that pack alone,
// and unlinking removes it.
func TestDamagedLinks(t *testing.T) {
	t.Parallel()
	good := `{"format": 1, "directory": "/nonexistent", "actor": "", "created": "2026-01-01T00:00:00Z"}`
	text := func(s string) func(string) error {
		return func(file string) error { return os.WriteFile(file, []byte(s), 0o644) }
	}
	for name, tt := range map[string]struct {
		damage func(file string) error
		want   string
	}{
		"empty":            {text(""), "damaged"},
		"cut":              {text(good[:30]), "damaged"},
		"two documents":    {text(good + good), "damaged"},
		"zero bytes":       {text(strings.Repeat("\x00", 100)), "damaged"},
		"too large":        {text(good + strings.Repeat(" ", 1<<20)), "size of a link"},
		"newer format":     {text(strings.Replace(good, "1", "2", 1)), "unknown format 2"},
		"relative path":    {text(strings.Replace(good, "/nonexistent", "packs/demo", 1)), "path of a directory"},
		"path with dots":   {text(strings.Replace(good, "/nonexistent", "/nonexistent/../etc", 1)), "path of a directory"},
		"path with a zero": {text(strings.Replace(good, "/nonexistent", "/nonexistent\\u0000", 1)), "path of a directory"},
		"world-writable":   {func(file string) error { return errors.Join(text(good)(file), os.Chmod(file, 0o666)) }, "world-writable"},
		"a directory":      {func(file string) error { return os.MkdirAll(filepath.Join(file, "deep"), 0o755) }, "not a file"},
		"a pipe":           {func(file string) error { return syscall.Mkfifo(file, 0o644) }, "not a regular file"},
		"a symbolic link":  {func(file string) error { return os.Symlink("/etc/passwd", file) }, "not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			s := r.open(t)
			register(t, s, "", write(t, simplePack("demo", "1.0.0")))
			dir := write(t, simplePack("demo", "1.0.0"))
			link(t, s, dir)
			file := filepath.Join(r.dir, "links", "demo.json")
			if err := errors.Join(os.Remove(file), tt.damage(file)); err != nil {
				t.Fatal(err)
			}
			wantProblem(t, s, tt.want)
			if links, err := s.Links(t.Context()); err != nil || len(links) != 1 || !strings.Contains(links[0].Problem, tt.want) {
				t.Errorf("got %+v, %v", links, err)
			}
			if _, err := s.Unlink(t.Context(), "demo"); err != nil {
				t.Fatal(err)
			}
			link(t, s, dir)
		})
	}
}

// TestDamagedLinksDirectory: a directory of links that is something else keeps no pack from
// being used.
func TestDamagedLinksDirectory(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(dir string) error{
		"a file":          func(dir string) error { return os.WriteFile(dir, nil, 0o644) },
		"a symbolic link": func(dir string) error { return os.Symlink("/etc", dir) },
		"a pipe":          func(dir string) error { return syscall.Mkfifo(dir, 0o644) },
		"other files": func(dir string) error {
			return errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "demo.json.new"), nil, 0o644), os.WriteFile(filepath.Join(dir, "..json"), nil, 0o644))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			s := r.open(t)
			register(t, s, "", write(t, simplePack("demo", "1.0.0")))
			if err := damage(filepath.Join(r.dir, "links")); err != nil {
				t.Fatal(err)
			}
			wantProblem(t, s, "")
			_, err := s.Link(t.Context(), write(t, simplePack("demo", "1.0.0")))
			if (err == nil) != (name == "other files") {
				t.Errorf("link: got %v", err)
			}
			if err := second(registry.OpenReadOnly(t.Context(), r.config())); err != nil {
				t.Errorf("open: %v", err)
			}
		})
	}
}
