package gitsource_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
)

// hostileTrees are the rows of group A of the corpus that can be written as git
// trees. What cannot: NUL in names (A06), hard links (A17), attributes (A21),
// and two entries of one name, which are not a valid tree (A12).
func hostileTrees(t *testing.T, repo *gittest.Repo) []treeTest {
	t.Helper()
	blob := objectID(t, repo, "blob", []byte("/etc/passwd"))
	empty := objectID(t, repo, "tree", nil)
	dir := objectID(t, repo, "tree", gittest.TreeObject(blob, "100644 x"))
	file := func(names ...string) []byte {
		var tree []byte
		for _, name := range names {
			tree = append(tree, gittest.TreeObject(blob, "100644 "+name)...)
		}
		return tree
	}
	sub := func(name string, id []byte) []byte { return gittest.TreeObject(id, "40000 "+name) }
	link := func(name string) []byte { return gittest.TreeObject(blob, "120000 "+name) }
	inside := func(tree []byte) []byte { return sub("sub", objectID(t, repo, "tree", tree)) }
	deep := file("x")
	for range 64 {
		deep = sub("d", objectID(t, repo, "tree", deep))
	}
	const unsafe, collision, forbidden = pack.CodeUnsafePath, pack.CodeNameCollision, pack.CodeForbiddenEntry
	tests := []treeTest{
		{"A01/file", file("../x"), unsafe},
		{"A01/only the parent", file(".."), unsafe},
		{"A01/directory", sub("..", dir), unsafe},
		{"A01/deep down", inside(file("../../x")), unsafe},
		{"A02", file("/abs"), unsafe},
		{"A02/slashes", sub("//", dir), unsafe},
		{"A03", file(`..\x`), unsafe},
		{"A03/inside", file(`a\..\..\x`), unsafe},
		{"A05/dot", sub(".", dir), unsafe},
		{"A05/slash at the end", file("a/"), unsafe},
		{"A05/two slashes", file("a//b"), unsafe},
		{"A10/component", file(strings.Repeat("n", 256)), pack.CodeLimitExceeded},
		{"A10/path", inside(file(strings.Repeat("n", 1024))), pack.CodeLimitExceeded},
		{"A10/depth", deep, pack.CodeLimitExceeded},
		{"A11/case", file("A", "a"), collision},
		{"A11/directories", append(sub("A", dir), sub("a", dir)...), collision},
		{"A11/sharp s", file("ß", "ẞ"), collision},
		{"A11/Kelvin", file("K", "\u212a"), collision},
		{"A11/forms", file("e\u0301", "é"), collision},
		{"A12/file and directory", append(file("a"), sub("a", dir)...), collision},
		{"A13", append(file("a"), sub("a", empty)...), collision},
		{"A13/case", append(sub("A", dir), file("a")...), collision},
		{"A14", link("l"), forbidden},
		{"A14/below", inside(link("l")), forbidden},
		{"A15", append(link("l"), sub("l", dir)...), forbidden},
		{"A16/directory first", append(append(file("D"), link("d")...), sub("d", dir)...), forbidden},
		{"A16/case", append(sub("D", dir), link("d")...), forbidden},
		{"A20/directory mode", gittest.TreeObject(dir, "40555 d"), forbidden},
		{"A22/git", sub(".git", objectID(t, repo, "tree", file("config"))), pack.CodeInvalidManifest},
		{"A22/hg", sub(".hg", objectID(t, repo, "tree", file("hgrc"))), pack.CodeInvalidManifest},
		{"A22/below", inside(sub(".Git", dir)), pack.CodeInvalidManifest},
		{"A22/inert", file(".npmrc", ".ok", ".partial", "journal", "lock"), ""},
		{"A23/link", link("pack.yaml"), forbidden},
	}
	for _, name := range []string{"C:x", `C:\x`, `\\host\share`, `\\?\C:\x`, `\??\`} {
		tests = append(tests, treeTest{"A04/" + name, file(name), unsafe})
	}
	for _, name := range []string{"a\nb", "a\x1b[31mb", "a\ab", "a\x7f", "a\u202eb", "a\u200bb"} {
		tests = append(tests, treeTest{fmt.Sprintf("A07/%q", name), file(name), unsafe})
	}
	for _, name := range []string{"a\xff", "a\xc0\xafb", "\x80"} {
		tests = append(tests, treeTest{fmt.Sprintf("A08/%q", name), file(name), unsafe})
	}
	for _, name := range []string{"CON", "aux.txt", "x:ads", "trail.", "trail ", "lpt¹"} {
		tests = append(tests, treeTest{"A09/" + name, file(name), unsafe})
	}
	for _, mode := range []string{"20666", "60660", "10644", "140755", "104755", "102755", "101777", "100000", "100222", "100777"} {
		id := "A18/" + mode
		if strings.HasPrefix(mode, "10") && mode != "10644" {
			id = "A19/" + mode
		}
		tests = append(tests, treeTest{id, gittest.TreeObject(blob, mode+" f"), forbidden})
	}
	return tests
}
