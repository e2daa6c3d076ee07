package archivesource_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"

	"github.com/packtrain/pack/internal/archivetest"
)

// generate makes an archive that is right in itself, with odd things in it.
func generate(random *rand.Rand) (end string, data []byte) {
	if random.IntN(2) == 0 {
		return ".zip", oddZip(random)
	}
	tar := oddTar(random)
	if random.IntN(2) == 0 {
		return ".tar.gz", archivetest.Gzip(tar)
	}
	return ".tar.zst", archivetest.Zstd(tar)
}

func pick[T any](random *rand.Rand, of ...T) T { return of[random.IntN(len(of))] }

// oddName is a name that is mostly fine. None is decomposed: bsdtar composes
// those, and no other program does. A tree has no two names that differ in that.
func oddName(random *rand.Rand, i int) string {
	part := pick(random, "a", "B b", "-x", "@list", "~", "d/e", "d/./e", "ü", "日本", "x'y", "$HOME", "[a]", "{}", "%2e", "a=b", "!", "#", "c,d", "+", "^", "CON", "a:b", "\t")
	return fmt.Sprintf("%s%s%d", pick(random, "", "", "", "./", "top/", "d/"), part, i)
}

func oddZip(random *rand.Rand) []byte {
	z := archivetest.Zip{Comment: pick(random, "", "", "comment", "\x00", "PK", "PK\x01\x02", "PK\x03\x04", strings.Repeat("c", 300))}
	for i := range 1 + random.IntN(4) {
		z.Files = append(z.Files, oddZipFile(random, i))
	}
	return z.Bytes()
}

func oddZipFile(random *rand.Rand, i int) archivetest.ZipFile {
	extra := func() string {
		id := pick[uint16](random, 0, 0, 0x5455, 0x7875, 0x000a, 0xcafe, 0x6375, 0xd935, 0x7855, 0x5855, 0xa220, 0x4453, 0x6c78, 0x756e, 0x7441, uint16(random.IntN(1<<16)))
		if id == 0 {
			return ""
		}
		data := make([]byte, random.IntN(16))
		for i := range data {
			data[i] = byte(random.IntN(256))
		}
		return archivetest.Extra(id, string(data))
	}
	f := archivetest.ZipFile{
		Name: oddName(random, i), Content: pick(random, "", "x", archivetest.Text()), Stored: random.IntN(2) == 0,
		LocalExtra: extra(), CentralExtra: extra(), Comment: pick(random, "", "", "comment", "PK\x01\x02"),
		Flags: pick[uint16](random, 1<<11, 1<<11, 1<<11|2, 1<<11|4, 1<<11|6, 0, 1<<12, 1<<15, 1<<7),
	}
	if random.IntN(4) == 0 {
		f.Name, f.Content = f.Name+"/", ""
	}
	f.Attributes = pick[uint32](random, 0, 0, 0o100644<<16, 0o100755<<16, 0o644<<16, 0o104755<<16, 0o100000<<16, 0x20, 0x01, 0x10, 0o120777<<16, random.Uint32())
	needed, system := pick[uint16](random, 20, 20, 10, 45, 46, 0, 63, 0x0314), byte(pick(random, 3, 3, 0, 19, 11, 10, 7, 2, random.IntN(30)))
	f.Local = archivetest.Both(archivetest.Put16(4, needed), archivetest.Put32(10, random.Uint32()))
	f.Central = archivetest.Both(archivetest.Put16(6, needed), archivetest.Put32(12, random.Uint32()), archivetest.Put16(36, uint16(random.IntN(4))),
		func(b []byte) { b[5] = system })
	return f
}

func oddTar(random *rand.Rand) string {
	var b strings.Builder
	for i := range 1 + random.IntN(4) {
		b.WriteString(oddEntry(random, i))
	}
	return b.String() + archivetest.End() + strings.Repeat(archivetest.Zeros(), random.IntN(20))
}

func oddEntry(random *rand.Rand, i int) string {
	e := archivetest.Entry{Name: oddName(random, i), Mode: pick[fs.FileMode](random, 0o644, 0o755, 0, 0o777), Content: pick(random, "", "x", archivetest.Text())}
	if random.IntN(4) == 0 {
		e.Name, e.Mode, e.Content = e.Name+"/", fs.ModeDir|0o755, ""
	}
	e.Kind = pick[byte](random, 0, 0, 0, 0, '0', '5', '7')
	magic := pick(random, "ustar\x0000", "ustar\x0000", "ustar  \x00", "\x00\x00\x00\x00\x00\x00\x00\x00", "ustar\x00\x00\x00", "USTAR\x0000")
	e.Header = func(b []byte) {
		copy(b[257:], magic)
		switch random.IntN(14) {
		case 0:
			copy(b[157:], "link") // of what is no link
		case 1:
			copy(b[345:], "prefix")
		case 2:
			copy(b[265:], "user\xff\x00group")
		case 3:
			copy(b[508:], "tar\x00")
		case 4:
			b[156] = 0
		case 5:
			copy(b[124:], pick(random, fmt.Sprintf("%11o\x00", len(e.Content)), fmt.Sprintf("%o\x00", len(e.Content))+"           "))
		case 6:
			clear(b[108:124]) // the owner
		case 7:
			clear(b[136:148]) // the time
		case 8:
			copy(b[329:], "0000000\x000000000\x00") // a device
		case 9:
			copy(b[136:], pick(random, "           \x00", "77777777777\x00", "0\x00"))
		}
	}
	e.Extra = oddExtension(random)
	return e.Tar()
}

func oddExtension(random *rand.Rand) string {
	record := func() string {
		key := pick(random, "mtime", "atime", "uid", "gid", "uname", "comment", "hdrcharset", "charset", "SCHILY.dev", "SCHILY.fflags", "LIBARCHIVE.creationtime",
			"LIBARCHIVE.symlinktype", "RHT.security.selinux", "GNU.dumpdir", "GNU.volume.label", "vendor.key", "path", "SCHILY.filetype", "ctime", "devmajor", "LIBARCHIVE.xattr.user.x", "SCHILY.nlink")
		return archivetest.Record(key, pick(random, "1", "1.5", "BINARY", "ISO-IR 10646 2000 UTF-8", "x", "dir", "p/q", "-1", "1e9", "sparse"))
	}
	switch random.IntN(6) {
	case 0:
		return archivetest.Meta('x', record())
	case 1:
		return archivetest.Meta('x', record()+record())
	case 2:
		return archivetest.Meta('g', archivetest.Record("comment", "x"))
	case 3:
		return archivetest.Meta('L', pick(random, "long\x00", "long", "long/name\x00\x00", "l/\x00"))
	}
	return ""
}
