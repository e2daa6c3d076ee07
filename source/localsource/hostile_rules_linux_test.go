package localsource_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/localsource"
)

// A sinkFuncOf is a sink.
type sinkFuncOf func(ctx context.Context, e source.Entry, content io.Reader) error

func (f sinkFuncOf) Put(ctx context.Context, e source.Entry, content io.Reader) error {
	return f(ctx, e, content)
}

// listen makes a socket.
func listen(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return path
}

// testApart: packs do not come from the place of installed packs, whatever path
// leads there, and do not hold it.
func testApart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, fstest.MapFS{
		"store/packs/demo/1/pack/pack.yaml": {}, "store/staging/1/pack.yaml": {}, "store.old/pack.yaml": {}, "demo/pack.yaml": {}, "demo.zip": {},
		"around/pack.yaml": {}, "around/inner/store/packs/x": {}, "store/cache/demo.zip": {Data: []byte("x")},
	})
	if err := os.Symlink(filepath.Join(dir, "store", "packs"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	s := newSource(t, localsource.Options{
		AllowAll: true, Base: dir, Archives: unpackNothing{},
		Apart: []string{filepath.Join(dir, "store"), filepath.Join(dir, "around", "inner", "store"), filepath.Join(dir, "missing")},
	})
	for location, want := range map[string]pack.Code{
		"store": pack.CodePolicyDenied, "store/packs/demo/1/pack": pack.CodePolicyDenied, "store/staging/1": pack.CodePolicyDenied,
		"link/demo/1/pack": pack.CodePolicyDenied, ".": pack.CodePolicyDenied, "around": pack.CodePolicyDenied, "around/inner": pack.CodePolicyDenied,
		"store/cache/demo.zip": pack.CodePolicyDenied, "store.old": "", "demo": "", "demo.zip": "",
	} {
		_, err := s.Resolve(t.Context(), local(location))
		if pack.CodeOf(err) != want {
			t.Errorf("resolve %s: got %v, want %q", location, err, want)
		}
		if filepath.Ext(location) == ".zip" {
			continue
		}
		sink := &spySink{}
		err = s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeLocal, Location: filepath.Join(dir, location)}, sink)
		if pack.CodeOf(err) != want || want != "" && sink.puts > 0 {
			t.Errorf("fetch %s: got %v after %d entries, want %q", location, err, sink.puts, want)
		}
	}
	if _, err := localsource.New(localsource.Options{AllowAll: true, Apart: []string{"store"}}); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("a relative path: got %v", err)
	}
}

// testMounts: a directory that is mounted in another one is recognized,
// and one that is mounted in itself ends somewhere (I08).
func testMounts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, fstest.MapFS{"demo/pack.yaml": {}, "demo/store/x": {}, "loop/pack.yaml": {}, "loop/in/x": {}, "store/packs/x": {}})
	s := newSource(t, localsource.Options{AllowAll: true, Apart: []string{filepath.Join(dir, "store")}})
	mounted(t, [][2]string{{"store", "demo/store"}, {"loop", "loop/in"}}, dir, func() {
		err := s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeLocal, Location: filepath.Join(dir, "demo")}, &spySink{})
		if pack.CodeOf(err) != pack.CodePolicyDenied {
			t.Errorf("a pack with the store mounted in it: got %v", err)
		}
		sink := &spySink{}
		if err := s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeLocal, Location: filepath.Join(dir, "loop")}, sink); err != nil || sink.puts != 5 {
			t.Errorf("a directory mounted in itself: got %v after %d entries", err, sink.puts)
		}
	})
}

