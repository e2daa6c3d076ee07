package archivesource_test

import (
	"archive/tar"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
)

func link(kind byte, name, target string) tar.Header {
	return tar.Header{Typeflag: kind, Name: name, Linkname: target, Mode: 0o777}
}

func named(kind byte, name string) tar.Header {
	return tar.Header{Typeflag: kind, Name: name, Mode: 0o644}
}

// entries are hostile (or only odd) archives by the id of the hostile corpus;
// "" means that the archive is fine. What concerns the framing of an archive,
// group C, is tested with the package that reads it.
var entries = []struct {
	id, name string
	headers  []tar.Header
	want     pack.Code
}{
	{"A01", "parent", []tar.Header{file("../x", "")}, pack.CodeUnsafePath},
	{"A01", "parent in the middle", []tar.Header{file("a/../../x", "")}, pack.CodeUnsafePath},
	{"A01", "only the parent", []tar.Header{dir("..")}, pack.CodeUnsafePath},
	{"A01", "deep", []tar.Header{file(strings.Repeat("a/", 60)+strings.Repeat("../", 70)+"x", "")}, pack.CodeUnsafePath},
	{"A02", "absolute", []tar.Header{file("/abs", "")}, pack.CodeUnsafePath},
	{"A02", "two slashes", []tar.Header{file("//abs", "")}, pack.CodeUnsafePath},
	{"A02", "only slashes", []tar.Header{dir("///")}, pack.CodeUnsafePath},
	{"A03", "backslash", []tar.Header{file(`a\..\..\x`, "")}, pack.CodeUnsafePath},
	{"A03", "backslash first", []tar.Header{file(`..\x`, "")}, pack.CodeUnsafePath},
	{"A04", "drive", []tar.Header{file("C:x", "")}, pack.CodeUnsafePath},
	{"A04", "share", []tar.Header{file(`\\host\share`, "")}, pack.CodeUnsafePath},
	{"A05", "dot inside", []tar.Header{file("a/./b", "")}, pack.CodeUnsafePath},
	{"A05", "empty component", []tar.Header{file("a//b", "")}, pack.CodeUnsafePath},
	{"A05", "empty name", []tar.Header{file("", "x")}, pack.CodeUnsafePath},
	{"A05", "as tar writes .", []tar.Header{dir("./"), file("./a", ""), dir("./d/"), file("./d/b", "")}, ""},
	{"A07", "newline", []tar.Header{file("a\nb", "")}, pack.CodeUnsafePath},
	{"A07", "escape", []tar.Header{file("a\x1b[31mb", "")}, pack.CodeUnsafePath},
	{"A07", "right to left", []tar.Header{file("a\u202eb", "")}, pack.CodeUnsafePath},
	{"A07", "zero width", []tar.Header{file("a\u200bb", "")}, pack.CodeUnsafePath},
	{"A08", "invalid UTF-8", []tar.Header{file("a\xffb", "")}, pack.CodeUnsafePath},
	{"A08", "overlong UTF-8", []tar.Header{file("a\xc0\xafb", "")}, pack.CodeUnsafePath},
	{"A09", "device", []tar.Header{file("aux.txt", "")}, pack.CodeUnsafePath},
	{"A09", "stream", []tar.Header{file("x:ads", "")}, pack.CodeUnsafePath},
	{"A09", "dot at the end", []tar.Header{file("trail.", "")}, pack.CodeUnsafePath},
	{"A09", "space at the end", []tar.Header{file("trail ", "")}, pack.CodeUnsafePath},
	{"A10", "component", []tar.Header{file(strings.Repeat("x", 256), "")}, pack.CodeLimitExceeded},
	{"A10", "path", []tar.Header{file(strings.Repeat("123456789/", 410)+"x", "")}, pack.CodeLimitExceeded},
	{"A10", "depth", []tar.Header{file(strings.Repeat("a/", 100)+"x", "")}, pack.CodeLimitExceeded},
	{"A11", "case", []tar.Header{file("A", ""), file("a", "")}, pack.CodeNameCollision},
	{"A11", "sharp s", []tar.Header{file("ß", ""), file("ẞ", "")}, pack.CodeNameCollision},
	{"A11", "Kelvin sign", []tar.Header{file("K", ""), file("\u212a", "")}, pack.CodeNameCollision},
	{"A11", "composition", []tar.Header{file("\u00e9", ""), file("e\u0301", "")}, pack.CodeNameCollision},
	{"A12", "same content", []tar.Header{file("a", "x"), file("a", "x")}, pack.CodeNameCollision},
	{"A12", "different content", []tar.Header{file("a", "x"), file("a", "y")}, pack.CodeNameCollision},
	{"A12", "file, then directory", []tar.Header{file("a", "x"), dir("a/")}, pack.CodeNameCollision},
	{"A13", "file, then below it", []tar.Header{file("a", "x"), file("a/b", "x")}, pack.CodeNameCollision},
	{"A13", "below it, then file", []tar.Header{file("a/b", "x"), file("a", "x")}, pack.CodeNameCollision},
	{"A14", "absolute", []tar.Header{link(tar.TypeSymlink, "l", "/etc/passwd")}, pack.CodeForbiddenEntry},
	{"A14", "inside", []tar.Header{file("a", "x"), link(tar.TypeSymlink, "l", "a")}, pack.CodeForbiddenEntry},
	{"A14", "itself", []tar.Header{link(tar.TypeSymlink, "l", "l")}, pack.CodeForbiddenEntry},
	{"A15", "write through", []tar.Header{link(tar.TypeSymlink, "l", "/tmp"), file("l/x", "x")}, pack.CodeForbiddenEntry},
	{"A16", "replaced directory", []tar.Header{dir("d/"), link(tar.TypeSymlink, "d", "/tmp"), file("d/x", "x")}, pack.CodeForbiddenEntry},
	{"A17", "outside", []tar.Header{link(tar.TypeLink, "l", "/etc/passwd")}, pack.CodeForbiddenEntry},
	{"A17", "inside", []tar.Header{file("a", "x"), link(tar.TypeLink, "l", "a")}, pack.CodeForbiddenEntry},
	{"A18", "pipe", []tar.Header{named(tar.TypeFifo, "p")}, pack.CodeForbiddenEntry},
	{"A18", "device", []tar.Header{named(tar.TypeChar, "p")}, pack.CodeForbiddenEntry},
	{"A19", "modes", []tar.Header{{Typeflag: tar.TypeReg, Name: "a", Mode: 0o4777}, {Typeflag: tar.TypeReg, Name: "b", Mode: 0}}, ""},
	{"A20", "closed directory", []tar.Header{{Typeflag: tar.TypeDir, Name: "d/", Mode: 0}, file("d/a", "x")}, ""},
	{"A21", "owners and times", []tar.Header{{
		Typeflag: tar.TypeReg, Name: "a", Mode: 0o644, Uid: -1, Gid: 1 << 40, ModTime: time.Unix(-1e10, 0), Format: tar.FormatGNU,
	}}, ""},
	{"A21", "attributes", []tar.Header{{
		Typeflag: tar.TypeReg, Name: "a", Mode: 0o644, ModTime: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), Format: tar.FormatPAX,
		PAXRecords: map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x00\x02", "SCHILY.acl.access": "user::rwx"},
	}}, ""},
	{"A22", "git", []tar.Header{file(".git/config", "x")}, pack.CodeInvalidManifest},
	{"A22", "our own", []tar.Header{file(".partial", "x"), file("journal", "x"), file(".npmrc", "x")}, ""},
	{"C10", "global header of a hosting service", []tar.Header{
		{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": "0ca87f5d99b7e82c145a3d5c4ef5fb0b8228c5c2"}},
		dir("top/"), file("top/pack.yaml", "x"),
	}, ""},
	{"C18", "only directories", []tar.Header{dir("a/"), dir("a/b/")}, ""},
}

