package archivetest

import (
	"io/fs"
	"strings"
)

func attributes() []Tree {
	owner := func(edits ...Edit) Entry {
		return Entry{Name: "a", Mode: 0o644, Content: "x", Header: func(b []byte) {
			for _, e := range edits {
				e(b)
			}
		}}
	}
	return []Tree{
		tree("A19", "setuid", fine, Entry{Name: "a", Mode: fs.ModeSetuid | 0o777}),
		tree("A19", "setgid", fine, Entry{Name: "a", Mode: fs.ModeSetgid | 0o755}),
		tree("A19", "sticky", fine, Entry{Name: "a", Mode: fs.ModeSticky | 0o777}),
		tree("A19", "none", fine, Entry{Name: "a", Mode: 0}),
		tree("A19", "write only", fine, Entry{Name: "a", Mode: 0o222}),
		tree("A20", "closed directory", fine, Entry{Name: "d/", Mode: fs.ModeDir}, file("d/a", "x")),
		tree("A20", "directory that is read only", fine, Entry{Name: "d/", Mode: fs.ModeDir | 0o555}, file("d/a", "x")),
		tree("A20", "closed directory, then a link", typ, Entry{Name: "d/", Mode: fs.ModeDir}, file("d/a", "x"), link("d", "/tmp")),
		tarOnly(tree("A21", "huge owner", fine, owner(Set(108, "7777777\x007777777\x00")))),
		tarOnly(tree("A21", "binary owner", fine, owner(Set(108, "\x80\x00\x00\xff\xff\xff\xff\xff")))),
		tarOnly(tree("A21", "negative owner", fine, owner(Set(108, "\xff\xff\xff\xff\xff\xff\xff\xff")))),
		tarOnly(tree("A21", "time before time", fine, owner(Set(136, "\xff\xff\xff\xff\xff\xff\xfd\xab\xf4\x1c\x00\x00")))),
		tarOnly(tree("A21", "year 9999", fine, extended(Record("mtime", "253402300799.999")))),
		tarOnly(tree("A21", "capability", fine, extended(Record("SCHILY.xattr.security.capability", "\x01\x00\x00\x02")))),
		tarOnly(tree("A21", "access control list", fine, extended(Record("SCHILY.acl.access", "user::rw-,user:build:rw-:1000,group::r--,mask::rw-,other::r--")))),
	}
}

func extended(records string) Entry {
	return Entry{Name: "a", Mode: 0o644, Content: "x", Extra: Meta('x', records)}
}

func manifests() []Tree {
	const bad = "PACK.YAML"
	only := func(id, name string, want Entry, entries ...Entry) Tree {
		return Tree{ID: id, Name: name, Entries: append([]Entry{want}, entries...), Want: man}
	}
	typed := func(t Tree) Tree {
		t.Want = typ
		return t
	}
	return []Tree{
		tree("A22", "git", man, file(".git/config", "x")),
		tree("A22", "bare repository", man, file("sub/HEAD", "ref: refs/heads/main"), file("sub/objects/x", "x"), file("sub/refs/x", "x")),
		tree("A22", "nearly a bare repository", fine, file("sub/HEAD", "x"), file("sub/objects/x", "x"), file("refs/x", "x"), file("other/refs", "x")),
		tree("A22", "mercurial", man, file(".hg/hgrc", "x")),
		tree("A22", "our own names, and those of tools", fine, file(".partial", "x"), file(".ok", "x"), file("journal", "x"), file("lock", "x"), file(".npmrc", "x")),
		only("A23", "directory", dir("pack.yaml/"), file("pack.yaml/x", "x")),
		typed(only("A23", "symbolic link", link("pack.yaml", "x"), file("x", Manifest))),
		typed(only("A23", "pipe", kind("pack.yaml", fs.ModeNamedPipe))),
		only("A23", "empty", file("pack.yaml", ""), file("x", "x")),
		tree("A24", "also in pack", man, file("pack/pack.yaml", strings.Replace(Manifest, "demo", "other", 1))),
		only("A24", "two top directories", file("a/pack.yaml", Manifest), file("b/pack.yaml", Manifest)),
		only("A24", "upper case", file(bad, Manifest), file("x", "x")),
		only("A24", "two levels deep", file("a/b/pack.yaml", Manifest), file("x", "x")),
		only("A24", "none", file("x", "x")),
	}
}
