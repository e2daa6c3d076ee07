package localsource_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/localsource"
	"github.com/packtrain/pack/source/sourcetest"
)

func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("I01", testForbiddenPaths)
	t.Run("I01_anywhere", testForbiddenAnywhere)
	t.Run("I02", testApart)
	t.Run("I03", testSpecialFiles)
	t.Run("I04", testUnreadable)
	t.Run("I02_mounted", testMounts)
	t.Run("I05", testOnlyOwned)
	t.Run("I05/links to files of others", testForeignLinks)
	t.Run("I05/archive that is a link of another user", testForeignArchives)
	t.Run("I06", testChanges)
	t.Run("I06_tick", testChangeWithinATick)
	t.Run("I06_races", testRaces)
	t.Run("I07", testHashOfWhatWasCopied)
	t.Run("I08", testLimits)
	t.Run("I09", testNames)
	t.Run("I10", testExclusions)
}

// fetch resolves and fetches location into a new Tree.
func fetch(t *testing.T, s source.Source, loc source.Locator) (string, error) {
	t.Helper()
	pins, err := s.Resolve(t.Context(), loc)
	if err != nil {
		return "", err
	}
	tree, err := source.NewTree(filepath.Join(t.TempDir(), "tree"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Fetch(t.Context(), pins[0], tree); err != nil {
		return "", errors.Join(err, tree.Discard())
	}
	r, err := tree.Finish()
	return r.Dir, err
}

func testForbiddenPaths(t *testing.T) {
	t.Parallel()
	root, outside := t.TempDir(), t.TempDir()
	write(t, root, fstest.MapFS{"in/pack.yaml": {}, "in/sub/pack.yaml": {}})
	write(t, outside, fstest.MapFS{"pack.yaml": {}, "sub/pack.yaml": {}})
	for link, target := range map[string]string{"link": outside, "parent": filepath.Dir(outside), "inner": filepath.Join(root, "in"), "self": "self"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	s := newSource(t, localsource.Options{Roots: []string{root}, Base: root})
	for _, location := range []string{
		outside, filepath.Dir(root), root + "x", "../" + filepath.Base(outside), "/", "/proc/self/root", "/proc/self/root" + root + "/in", "/etc",
		"link", "link/sub", "inner", "inner/sub", "self", "parent/" + filepath.Base(outside), "in\x00", root + "/in\x00",
	} {
		if _, err := s.Resolve(t.Context(), local(location)); pack.CodeOf(err) != pack.CodePolicyDenied {
			t.Errorf("resolve %q: got %v", location, err)
		}
		path := location
		if !filepath.IsAbs(path) {
			path = filepath.Join(root, path)
		}
		sink := &spySink{}
		err := s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeLocal, Location: path}, sink)
		if pack.CodeOf(err) != pack.CodePolicyDenied || sink.puts > 0 {
			t.Errorf("fetch %q: got %v after %d entries", path, err, sink.puts)
		}
	}
	for location, want := range map[string]pack.Code{"": pack.CodeInvalidRequest, "~": pack.CodeNotFound} {
		if _, err := s.Resolve(t.Context(), local(location)); pack.CodeOf(err) != want {
			t.Errorf("%q: got %v", location, err)
		}
	}
	err := s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeLocal, Location: root + "/in/../../x"}, &spySink{})
	if pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("a pin with ..: got %v", err)
	}
	linked := local(filepath.Join(root, "in"))
	if err := os.Symlink(outside, filepath.Join(root, "in", "linked")); err != nil {
		t.Fatal(err)
	}
	linked.Subdir = "linked"
	if _, err := s.Resolve(t.Context(), linked); pack.CodeOf(err) != pack.CodeForbiddenEntry {
		t.Errorf("a subdirectory that is a link: got %v", err)
	}
}

func testForbiddenAnywhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, fstest.MapFS{"in/sub/pack.yaml": {}})
	if err := os.Symlink("in", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	s := newSource(t, localsource.Options{AllowAll: true, Base: dir})
	for _, location := range []string{"/", "/proc/self/root", "link"} {
		if _, err := s.Resolve(t.Context(), local(location)); pack.CodeOf(err) != pack.CodePolicyDenied {
			t.Errorf("%q: got %v", location, err)
		}
	}
	if _, err := s.Resolve(t.Context(), local("link/sub")); err != nil {
		t.Errorf("a link above the pack: %v", err)
	}
}