func TestHostile(t *testing.T) {
	t.Parallel()
	for _, tc := range entries {
		t.Run(tc.id+"/"+tc.name, func(t *testing.T) {
			t.Parallel()
			pin := pinOf(serveBytes(t, archive(t, tc.headers...)).URL + "/x.tar.gz")
			_, err := fetch(t, newSource(), pin)
			wantCode(t, err, tc.want)
			if err != nil && strings.ContainsAny(err.Error(), "\n\x1b\u202e") {
				t.Errorf("error %q is not escaped", err)
			}
		})
	}
	t.Run("B20", namesAndContents)
}

func namesAndContents(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, path, content, text string }{
		{"zip as tar.gz", "/x.tar.gz", "PK\x03\x04", "is zip, although its name says gzip"},
		{"tar as tar.gz", "/x.tgz", strings.Repeat("\x00", 257) + "ustar", "is uncompressed tar"},
		{"zip without a name", "/x", "PK\x03\x04", "zip are not supported yet"},
		{"zstd without a name", "/x", "\x28\xb5\x2f\xfd", "zstd are not supported yet"},
		{"web page", "/x.tar.gz", "\n <html><body>Log in", "web page"},
		{"nothing", "/x.tar.gz", "", "sent nothing"},
		{"something", "/x.tar.gz", "something", "no archive"},
		{"one byte of gzip", "/x.tar.gz", "\x1f", "no archive"},
	} {
		pin := pinOf(serveBytes(t, []byte(tc.content)).URL + tc.path)
		_, err := fetch(t, newSource(), pin)
		wantCode(t, err, pack.CodeMalformedContent)
		if err == nil || !strings.Contains(err.Error(), tc.text) {
			t.Errorf("%s: error %v does not say %q", tc.name, err, tc.text)
		}
	}
	_, err := fetch(t, newSource(), pinOf(serveBytes(t, demo(t)).URL+"/x.zip"))
	wantCode(t, err, pack.CodeMalformedContent)
}
