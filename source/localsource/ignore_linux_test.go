package localsource_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/localsource"
)

// git runs git in dir, without settings of the user.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "core.excludesFile="}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); errors.As(err, &exit) && args[0] == "check-ignore" && exit.ExitCode() == 1 {
		return ""
	}
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// needGit skips a test where there is no git, except in CI.
func needGit(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil && os.Getenv("CI") == "" {
		t.Skip("git is missing")
	}
}

// delivered returns the names of files that come from a directory, and the notes.
func delivered(t *testing.T, dir, subdir string) (names, notes []string, err error) {
	t.Helper()
	ctx := pack.WithNotes(t.Context(), func(_ context.Context, text string) { notes = append(notes, text) })
	sink := &spySink{on: func(e source.Entry) error {
		if !e.Mode.IsDir() {
			names = append(names, strings.TrimPrefix(e.Name, subdir+"/"))
		}
		return nil
	}}
	pin := pack.Pin{Scheme: source.SchemeLocal, Location: dir, Subdir: subdir}
	err = newSource(t, localsource.Options{AllowAll: true}).Fetch(ctx, pin, sink)
	slices.Sort(names)
	return names, notes, err
}

// The patterns of .packignore mean what they mean to git.
func TestPackignoreIsReadAsGitReads(t *testing.T) {
	t.Parallel()
	needGit(t)
	files := fstest.MapFS{}
	for _, name := range []string{
		"a.txt", "b.txt", "ab.txt", "sub/a.txt", "sub/sub/a.txt", "build/x", "sub/build/x", "build.d/x", "docs/a.md", "docs/sub/a.md",
		"x y", "#x", "!x", "keep/a.txt", "keep/b.log", "a[b]", "ab", "a^", "deep/one/two/a.txt", "deep/a.txt", "star*", "back\\slash", "tail ", "]", "-", "A1", "x/y/x/y/z",
	} {
		files[name] = &fstest.MapFile{}
	}
	for _, patterns := range []string{
		"*.txt", "/a.txt", "a.txt", "sub/a.txt", "build/", "/build", "build", "**/build", "docs/**", "docs/*", "docs/**/a.md", "**/sub/a.txt",
		"?.txt", "[ab].txt", "[!a].txt", "[^a].txt", "[a-b]?.txt", "\\#x", "#x", "\\!x", "*.txt\n!a.txt", "*\n!keep/\n!*.log",
		"keep\n!keep/a.txt", "x\\ y", "x y", "tail\\ ", "a\\[b]", "a[", "[", "*", "**", "/**", "deep/**/a.txt", "/", "!", "\n\n", "*.txt \r\n", "star\\*", "sub//a.txt",
		"[]a]*", "[!]a]*", "[-a]*", "[a-]*", "[!-]", "[a\\]]*", "[[:upper:]][[:digit:]]", "[![:lower:]]*", "[[:nothing:]]", "[[]*", "a[b", "a[[]b]", "\\", "a\\",
		"x/**/y/z", "**/y/**", "**/x/y", "/**/z", "x/**/**/z", "**/**", "x/*/x", "**x/y", "x/y**", "?/?",
	} {
		dir := t.TempDir()
		write(t, dir, files)
		git(t, dir, "init", "-q")
		write(t, dir, fstest.MapFS{".gitignore": {Data: []byte(patterns)}})
		var want []string
		for name := range strings.SplitSeq(strings.TrimSuffix(git(t, dir, "-c", "core.quotePath=false", "ls-files", "-z", "--others", "--exclude-standard"), "\x00"), "\x00") {
			if name != ".gitignore" && name != "" {
				want = append(want, name)
			}
		}
		slices.Sort(want)
		if err := os.Rename(filepath.Join(dir, ".gitignore"), filepath.Join(dir, ".packignore")); err != nil {
			t.Fatal(err)
		}
		got, _, err := delivered(t, dir, "")
		got = slices.DeleteFunc(got, func(name string) bool { return name == ".packignore" })
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got)\n%s", patterns, err, diff)
		}
	}
}

func TestPackignoreMayKeepWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, fstest.MapFS{"pack.yaml": {}, "venv/x": {}, "a.pyc": {}, ".packignore": {Data: []byte("!/venv\nsecret\n")}, "secret/x": {}, ".git/x": {}})
	names, notes, err := delivered(t, dir, "")
	if diff := cmp.Diff([]string{".packignore", "pack.yaml", "venv/x"}, names); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "(3): .git, a.pyc, secret;") {
		t.Errorf("got the notes %q", notes)
	}
}

