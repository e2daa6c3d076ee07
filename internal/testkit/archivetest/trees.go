package archivetest

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// A Tree is a hostile, or only odd, tree of group A.
type Tree struct {
	ID, Name string
	Entries  []Entry
	Want     pack.Code
	TarOnly  bool // no zip archive can hold it
}

const (
	manyDirs  = 60
	longPath  = 4097
	deepDepth = 5000
	linkChain = 41
)

func file(name, content string) Entry { return Entry{Name: name, Mode: 0o644, Content: content} }
func dir(name string) Entry           { return Entry{Name: name, Mode: fs.ModeDir | 0o755} }
func link(name, target string) Entry {
	return Entry{Name: name, Mode: fs.ModeSymlink | 0o777, Link: target}
}
func hardLink(name, target string) Entry { return Entry{Name: name, Mode: 0o644, Link: target} }
func kind(name string, mode fs.FileMode) Entry {
	return Entry{Name: name, Mode: mode | 0o644}
}
func tarKind(name string, kind byte) Entry { return Entry{Name: name, Mode: 0o644, Kind: kind} }

// tree is one that has a good pack.yaml.
func tree(id, name string, want pack.Code, entries ...Entry) Tree {
	return Tree{ID: id, Name: name, Want: want, Entries: append([]Entry{file("pack.yaml", Manifest)}, entries...)}
}

func tarOnly(t Tree) Tree {
	t.TarOnly = true
	return t
}

// named makes a tree for each name of a file.
func named(id string, want pack.Code, names ...string) []Tree {
	var trees []Tree
	for _, name := range names {
		title := strings.ToValidUTF8(name, "?")
		trees = append(trees, tree(id, title[:min(len(title), 24)], want, file(name, "x")))
	}
	return trees
}

// Trees are the trees of group A.
func Trees() []Tree {
	return slices.Concat(names(), collisions(), links(), kinds(), attributes(), manifests())
}

func names() []Tree {
	return slices.Concat(
		named("A01", path, "../x", "a/../../x", strings.Repeat("a/", manyDirs)+strings.Repeat("../", 70)+"x"),
		[]Tree{tree("A01", "only the parent", path, dir("../")), tree("A01", "the parent as a file", path, file("..", "x"))},
		named("A02", path, "/abs", "//abs"),
		[]Tree{tree("A02", "only slashes", path, dir("///"))},
		named("A03", path, `a\..\..\x`, `..\x`),
		named("A04", path, "C:x", `C:\x`, `\\host\share`, `\\?\C:\x`, `\??\`),
		named("A05", path, "", "a/./b", "a//b", "././a"),
		[]Tree{
			tree("A05", "with and without a dot", path, file("./a", "x"), file("a", "x")),
			tarOnly(tree("A05", "slash after a file", path, file("a/", "x"))),
			{ID: "A05", Name: "as tar writes .", Entries: []Entry{dir("./"), file("./pack.yaml", Manifest), dir("./d/"), file("./d/b", "x")}},
		},
		named("A06", path, "a\x00b", "pack.yaml\x00.txt"),
		[]Tree{tarOnly(tree("A06", "in a long name of GNU", path, Entry{Name: "a", Mode: 0o644, Extra: Meta('L', "a\x00b\x00")}))},
		named("A07", path, "a\nb", "a\x1b[31mb", "a\x07", "a\x7f", "a\u202eb", "a\u200bb"),
		named("A08", path, "a\xff", "a\xc0\xafb", "\xed\xa0\x80", "caf\x82"),
		named("A09", path, "CON", "aux.txt", "x:ads", "trail.", "trail ", "d/trail./x"),
		named("A10", limit, strings.Repeat("c", 256), strings.Repeat("123456789/", longPath/10)+"1234567", strings.Repeat("a/", deepDepth-1)+"b"),
	)
}

func collisions() []Tree {
	return []Tree{
		tree("A11", "case", dup, file("A", "x"), file("a", "x")),
		tree("A11", "case of a directory", dup, file("D/x", "x"), file("d/y", "x")),
		tree("A11", "sharp s", dup, file("ß", "x"), file("ẞ", "x")),
		tarOnly(tree("A11", "Kelvin sign", dup, file("K", "x"), file("\u212a", "x"))),       // zipNames has that of zip
		tarOnly(tree("A11", "composition", dup, file("\u00e9", "x"), file("e\u0301", "x"))), // zipNames has that of zip
		tree("A12", "same content", dup, file("a", "x"), file("a", "x")),
		tree("A12", "different content", dup, file("a", "x"), file("a", "y")),
		tree("A12", "file, then directory", dup, file("a", "x"), dir("a/")),
		tree("A12", "directory, then file", dup, dir("a/"), file("a", "x")),
		tree("A13", "file, then below it", dup, file("a", "x"), file("a/b", "x")),
		tree("A13", "below it, then file", dup, file("a/b", "x"), file("a", "x")),
	}
}

func links() []Tree {
	var chain []Entry
	for i := range linkChain {
		chain = append(chain, link("l"+string(rune('0'+i)), "l"+string(rune('1'+i))))
	}
	return []Tree{
		tree("A14", "absolute", typ, link("l", "/etc/passwd")),
		tree("A14", "inside", typ, file("a", "x"), link("l", "a")),
		tree("A14", "escaping", typ, link("l", "../../x")),
		tree("A14", "to itself", typ, link("l", "l")),
		tree("A14", "chain", typ, chain...),
		tree("A14", "dangling", typ, link("l", "nothing")),
		tree("A15", "write through", typ, link("l", "/tmp"), file("l/x", "x")),
		tree("A15", "two links, first upwards", typ, link("a", "."), link("a/b", ".."), file("b/x", "x")),
		tree("A15", "two links, one through the other", typ, dir("d/"), link("d/l", ".."), link("m", "d/l/.."), file("m/x", "x")),
		tree("A16", "directory becomes a link", typ, dir("d/"), link("d", "/tmp"), file("d/x", "x")),
		tree("A16", "in another case", typ, dir("d/"), link("D", "/tmp"), file("d/x", "x")),
		tree("A16", "with a backslash", typ, dir("d/"), link(`d\`, "/tmp"), file("d/x", "x")),
		tarOnly(tree("A17", "outside", typ, hardLink("l", "/etc/passwd"))),
		tarOnly(tree("A17", "earlier entry", typ, file("a", "x"), hardLink("l", "a"))),
		tarOnly(tree("A17", "later entry", typ, hardLink("l", "a"), file("a", "x"))),
		tarOnly(tree("A17", "symbolic link", typ, link("s", "/etc/passwd"), hardLink("l", "s"))),
	}
}

func kinds() []Tree {
	return []Tree{
		tree("A18", "character device", typ, kind("x", fs.ModeDevice|fs.ModeCharDevice)),
		tree("A18", "block device", typ, kind("x", fs.ModeDevice)),
		tree("A18", "pipe", typ, kind("x", fs.ModeNamedPipe)),
		tree("A18", "socket", typ, kind("x", fs.ModeSocket)),
		tree("A18", "door", typ, Entry{Name: "x", Mode: fs.ModeIrregular, Kind: 'D'}),
		tarOnly(tree("A18", "contiguous file", typ, tarKind("x", '7'))),
		tarOnly(tree("A18", "unknown type", typ, tarKind("x", 'Z'))),
		tarOnly(tree("A18", "volume label", typ, tarKind("x", 'V'))),
		tarOnly(tree("A18", "multi-volume", typ, tarKind("x", 'M'))),
	}
}