// testSpecialFiles: they are never opened; a pipe would block for ever. Files of
// the system are, but their stated size is wrong.
func testSpecialFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, fstest.MapFS{"pipe/pack.yaml": {}})
	pipe := filepath.Join(dir, "pipe", "p")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	socket := listen(t, filepath.Join(dir, "sockets", "s"))
	s := newSource(t, localsource.Options{AllowAll: true})
	for _, location := range []string{
		filepath.Dir(pipe), pipe, "/dev/zero", filepath.Dir(socket), socket,
		"/proc/self/fdinfo", "/sys/kernel/mm", "/proc/sys/kernel/random",
	} {
		start := time.Now()
		sourcetest.Receive(t, s, local(location), pack.CodeForbiddenEntry)
		if took := time.Since(start); took > 30*time.Second { // it waits for ever, or not at all
			t.Errorf("%s: took %v", location, took)
		}
	}
}

func testUnreadable(t *testing.T) {
	t.Parallel()
	dir := pathOf(t)
	for _, parent := range []string{filepath.Dir(dir), filepath.Dir(filepath.Dir(dir))} {
		if err := os.Chmod(parent, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s := newSource(t, localsource.Options{AllowAll: true})
	for _, name := range []string{"actions/run.sh", "actions/lib"} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		err = asNobody(func() error {
			return s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeLocal, Location: dir}, &spySink{})
		})
		if pack.CodeOf(err) != pack.CodeIO || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
		if err := os.Chmod(path, info.Mode()); err != nil {
			t.Fatal(err)
		}
	}
}

// asNobody runs f on a thread that, of a superuser, has no power over files left.
func asNobody(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlock it: the thread ends here
		if os.Geteuid() == 0 {
			const unprivileged = 65534
			_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, unprivileged, 0, 0)
		}
		done <- f()
	}()
	return <-done
}

// A spySink does something when an entry comes, then reads the content.
type spySink struct {
	puts int
	on   func(e source.Entry) error
}

func (s *spySink) Put(_ context.Context, e source.Entry, content io.Reader) error {
	s.puts++
	if s.on != nil {
		if err := s.on(e); err != nil {
			return err
		}
	}
	if content == nil {
		return nil
	}
	_, err := io.Copy(io.Discard, content)
	return err
}

func testChanges(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	write(t, outside, fstest.MapFS{"secret": {Data: []byte("secret")}})
	tests := []struct {
		name   string
		at     string // the entry at which the change happens
		change func(dir string) error
	}{
		{"grows", "b", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "b"), []byte("longer than before"), 0o600)
		}},
		{"grows, and its time is set back", "b", func(dir string) error {
			path := filepath.Join(dir, "b")
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			return errors.Join(os.WriteFile(path, []byte("longer than before"), 0o600), os.Chtimes(path, time.Time{}, info.ModTime()))
		}},
		{"shrinks", "b", func(dir string) error { return os.Truncate(filepath.Join(dir, "b"), 1) }},
		{"is written", "b", func(dir string) error {
			return os.Chtimes(filepath.Join(dir, "b"), time.Time{}, time.Now().Add(time.Hour))
		}},
		{"vanishes", "a", func(dir string) error { return os.Remove(filepath.Join(dir, "b")) }},
		{"becomes a link", "a", func(dir string) error { return replace(filepath.Join(dir, "b"), filepath.Join(outside, "secret")) }},
		{"becomes a pipe", "a", func(dir string) error {
			return errors.Join(os.Remove(filepath.Join(dir, "b")), syscall.Mkfifo(filepath.Join(dir, "b"), 0o600))
		}},
		{"becomes another file", "a", func(dir string) error {
			return os.Rename(filepath.Join(dir, "c"), filepath.Join(dir, "b"))
		}},
		{"directory becomes another", "d", func(dir string) error {
			return errors.Join(os.RemoveAll(filepath.Join(dir, "d")), os.Rename(filepath.Join(dir, "c.d"), filepath.Join(dir, "d")))
		}},
		{"directory becomes a link", "d", func(dir string) error { return replace(filepath.Join(dir, "d"), outside) }},
		{"directory vanishes", "d", func(dir string) error { return os.RemoveAll(filepath.Join(dir, "d")) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "x")
			write(t, dir, fstest.MapFS{"a": {Data: []byte("1")}, "b": {Data: []byte("22")}, "c": {Data: []byte("33")}, "c.d/e": {}, "d/e": {}})
			s := newSource(t, localsource.Options{AllowAll: true})
			sink := &spySink{on: func(e source.Entry) error {
				if e.Name == "secret" || e.Name == "d/secret" {
					t.Error("followed a link out of the pack")
				}
				if e.Name == tt.at {
					return tt.change(dir)
				}
				return nil
			}}
			err := s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeLocal, Location: dir}, sink)
			if pack.CodeOf(err) != pack.CodeContentChanged {
				t.Errorf("got %v", err)
			}
		})
	}
}

