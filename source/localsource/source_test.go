package localsource_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/localsource"
	"github.com/packtrain/pack/source/sourcetest"
)

// demo is a pack as it is on the disk, without the excluded files.
func demo() fstest.MapFS {
	return fstest.MapFS{
		"pack.yaml":       {Data: []byte("ref: demo\nversion: 1.0.0\n"), Mode: 0o644},
		"actions/run.sh":  {Data: []byte("#!/bin/sh\n"), Mode: 0o755},
		"actions/lib/a-b": {Data: []byte(strings.Repeat("x", 200_000)), Mode: 0o644},
		"empty":           {Mode: 0o644},
	}
}

// write writes files below dir.
func write(t *testing.T, dir string, files fstest.MapFS) {
	t.Helper()
	for name, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, f.Mode|0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// pathOf returns a new directory with the pack demo.
func pathOf(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	write(t, dir, demo())
	write(t, dir, fstest.MapFS{
		".git/config":             {Data: []byte("[core]\n")},
		"actions/.svn/entries":    {},
		"actions/lib/.git":        {Data: []byte("gitdir: elsewhere\n")},
		"actions/empty/.hg/store": {},
	})
	return dir
}

func newSource(t *testing.T, opts localsource.Options) *localsource.Source {
	t.Helper()
	s, err := localsource.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func local(location string) source.Locator {
	return source.Locator{Scheme: source.SchemeLocal, Location: location}
}

// hostile returns locators of directories that no Tree takes.
func hostile(t *testing.T, dir string) []source.Locator {
	t.Helper()
	write(t, dir, fstest.MapFS{
		"case/a": {}, "case/A": {}, "link/pack.yaml": {}, "linkdir/pack.yaml": {}, `backslash/a\b`: {}, "device/con": {},
	})
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link", "passwd")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Join(dir, "linkdir", "up")); err != nil {
		t.Fatal(err)
	}
	var locs []source.Locator
	for _, name := range []string{"case", "link", "linkdir", "backslash", "device"} {
		locs = append(locs, local(filepath.Join(dir, name)))
	}
	return locs
}

func TestConformance(t *testing.T) {
	t.Parallel()
	harness := func(t *testing.T, opts func(parent string) localsource.Options, location func(dir string) string) sourcetest.Harness {
		t.Helper()
		dir := pathOf(t)
		parent := filepath.Dir(dir)
		return sourcetest.Harness{
			Source:  newSource(t, opts(parent)),
			Locator: local(location(dir)),
			Want:    demo(),
			Missing: local(filepath.Join(parent, "missing")),
			Hostile: hostile(t, filepath.Join(parent, "hostile")),
			Dirs:    []string{parent},
		}
	}
	t.Run("roots", func(t *testing.T) {
		t.Parallel()
		sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
			t.Helper()
			below := func(parent string) localsource.Options {
				return localsource.Options{Roots: []string{filepath.Join(parent, "other"), parent}}
			}
			return harness(t, below, func(dir string) string { return dir })
		})
	})
	t.Run("relative", func(t *testing.T) {
		t.Parallel()
		sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
			t.Helper()
			anywhere := func(parent string) localsource.Options {
				return localsource.Options{AllowAll: true, Base: filepath.Join(parent, "hostile")}
			}
			return harness(t, anywhere, func(string) string { return "../demo/./" })
		})
	})
	t.Run("subdirectory", func(t *testing.T) {
		t.Parallel()
		sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
			t.Helper()
			all := func(string) localsource.Options { return localsource.Options{AllowAll: true} }
			h := harness(t, all, filepath.Dir)
			h.Locator.Subdir, h.Missing.Subdir = "demo", "demo"
			return h
		})
	})
}

func TestResolvePinsTheAbsolutePath(t *testing.T) {
	t.Parallel()
	dir := pathOf(t)
	s := newSource(t, localsource.Options{Roots: []string{dir}, Base: dir})
	loc := source.Locator{Scheme: source.SchemeLocal, Location: "./actions/../actions/", Subdir: "lib"}
	pins, err := s.Resolve(t.Context(), loc)
	want := pack.Pin{Scheme: source.SchemeLocal, Location: filepath.Join(dir, "actions"), Subdir: "lib"}
	if err != nil || len(pins) != 1 || pins[0] != want {
		t.Errorf("got %+v, %v, want %+v", pins, err, want)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		opts localsource.Options
	}{
		{"nothing allowed", localsource.Options{}},
		{"both", localsource.Options{AllowAll: true, Roots: []string{"/"}}},
		{"relative root", localsource.Options{Roots: []string{"packs"}}},
		{"empty root", localsource.Options{Roots: []string{""}}},
		{"relative base", localsource.Options{AllowAll: true, Base: "."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := localsource.New(tt.opts); pack.CodeOf(err) != pack.CodeInvalidRequest {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestResolveRefusesWhatIsNoDirectory(t *testing.T) {
	t.Parallel()
	dir := pathOf(t)
	s := newSource(t, localsource.Options{AllowAll: true})
	withRev := local(dir)
	withRev.Rev = "main"
	withSubdir := func(name string) source.Locator {
		loc := local(dir)
		loc.Subdir = name
		return loc
	}
	tests := []struct {
		name string
		loc  source.Locator
		want pack.Code
		says string
	}{
		{"file", local(filepath.Join(dir, "pack.yaml")), pack.CodeInvalidRequest, "is a file, not a directory"},
		{"rev", withRev, pack.CodeInvalidRequest, "have no revs"},
		{"relative", local("./demo"), pack.CodeInvalidRequest, "relative"},
		{"missing", local(filepath.Join(dir, "gone")), pack.CodeNotFound, `/gone" does not exist`},
		{"missing subdirectory", withSubdir("missing"), pack.CodeNotFound, `has no directory "missing"`},
		{"subdirectory outside", withSubdir("../demo"), pack.CodeUnsafePath, "../demo"},
		{"absolute subdirectory", withSubdir("/etc"), pack.CodeUnsafePath, "/etc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := s.Resolve(t.Context(), tt.loc)
			if got := pack.CodeOf(err); got != tt.want || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %q, %v, want %q with %q", got, err, tt.want, tt.says)
			}
		})
	}
}