func TestPackignoreHasALimit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, fstest.MapFS{".packignore": {Data: make([]byte, 16<<10+1)}})
	if _, _, err := delivered(t, dir, ""); !errors.Is(err, pack.ErrLimit) {
		t.Errorf("got %v", err)
	}
}

// What the pack's own repository tracks stays, whatever its name and in whatever form
// git keeps the list.
func TestWhatGitTracksStays(t *testing.T) {
	t.Parallel()
	needGit(t)
	files := fstest.MapFS{
		"pack/pack.yaml": {}, "pack/venv/tracked": {}, "pack/venv/sub/tracked": {}, "pack/node_modules/tracked.pyc": {}, "pack/secret": {},
		"pack/.packignore": {Data: []byte("secret\n")}, "venv/x": {},
	}
	untracked := fstest.MapFS{"pack/venv/new": {}, "pack/venv/sub2/new": {}, "pack/__pycache__/x": {}, "pack/new": {}, "pack/.secret.swp": {}}
	want := []string{".packignore", "new", "node_modules/tracked.pyc", "pack.yaml", "secret", "venv/sub/tracked", "venv/tracked"}
	for name, make := range map[string]func(dir string) string{
		"version 2": func(dir string) string { git(t, dir, "init", "-q"); git(t, dir, "add", "-f", "."); return dir },
		"version 3": func(dir string) string {
			git(t, dir, "init", "-q")
			git(t, dir, "add", "-f", ".")
			git(t, dir, "rm", "-q", "--cached", "pack/secret")
			git(t, dir, "add", "-f", "--intent-to-add", "pack/secret")
			return dir
		},
		"version 4": func(dir string) string {
			git(t, dir, "init", "-q")
			git(t, dir, "add", "-f", ".")
			git(t, dir, "update-index", "--index-version", "4")
			return dir
		},
		"SHA-256": func(dir string) string {
			git(t, dir, "init", "-q", "--object-format=sha256")
			git(t, dir, "add", "-f", ".")
			return dir
		},
		"another worktree": func(dir string) string {
			git(t, dir, "init", "-q")
			git(t, dir, "add", "-f", ".")
			git(t, dir, "commit", "-q", "-m", "x")
			other := filepath.Join(t.TempDir(), "other")
			git(t, dir, "worktree", "add", "-q", other)
			return other
		},
	} {
		dir := t.TempDir()
		write(t, dir, files)
		dir = make(dir)
		write(t, dir, untracked)
		for _, at := range [][2]string{{dir, "pack"}, {filepath.Join(dir, "pack"), ""}} {
			got, notes, err := delivered(t, at[0], at[1])
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
			}
			if len(notes) != 1 || !strings.Contains(notes[0], "(4): .secret.swp, __pycache__, venv/new, venv/sub2;") {
				t.Errorf("%s: got the notes %q", name, notes)
			}
		}
	}
}

// An index that cannot be read is as good as none, and nothing outside of the allowed
// directories is asked.
func TestIndexThatCannotBeRead(t *testing.T) {
	t.Parallel()
	needGit(t)
	outer := t.TempDir()
	dir := filepath.Join(outer, "pack")
	write(t, dir, fstest.MapFS{"pack.yaml": {}, "venv/x": {}})
	git(t, outer, "init", "-q")
	git(t, outer, "add", "-f", ".")
	index, err := os.ReadFile(filepath.Join(outer, ".git", "index"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range index {
		cut := slices.Concat(index[:n], make([]byte, 4))
		if err := os.WriteFile(filepath.Join(outer, ".git", "index"), cut, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := delivered(t, dir, ""); err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
	if err := os.WriteFile(filepath.Join(outer, ".git", "index"), index, 0o600); err != nil {
		t.Fatal(err)
	}
	for root, want := range map[string]int{outer: 2, dir: 1} {
		sink := &spySink{}
		s := newSource(t, localsource.Options{Roots: []string{root}})
		if err := s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeLocal, Location: dir}, sink); err != nil || sink.puts < want || want == 1 && sink.puts > 1 {
			t.Errorf("below %s: got %v after %d entries", root, err, sink.puts)
		}
	}
}