// mounted runs f on a thread for which directories below dir are mounted in
// others. Only a superuser can do that; others do not run f.
func mounted(t *testing.T, binds [][2]string, dir string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlock it: the thread ends here, and its mounts with it
		err := syscall.Unshare(syscall.CLONE_NEWNS | syscall.CLONE_FS)
		if err == nil {
			err = syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")
		}
		if errors.Is(err, syscall.EPERM) {
			t.Log("not allowed to mount")
			return
		}
		for _, bind := range binds {
			err = errors.Join(err, syscall.Mount(filepath.Join(dir, bind[0]), filepath.Join(dir, bind[1]), "", syscall.MS_BIND, ""))
		}
		if err != nil {
			t.Error(err)
			return
		}
		f()
	}()
	<-done
}

// unpackNothing finds every archive empty.
type unpackNothing struct{}

func (unpackNothing) Unpack(context.Context, string, *io.SectionReader, source.Sink) error {
	return nil
}

func testOnlyOwned(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(dir string) error{
		"":                          func(string) error { return nil },
		"hard link":                 func(dir string) error { return os.Link(secret, filepath.Join(dir, "actions", "secret")) },
		"file for everybody":        func(dir string) error { return os.Chmod(filepath.Join(dir, "pack.yaml"), 0o666) },
		"directory for everybody":   func(dir string) error { return os.Chmod(filepath.Join(dir, "actions"), 0o777) },
		"the pack's, for everybody": func(dir string) error { return os.Chmod(dir, 0o777) },
		"another owner":             func(dir string) error { return os.Chown(filepath.Join(dir, "pack.yaml"), 12345, -1) },
	} {
		dir := pathOf(t)
		if err := change(dir); errors.Is(err, syscall.EPERM) {
			continue // only a superuser gives files away
		} else if err != nil {
			t.Fatal(err)
		}
		if _, err := fetch(t, newSource(t, localsource.Options{AllowAll: true}), local(dir)); err != nil {
			t.Errorf("%s, by default: %v", name, err)
		}
		want := pack.CodePolicyDenied
		if name == "" {
			want = ""
		}
		if _, err := fetch(t, newSource(t, localsource.Options{AllowAll: true, OnlyOwned: true}), local(dir)); pack.CodeOf(err) != want {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
}

// testForeignLinks: the maker of a pack may have linked a file that only the reader of
// the pack can read.
func testForeignLinks(t *testing.T) {
	t.Parallel()
	dir, secret := pathOf(t), filepath.Join(t.TempDir(), "secret")
	err := errors.Join(os.WriteFile(secret, []byte("secret"), 0o600), os.Link(secret, filepath.Join(dir, "actions", "secret")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fetch(t, newSource(t, localsource.Options{AllowAll: true}), local(dir)); err != nil {
		t.Errorf("a link to a file of the owner of the pack: %v", err)
	}
	if err := os.Chown(dir, 12345, -1); errors.Is(err, syscall.EPERM) {
		t.Skip("only a superuser gives files away")
	} else if err != nil {
		t.Fatal(err)
	}
	if _, err := fetch(t, newSource(t, localsource.Options{AllowAll: true}), local(dir)); pack.CodeOf(err) != pack.CodePolicyDenied || !strings.Contains(err.Error(), "actions/secret") {
		t.Errorf("a link to a file of another user: %v", err)
	}
	var notes []string
	ctx := pack.WithNotes(t.Context(), func(_ context.Context, text string) { notes = append(notes, text) })
	s := newSource(t, localsource.Options{AllowAll: true, AllowLinked: true})
	err = s.Fetch(ctx, pack.Pin{Scheme: source.SchemeLocal, Location: dir}, &spySink{})
	if err != nil || !strings.Contains(strings.Join(notes, "\n"), "actions/secret") {
		t.Errorf("by policy: %v, with the notes %q", err, notes)
	}
}

// testForeignArchives: so may the maker of a directory have linked an archive.
func testForeignArchives(t *testing.T) {
	t.Parallel()
	dir, secret := t.TempDir(), filepath.Join(t.TempDir(), "secret.zip")
	linked := filepath.Join(dir, "x.zip")
	if err := errors.Join(os.WriteFile(secret, []byte("PK"), 0o600), os.Link(secret, linked)); err != nil {
		t.Fatal(err)
	}
	resolve := func(s *localsource.Source) ([]pack.Pin, error) {
		return s.Resolve(t.Context(), source.Locator{Scheme: source.SchemeLocal, Location: linked})
	}
	s := newSource(t, localsource.Options{AllowAll: true, Archives: unpackNothing{}})
	pins, err := resolve(s)
	if err != nil {
		t.Fatalf("a link to an archive of the owner of the directory: %v", err)
	}
	if err := os.Chown(dir, 12345, -1); errors.Is(err, syscall.EPERM) {
		t.Skip("only a superuser gives files away")
	} else if err != nil {
		t.Fatal(err)
	}
	if _, err := resolve(s); pack.CodeOf(err) != pack.CodePolicyDenied {
		t.Errorf("a link to an archive of another user, resolved: %v", err)
	}
	if err := s.Fetch(t.Context(), pins[0], &spySink{}); pack.CodeOf(err) != pack.CodePolicyDenied {
		t.Errorf("a link to an archive of another user, fetched: %v", err)
	}
	if _, err := resolve(newSource(t, localsource.Options{AllowAll: true, AllowLinked: true, Archives: unpackNothing{}})); err != nil {
		t.Errorf("by policy: %v", err)
	}
}

// testExclusions: excluded entries are reported, and no others are excluded.
func testExclusions(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "x")
	kept := []string{
		"#", "##/a", "a#", "a.swp", "a~", ".gitignore", ".sw", "pack.yaml", ".github/x", ".editorconfig", ".vscode/x",
		"sub/venv", "my_node_modules/x", "a.pycc", "_",
	}
	out := []string{
		".git", "sub/.Git", ".hg", ".svn", ".bzr", ".a.swp", ".a.swo", "sub/.#a", "#a#", "node_modules", "sub/node_modules",
		".venv", "venv", "lib/__pycache__", "x.pyc", "._a", "sub/._", ".DS_Store", "sub/Thumbs.db", "Desktop.ini",
	}
	files := fstest.MapFS{
		".git/config": {}, "sub/.Git": {}, ".hg/store": {}, ".svn/x": {}, ".bzr/x": {}, ".a.swp": {}, ".a.swo": {}, "#a#": {},
		"node_modules/x/index.js": {}, ".venv/bin/python": {}, "venv/x": {}, "lib/__pycache__/x": {}, "x.pyc": {}, "._a": {},
		"sub/._": {}, ".DS_Store": {}, "sub/Thumbs.db": {}, "Desktop.ini": {},
	}
	for _, name := range kept {
		files[name] = &fstest.MapFile{}
	}
	write(t, dir, files)
	for name, target := range map[string]string{".#a": "user@host.1234", "node_modules": "/usr/lib/node_modules"} {
		if err := os.Symlink(target, filepath.Join(dir, "sub", name)); err != nil {
			t.Fatal(err)
		}
	}
	listen(t, filepath.Join(dir, "node_modules", "x", "s"))
	var notes, got []string
	s := newSource(t, localsource.Options{AllowAll: true})
	ctx := pack.WithNotes(t.Context(), func(_ context.Context, text string) { notes = append(notes, text) })
	sink := &spySink{on: func(e source.Entry) error {
		if !e.Mode.IsDir() {
			got = append(got, e.Name)
		}
		return nil
	}}
	if err := s.Fetch(ctx, pack.Pin{Scheme: source.SchemeLocal, Location: dir}, sink); err != nil {
		t.Fatal(err)
	}
	for _, names := range [][]string{kept, out, got} {
		slices.Sort(names)
	}
	if want := fmt.Sprintf("(%d): %s;", len(out), strings.Join(out, ", ")); len(notes) != 1 || !strings.Contains(notes[0], want) {
		t.Errorf("got the notes %q, want %q", notes, want)
	}
	if diff := cmp.Diff(kept, got); diff != "" {
		t.Errorf("delivered (-want +got):\n%s", diff)
	}
}
