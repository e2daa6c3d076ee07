package archivetest

import (
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// A TarCase is an uncompressed tar archive of group C.
type TarCase struct {
	ID, Name string
	Archive  string
	Want     pack.Code // of reading the archive, "" when it is fine
}

// good is the beginning of a good archive.
func good() string {
	return File("pack.yaml", Manifest) + Header('5', "d/", 0) + File("d/b", "")
}

// Good is a good archive.
func Good() string { return good() + End() }

// Tars are tar archives of group C.
func Tars() []TarCase { return slices.Concat(tarFrames(), tarExtensions(), tarKeys()) }

func broken(archive string, at int) string {
	return archive[:at] + string(archive[at]^1) + archive[at+1:]
}

func tarFrames() []TarCase {
	return []TarCase{
		{"C01", "first checksum", broken(File("a", "x"), 0) + End(), format},
		{"C01", "middle checksum", good() + broken(File("z", "x"), 3) + End(), format},
		{"C01", "type changed", good() + broken(File("z", "x"), 156) + End(), format},
		{"C01", "more than a number in the field of a checksum", good() + File("z", "x")[:155] + "`" + File("z", "x")[156:] + End(), format},
		{"C01", "no checksum", good() + File("z", "x")[:148] + "        " + File("z", "x")[156:] + End(), format},
		{"C02", "no end", good(), format},
		{"C02", "one zero block", good() + Zeros(), format},
		{"C02", "one zero block, then an entry", good() + Zeros() + File("z", "x") + End(), format},
		{"C02", "content not padded", Header('0', "a", 3) + "abc", format},
		{"C02", "content not padded, then the end", Header('0', "a", 3) + "abc" + End(), format},
		{"C02", "end of the wrong length", good() + End() + "\x00", format},
		{"C03", "text after the end", good() + End() + Pad("x"), format},
		{"C03", "another tar", good() + End() + File("z", "x") + End(), format},
		{"C03", "text far after the end", good() + End() + strings.Repeat(Zeros(), 1000) + Pad("x"), format},
		{"C08", "long pax name", good() + Meta('x', Record("path", strings.Repeat("long-directory-name/", 15)+"f")) + File("short", "x") + End(), fine},
		{"C08", "long GNU name", good() + Meta('L', strings.Repeat("long-directory-name/", 15)+"f\x00") + File("short", "x") + End(), fine},
		{"C08", "long GNU name without its NUL", good() + Meta('L', strings.Repeat("long-directory-name/", 15)+"f") + File("short", "x") + End(), fine},
		{"C08", "long GNU name that goes on in its padding", good() + Header('L', "meta", 46) + Pad(strings.Repeat("long-directory-name/", 15)+"f\x00") + File("short", "x") + End(), format},
		{"C08", "two long names", Meta('L', "x\x00") + Meta('x', Record("path", "y")) + File("a", "") + End(), format},
		{"C08", "link target for a file", Meta('x', Record("linkpath", "y")) + File("a", "") + End(), format},
		{"C08", "empty pax name", Meta('x', Record("path", "")) + File("a", "") + End(), format},
		{"C08", "directory by its short name only", Meta('x', Record("path", "file")) + Header(0, "d/", 0) + End(), format},
		{"C08", "directory by its long name only", Meta('L', "d/\x00") + Header(0, "file", 0) + End(), format},
		{"C09", "pax size bigger", Meta('x', Record("size", "1024")) + File("a", "x") + Zeros() + End(), format},
		{"C09", "pax size zero", Meta('x', Record("size", "0")) + File("a", File("hidden", "x")) + End(), format},
		{"C09", "pax size for header size 0", Meta('x', Record("size", "512")) + Header('0', "a", 0) + Zeros() + End(), format},
		{"C09", "pax size equal", good() + Meta('x', Record("size", "1")) + File("a", "x") + End(), fine},
		{"C09", "directory with content", Header('5', "d/", 512) + File("hidden", "") + End(), format},
		{"C15", "directory by its name only, with a mark", Header(0, "d/", 0) + End(), format},
		{"C09", "old directory with content", Header(0, "d/", 512) + File("hidden", "") + End(), format},
		{"C10", "comment", Meta('g', Record("comment", "0123456789abcdef")) + good() + End(), fine},
		{"C10", "comment between entries", good() + Meta('g', Record("comment", "x")) + File("z", "") + End(), fine},
		{"C10", "path", Meta('g', Record("path", "evil")) + good() + End(), format},
		{"C10", "size", Meta('g', Record("size", "0")) + good() + End(), format},
		{"C10", "mode", Meta('g', Record("mode", "0777")) + good() + End(), format},
		{"C10", "between extension and entry", Meta('x', Record("path", "evil")) + Meta('g', Record("comment", "x")) + File("a", "") + End(), format},
	}
}
