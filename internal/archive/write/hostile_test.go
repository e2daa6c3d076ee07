package write_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/write"
)

// A hostileTree must be refused at its last entry.
type hostileTree struct {
	id      string
	entries []write.Entry
	want    pack.Code
}

func files(names ...string) []write.Entry {
	entries := make([]write.Entry, len(names))
	for i, name := range names {
		entries[i] = write.Entry{Name: name}
	}
	return entries
}

// each returns a tree of one file for every name.
func each(id string, want pack.Code, names ...string) []hostileTree {
	var trees []hostileTree
	for _, name := range names {
		trees = append(trees, hostileTree{id, files(name), want})
	}
	return trees
}

func typed(mode fs.FileMode, name, link string) write.Entry {
	return write.Entry{Name: name, Mode: mode, Link: link}
}

func hostileTrees() []hostileTree {
	const path, dup, typ, limit = pack.CodeUnsafePath, pack.CodeNameCollision, pack.CodeForbiddenEntry, pack.CodeLimitExceeded
	return slices.Concat(
		each("A01", path, "../x", "a/../../x", "..", "a/..", strings.Repeat("a/", 60)+strings.Repeat("../", 70)+"x"),
		each("A02", path, "/abs", "//abs", "///", "/"),
		each("A03", path, `a\..\..\x`, `..\x`, `\`),
		each("A04", path, "C:x", `C:\x`, `\\host\share`, `\\?\C:\x`, `\??\`),
		each("A05", path, "", ".", "./", "a/./b", "././a", ".//a", "a//b", "a/", "a/.", "./a/."),
		[]hostileTree{{"A05", files("./a", "a"), path}, {"A05", files("a", "./a"), path}},
		each("A06", path, "a\x00", "a\x00.sh", "\x00"),
		each("A07", path, "a\nb", "a\rb", "a\x1b[31mb", "a\x07", "a\x7f", "a\u202eb", "a\u200bb", "a\u2028b", "a\ufeff", "a\ue000"),
		each("A08", path, "a\xff", "\xc0\xae\xc0\xae/x", "caf\x82", "\xed\xa0\x80", "a\xe2\x80"),
		each("A09", path, "CON", "con", "aux.txt", "a/NUL", "lpt1.tar.gz", "COM¹", "nul ", "nul .txt", "conin$",
			"x:ads", "trail.", "trail ", "trail./x", "trail /x", "...", "a<b", "a>b", `a"b`, "a|b", "a?b", "a*b"),
		each("A10", limit, strings.Repeat("c", 256), "a/"+strings.Repeat("c", 256)+"/b",
			strings.Repeat("a/", 2048)+"b", strings.Repeat("a/", 4999)+"b", strings.Repeat("a/", 64)+"b"),
		[]hostileTree{
			{"A11", files("A", "a"), dup},
			{"A11", files("d/A/x", "d/a/y"), dup},
			{"A11", files("A/x", "a"), dup},
			{"A11", files("ß", "ẞ"), dup},
			{"A11", files("ß", "SS"), dup},
			{"A11", files("ς", "Σ"), dup},
			{"A11", files("ſ", "s"), dup},
			{"A11", files("K", "\u212a"), dup},
			{"A11", files("\u00e9", "e\u0301"), dup},
			{"A11", files("\u00c9/x", "e\u0301/y"), dup},
			{"A12", files("a", "b", "a"), dup},
			{"A12", files("d/a", "d/a"), dup},
			{"A12", []write.Entry{{Name: "a"}, typed(fs.ModeDir, "a/", "")}, dup},
			{"A12", []write.Entry{typed(fs.ModeDir, "a", ""), {Name: "a"}}, dup},
			{"A12", []write.Entry{typed(fs.ModeDir, "A", ""), typed(fs.ModeDir, "a", "")}, dup},
			{"A13", files("a", "a/b"), dup},
			{"A13", files("a/b", "a"), dup},
			{"A14", []write.Entry{typed(fs.ModeSymlink, "l", "/etc/passwd")}, typ},
			{"A14", []write.Entry{typed(fs.ModeSymlink|0o777, "l", "a")}, typ},
			{"A14", []write.Entry{typed(fs.ModeSymlink, "l", "../../x")}, typ},
			{"A15", []write.Entry{{Name: "a"}, typed(fs.ModeSymlink, "l", "/tmp")}, typ},
			{"A16", []write.Entry{typed(fs.ModeDir, "d", ""), typed(fs.ModeSymlink, "d", "/tmp")}, typ},
			{"A16", []write.Entry{typed(fs.ModeDir, "d", ""), typed(fs.ModeSymlink, "D", "/tmp")}, typ},
			{"A17", []write.Entry{typed(0o644, "h", "/etc/passwd")}, typ},
			{"A17", []write.Entry{{Name: "a"}, typed(0o644, "h", "a")}, typ},
			{"H14", []write.Entry{{Name: "s/HEAD"}, {Name: "s/refs/x"}, {Name: "s/objects/x"}}, pack.CodeInvalidManifest},
			{"H14", []write.Entry{typed(fs.ModeDir, "Objects/", ""), {Name: "refs/x"}, {Name: "head"}}, pack.CodeInvalidManifest},
			{"H14", []write.Entry{{Name: "HEAD"}, {Name: "objects/x"}, typed(fs.ModeDir, "refs", "")}, pack.CodeInvalidManifest},
		},
		typesRefused(fs.ModeDevice, fs.ModeDevice|fs.ModeCharDevice, fs.ModeNamedPipe, fs.ModeSocket, fs.ModeIrregular, fs.ModeDir|fs.ModeSymlink),
		each("A22", pack.CodeInvalidManifest, ".git/config", ".git", "sub/.git/HEAD", ".GIT/x", ".hg/hgrc", ".svn/x", ".bzr/x"),
		each("H09", path, "git~1", "GIT~1/config", ".git ", ".git.", ".g\u200cit"),
	)
}

func typesRefused(modes ...fs.FileMode) []hostileTree {
	var trees []hostileTree
	for _, mode := range modes {
		trees = append(trees, hostileTree{"A18", []write.Entry{typed(mode, "x", "")}, pack.CodeForbiddenEntry})
	}
	return trees
}

func TestHostile(t *testing.T) {
	t.Parallel()
	for _, tree := range hostileTrees() {
		t.Run(tree.id, func(t *testing.T) {
			t.Parallel()
			w, dir := open(t, write.Options{})
			last := len(tree.entries) - 1
			for _, e := range tree.entries[:last] {
				if err := w.Put(t.Context(), e, nil); err != nil {
					t.Fatalf("%q: %v", e.Name, err)
				}
			}
			before := list(t, dir)
			err := w.Put(t.Context(), tree.entries[last], strings.NewReader(""))
			if got := pack.CodeOf(err); got != tree.want || !errors.Is(err, tree.want.Sentinel()) {
				t.Errorf("%.80q: got %q (%v), want %q", tree.entries[last].Name, got, err, tree.want)
			}
			if err != nil && strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x202e }) {
				t.Errorf("the message is not escaped: %q", err)
			}
			if after := list(t, dir); len(after) != len(before) {
				t.Errorf("wrote %q", after)
			}
		})
	}
	t.Run("A19", testModes)
	t.Run("C17", testEntryLimit)
	t.Run("N04", testDirectoryLimit)
	t.Run("B07", testSizes)
}

