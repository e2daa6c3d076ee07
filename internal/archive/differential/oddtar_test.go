package differential_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"

	"github.com/packtrain/pack/internal/testkit/archivetest"
)

func oddTar(random *rand.Rand) string {
	var b strings.Builder
	if oneIn(random, 6) {
		b.WriteString(archivetest.Meta('g', archivetest.Record("comment", "0ca87f5d99b7e82c145a3d5c4ef5fb0b8228c5c2")))
	}
	for i := range 1 + random.IntN(4) {
		b.WriteString(oddEntry(random, i))
	}
	tar := b.String() + archivetest.End() + strings.Repeat(archivetest.Zeros(), random.IntN(20))
	if oneIn(random, 8) {
		tar = fixTar(string(changeOnce([]byte(tar), random)))
	}
	return tar
}

func oddEntry(random *rand.Rand, i int) string {
	e := archivetest.Entry{Name: oddName(random, i), Mode: pick[fs.FileMode](random, 0o644, 0o755, 0, 0o777, 0o654, 0o601), Content: pick(random, "", "x", archivetest.Text(), some(random, 1200))}
	if oneIn(random, 5) {
		e.Name, e.Mode, e.Content = e.Name+"/", fs.ModeDir|0o755, ""
	}
	if oneIn(random, 20) {
		e.Kind = pick[byte](random, '5', '7', 'V', 'D', 'A')
	}
	var edits []archivetest.Edit
	magic := pick(random, "ustar\x0000", "ustar\x0000", "ustar\x0000", "ustar  \x00", "ustar  \x00", "\x00\x00\x00\x00\x00\x00\x00\x00", "ustar\x00\x00\x00")
	if oneIn(random, 20) {
		magic = pick(random, "USTAR\x0000", "ustar   ", "ustar", some(random, 8))
	}
	edits = append(edits, archivetest.Set(257, magic))
	for range random.IntN(6) / 3 {
		edits = append(edits, oddHeader(random, len(e.Content)))
	}
	e.Extra = oddExtension(random)
	if oneIn(random, 3) {
		e.Extra += elsewhere(random, &e, &edits)
	}
	e.Header = archivetest.Both(edits...)
	return e.Tar()
}

// elsewhere moves the name of an entry to where a format has long names.
func elsewhere(random *rand.Rand, e *archivetest.Entry, edits *[]archivetest.Edit) string {
	name := e.Name
	prefix, rest, split := strings.Cut(name, "/")
	if kind := random.IntN(3); kind == 0 && split && rest != "" && prefix != "." {
		e.Name = rest
		*edits = append(*edits, archivetest.Set(345, prefix))
		return ""
	} else if kind == 1 {
		e.Name = pick(random, name[:min(len(name), 99)], "short", "short", "short", "short/", strings.Repeat("x", 100))
		return archivetest.Meta('x', archivetest.Record("path", name))
	}
	e.Name = pick(random, name[:min(len(name), 99)], "short", "short", "short", "short/", strings.Repeat("x", 100))
	return archivetest.Meta('L', name+pick(random, "\x00", "\x00", ""))
}

// oddHeader changes a field in a way that is mostly of no consequence.
func oddHeader(random *rand.Rand, size int) archivetest.Edit {
	set := archivetest.Set
	switch random.IntN(14) {
	case 0:
		return set(157, pick(random, "link", "../../x")) // of an entry that is not a link
	case 1:
		return set(345, pick(random, "prefix", "p/q", "./", "p/"))
	case 2:
		return set(265, "user\xff\x00group")
	case 3:
		return set(508, "tar\x00")
	case 4:
		return set(156, "\x00")
	case 5:
		return set(124, pick(random, fmt.Sprintf("%11o\x00", size), fmt.Sprintf("%o\x00", size)+"           ", fmt.Sprintf("%012o", size), fmt.Sprintf("%o ", size)))
	case 6:
		return set(108, string(make([]byte, 16))) // the owner
	case 7:
		return set(136, string(make([]byte, 12))) // the time
	case 8:
		return set(329, pick(random, "0000000\x000000000\x00", string(make([]byte, 16)), "       0       1")) // a device
	case 9:
		return set(136, pick(random, "           \x00", "77777777777\x00", "0\x00", "\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"))
	case 10:
		return set(100, pick(random, "100644 \x00", "   644 \x00", "0000644 ", "00000644", "644"))
	case 11:
		return set(345, "14721370413\x0014721370413\x00") // where GNU keeps times
	case 12:
		return set(500, some(random, 12)) // where nothing is
	}
	return set(108, pick(random, "\x80\x00\x00\x00\x00\x00\x03\xe8", "\xff\xff\xff\xff\xff\xff\xff\xfe", "1750\x00\x00\x00\x00", "0001750 "))
}

func oddExtension(random *rand.Rand) string {
	record := func() string {
		key := pick(random, "mtime", "atime", "uid", "gid", "uname", "gname", "comment", "ctime", "charset", "vendor.key", "LIBARCHIVE.creationtime", "SCHILY.dev", "SCHILY.ino", "SCHILY.xattr.user.x")
		if oneIn(random, 3) {
			key = pick(random, "path", "size", "linkpath", "hdrcharset", "SCHILY.fflags", "SCHILY.filetype", "SCHILY.nlink", "SCHILY.realsize", "LIBARCHIVE.symlinktype", "LIBARCHIVE.xattr.user.x",
				"RHT.security.selinux", "GNU.dumpdir", "GNU.volume.label", "GNU.sparse.name", "MSWINDOWS.rawsd", "devmajor", "SUN.holesdata", "SCHILY.acl.access", "SCHILY.acl.access", "SCHILY.acl.default", "SCHILY.acl.ace")
		}
		if strings.HasPrefix(key, "SCHILY.acl.") {
			return archivetest.Record(key, oddACL(random))
		}
		return archivetest.Record(key, pick(random, " 0 512", "1", "1.5", "BINARY", "ISO-IR 10646 2000 UTF-8", "x", "dir", "p/q", "-1", "1e9", "sparse", "", "a=b", "ü", "x\ny"))
	}
	switch random.IntN(12) {
	case 0, 1:
		return archivetest.Meta('x', record())
	case 2:
		return archivetest.Meta('x', record()+record())
	case 3:
		return archivetest.Meta('g', archivetest.Record("comment", pick(random, "x", "", "x\ny")))
	case 4:
		return archivetest.Meta(pick[byte](random, 'L', 'L', 'K'), pick(random, "long\x00", "long", "long/name\x00\x00", "l/\x00"))
	case 5:
		return archivetest.Meta(pick[byte](random, 'x', 'x', 'X', 'g'), "")
	}
	return ""
}

// oddACL is an access control list that mostly has all its entries.
func oddACL(random *rand.Rand) string {
	bits := func() string { return pick(random, "rw-", "rw-", "r--", "r--", "---", "rwx", "r-x", "--x") }
	list := []string{"user::" + bits(), "group::" + bits(), "other::" + bits()}
	if oneIn(random, 3) {
		list = append(list, "user:root:"+bits()+":0", "mask::"+bits())
	}
	if oneIn(random, 5) {
		list = list[random.IntN(len(list)):]
	}
	return strings.Join(list, pick(random, ",", ",", "\n"))
}