// replace puts a link in the place of path.
func replace(path, target string) error {
	return errors.Join(os.RemoveAll(path), os.Symlink(target, path))
}

func testLimits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, fstest.MapFS{"sparse/f": {}, "deep/" + strings.Repeat("d/", 100) + "f": {}})
	makeDeep(t, filepath.Join(dir, "deeper"), 5000)
	if err := os.Truncate(filepath.Join(dir, "sparse", "f"), 1<<40); err != nil {
		t.Fatal(err)
	}
	s := newSource(t, localsource.Options{AllowAll: true})
	for _, name := range []string{"sparse", "deep", "deeper"} {
		sourcetest.Receive(t, s, local(filepath.Join(dir, name)), pack.CodeLimitExceeded)
	}
	// Whatever the sink takes, the depth is bounded, and with it the open files.
	err := s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeLocal, Location: filepath.Join(dir, "deeper")}, &spySink{})
	if !errors.Is(err, pack.ErrLimit) {
		t.Errorf("deeper, for a sink without limits: got %v", err)
	}
	testManyFiles(t, s, filepath.Join(dir, "many"))
}

// testManyFiles: a directory is not read to its end when there is too much in it.
func testManyFiles(t *testing.T, s source.Source, dir string) {
	t.Helper()
	const most, there = 1000, 20_000
	write(t, dir, fstest.MapFS{"0": {}})
	for i := range there {
		if err := os.Link(filepath.Join(dir, "0"), filepath.Join(dir, fmt.Sprint("f", i))); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.NewTree(filepath.Join(t.TempDir(), "tree"), &source.TreeOptions{Limits: source.Limits{Entries: most}})
	if err != nil {
		t.Fatal(err)
	}
	puts := 0
	counted := sinkFuncOf(func(ctx context.Context, e source.Entry, content io.Reader) error {
		puts++
		return tree.Put(ctx, e, content)
	})
	err = s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeLocal, Location: dir}, counted)
	if !errors.Is(err, pack.ErrLimit) || puts != most+1 {
		t.Errorf("many files: got %v after %d", err, puts)
	}
	if err := tree.Discard(); err != nil {
		t.Error(err)
	}
}

// makeDeep makes directories in each other, deeper than any path could say.
func makeDeep(t *testing.T, dir string, depth int) {
	t.Helper()
	write(t, dir, fstest.MapFS{"pack.yaml": {}})
	root, err := os.OpenRoot(dir)
	for i := 0; err == nil && i < depth; i++ {
		err = root.Mkdir("d", 0o755)
		if next, openErr := root.OpenRoot("d"); openErr == nil {
			_ = root.Close()
			root = next
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = root.Close()
}

func testNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, fstest.MapFS{"case/a": {}, "case/A": {}, "form/é": {}, "form/e\u0301": {}, "long/" + strings.Repeat("n", 255): {}, "long/pack.yaml": {Data: demo()["pack.yaml"].Data}})
	s := newSource(t, localsource.Options{AllowAll: true})
	for name, want := range map[string]pack.Code{
		"case": pack.CodeNameCollision, "form": pack.CodeNameCollision, "long": "",
	} {
		sourcetest.Receive(t, s, local(filepath.Join(dir, name)), want)
	}
	raw := filepath.Join(dir, "raw")
	write(t, raw, fstest.MapFS{"pack.yaml": {}})
	if err := os.WriteFile(filepath.Join(raw, "\xff"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sourcetest.Receive(t, s, local(raw), pack.CodeUnsafePath)
}