func testModes(t *testing.T) {
	t.Parallel()
	w, dir := open(t, write.Options{})
	modes := map[string][2]fs.FileMode{
		"setuid": {0o777 | fs.ModeSetuid, 0o755},
		"setgid": {0o755 | fs.ModeSetgid, 0o755},
		"sticky": {0o777 | fs.ModeSticky, 0o755},
		"none":   {0, 0o644},
		"write":  {0o222, 0o644},
		"group":  {0o010, 0o755},
	}
	for name, mode := range modes {
		if err := w.Put(t.Context(), write.Entry{Name: "d/" + name, Mode: mode[0]}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	modes["."] = [2]fs.FileMode{0, 0o755 | fs.ModeDir}
	for name, mode := range modes {
		info, err := os.Stat(filepath.Join(dir, "d", name))
		if err != nil || info.Mode() != mode[1] {
			t.Errorf("%s: got %v, %v, want %v", name, info.Mode(), err, mode[1])
		}
	}
}

func testDirectoryLimit(t *testing.T) {
	t.Parallel()
	w, dir := open(t, write.Options{Limits: write.Limits{Directories: 3}})
	for _, name := range []string{"1/2/3/a", "1/2/b", "1/2/3/c", "d"} {
		if err := put(t, w, name, ""); err != nil {
			t.Fatal(err)
		}
	}
	err := put(t, w, "1/2/4/a", "content")
	limit, ok := errors.AsType[*pack.LimitError](err)
	if !ok || limit.Limit != "number of directories" || limit.Max != 3 || limit.Value != 4 {
		t.Errorf("got %v", err)
	}
	if got := list(t, dir); len(got) != 0 {
		t.Errorf("wrote %q", got)
	}
}

func testEntryLimit(t *testing.T) {
	t.Parallel()
	w, _ := open(t, write.Options{Limits: write.Limits{Entries: 10}})
	if err := put(t, w, "1/2/3/4/5/6/7/8/9", ""); err != nil {
		t.Fatal(err)
	}
	err := put(t, w, "a/b", "")
	limit, ok := errors.AsType[*pack.LimitError](err)
	if !ok || limit.Max != 10 || limit.Value != 11 {
		t.Errorf("got %v", err)
	}
	w, _ = open(t, write.Options{Limits: write.Limits{Entries: 2}})
	for i := range 3 {
		err = w.Put(t.Context(), write.Entry{Name: fmt.Sprint(i), Mode: fs.ModeDir}, nil)
	}
	if !errors.Is(err, pack.ErrLimit) {
		t.Errorf("directories: got %v", err)
	}
}

func testSizes(t *testing.T) {
	t.Parallel()
	limits := write.Limits{FileBytes: 200_000, Bytes: 300_000}
	tests := []struct {
		name    string
		size    int64
		content int
		want    pack.Code
	}{
		{"too small", 2, 3, pack.CodeMalformedContent},
		{"too small for big content", 150_000, 150_001, pack.CodeMalformedContent},
		{"too large", 3, 2, pack.CodeMalformedContent},
		{"negative", -2, 0, pack.CodeMalformedContent},
		{"declared", 200_001, 0, pack.CodeLimitExceeded},
		{"huge", 1<<63 - 1, 0, pack.CodeLimitExceeded},
		{"unknown", -1, 200_001, pack.CodeLimitExceeded},
		{"total", 160_000, 0, pack.CodeLimitExceeded},
		{"total unknown", -1, 160_000, pack.CodeLimitExceeded},
	}
	for _, tt := range tests {
		w, _ := open(t, write.Options{Limits: limits})
		if err := put(t, w, "before", strings.Repeat("b", 150_000)); err != nil {
			t.Fatal(err)
		}
		err := w.Put(t.Context(), write.Entry{Name: "f", Size: tt.size}, strings.NewReader(strings.Repeat("x", tt.content)))
		if got := pack.CodeOf(err); got != tt.want {
			t.Errorf("%s: got %q (%v), want %q", tt.name, got, err, tt.want)
		}
	}
	w, _ := open(t, write.Options{Limits: write.Limits{Bytes: -1, FileBytes: -1}})
	if err := put(t, w, "f", "x"); err != nil {
		t.Errorf("unlimited: %v", err)
	}
}

func TestBenignNames(t *testing.T) {
	t.Parallel()
	names := []string{
		"pack.yaml", ".gitignore", ".gitattributes", "a b/c", "...a", "-x", "~", "git~", "legit~1", "console", "com", "com10", "auxiliary.txt",
		"ünïcode/日本", "emoji 🚂", "a'b", "a&b;c$d`e", "{{x}}", "[a](b)", "a@b+c=d,e%f!g#h", ".npmrc", ".partial", strings.Repeat("c", 255),
		"a\u00a0b", strings.Repeat("d/", 63) + "x",
	}
	w, _ := open(t, write.Options{})
	for _, name := range names {
		if err := put(t, w, name, ""); err != nil {
			t.Error(err)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	for _, tree := range hostileTrees() {
		f.Add(tree.entries[len(tree.entries)-1].Name)
	}
	f.Add("./a/b c/d.txt")
	f.Fuzz(func(t *testing.T, name string) {
		path, err := write.CleanName(name, write.Limits{})
		if err != nil {
			if pack.CodeOf(err) == "" {
				t.Errorf("%q: no code: %v", name, err)
			}
			return
		}
		if path != "" && !fs.ValidPath(path) || !filepath.IsLocal(filepath.Join(".", path)) {
			t.Errorf("%q became %q", name, path)
		}
		if again, err := write.CleanName(path, write.Limits{}); path != "" && (err != nil || again != path) {
			t.Errorf("%q became %q, and that %q, %v", name, path, again, err)
		}
	})
}
