package differential_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"unicode/utf8"

	"github.com/packtrain/pack/internal/testkit/archivetest"
)

const utf8Flag, descriptorFlag = 1 << 11, 1 << 3

func oddZip(random *rand.Rand) []byte {
	var z archivetest.Zip
	if oneIn(random, 4) {
		z.Comment = pick(random, "comment", "\x00", "PK", "PK\x01\x02", "PK\x03\x04", "PK\x06\x07", strings.Repeat("c", 300), "PK\x05\x06"+strings.Repeat("\x00", 18))
	}
	for i := range 1 + random.IntN(4) {
		z.Files = append(z.Files, oddZipFile(random, i))
	}
	if oneIn(random, 5) {
		f := &z.Files[random.IntN(len(z.Files))]
		misfit(random, f)
	}
	if oneIn(random, 8) {
		z = z.WithEnd64(nil, 0)
		if oneIn(random, 3) {
			z.End = archivetest.Both(z.End, archivetest.Put32(4, pick[uint32](random, 1<<32-1, 1<<32-1, 1<<16-1, 1)))
		}
	}
	data := z.Bytes()
	if oneIn(random, 10) {
		data = changeOnce(data, random)
	}
	return data
}

// oddZipFile is a file whose two headers mostly agree, with up to three oddities.
func oddZipFile(random *rand.Rand, i int) archivetest.ZipFile {
	f := archivetest.ZipFile{Name: oddName(random, i), Content: pick(random, "", "x", archivetest.Text(), some(random, 300)), Stored: oneIn(random, 3)}
	if oneIn(random, 6) {
		f.Name, f.Content = f.Name+"/", ""
	}
	if !isASCII(f.Name) || oneIn(random, 5) {
		f.Flags = utf8Flag
	}
	for range random.IntN(4) {
		oddity := pick(random, oddExtras, oddExtras, oddOrigin, oddOrigin, oddFields, oddDescriptor, oddBig, oddDeflate, oddText)
		oddity(random, &f)
	}
	return f
}

func isASCII(name string) bool {
	return strings.IndexFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// edit changes headers as well.
func edit(f *archivetest.ZipFile, local, central archivetest.Edit) {
	add := func(a *archivetest.Edit, b archivetest.Edit) {
		if old := *a; old != nil && b != nil {
			b = archivetest.Both(old, b)
		}
		if b != nil {
			*a = b
		}
	}
	add(&f.Local, local)
	add(&f.Central, central)
}

// oddExtras adds extra fields to one header or both.
func oddExtras(random *rand.Rand, f *archivetest.ZipFile) {
	field := oddExtra(random, f.Name)
	if strings.HasPrefix(field, "up") && random.IntN(8) > 0 {
		f.Flags |= utf8Flag
	}
	if random.IntN(3) > 0 {
		f.LocalExtra += field
	}
	if oneIn(random, 3) {
		field = oddExtra(random, f.Name)
	}
	if random.IntN(3) > 0 {
		f.CentralExtra += field
	}
}

func oddExtra(random *rand.Rand, name string) string {
	switch random.IntN(12) {
	case 0:
		return archivetest.Extra(uint16(random.IntN(1<<16)), some(random, 12))
	case 1:
		return archivetest.UnicodePath(name, pick(random, name, name, name, name, name+"x", "./"+name, ""))
	case 2:
		return archivetest.Extra(0x7875, "\x01\x04\x00\x00\x00\x00\x04\x00\x00\x00\x00")
	case 3:
		return archivetest.Extra(0x000a, "\x00\x00\x00\x00\x01\x00\x18\x00"+strings.Repeat("\x01", 24))
	case 4, 5:
		return archivetest.Extra(0x5455, pick(random, "\x01abcd", "\x03abcdefgh", "\x07abcdefghijkl", "\x03abcd", "\x00"))
	case 6:
		return archivetest.Extra(0x6375, "\x01abcdcomment")
	}
	known := []uint16{0x5455, 0x7875, 0x000a, 0xcafe, 0x6375, 0xd935, 0x7855, 0x5855, 0xa220, 0x4453}
	unknown := []uint16{0x6c78, 0x756e, 0x7441, 0x2605, 0x334d, 0x4690, 0x4d63, 0x0009, 0x0017, 0x0021, 0x9902, 0xfb4a}
	id := pick(random, known...)
	if oneIn(random, 10) {
		id = pick(random, unknown...)
	}
	return archivetest.Extra(id, some(random, 20))
}

// oddOrigin changes the system that made the file, and its attributes of the file.
func oddOrigin(random *rand.Rand, f *archivetest.ZipFile) {
	f.Attributes = pick[uint32](random, 0, 0o100644<<16, 0o100755<<16, 0o644<<16, 0o104755<<16, 0o100000<<16, 0o100654<<16, 0o100601<<16, 0o664<<16, 0x20, 0x01, 0x8000)
	if oneIn(random, 8) {
		f.Attributes = pick(random, 0x10, 0o120777<<16, random.Uint32())
	}
	system, version := byte(pick(random, 3, 0, 19, 11, 10, 7, 6, 2, 13, 30, random.IntN(256))), byte(pick(random, 20, 20, 50, 63, 25, 26, 40, random.IntN(256)))
	if strings.HasSuffix(f.Name, "/") && oneIn(random, 2) {
		f.Attributes = pick[uint32](random, 0o177777<<16|0x10, 0o177777<<16, 0o040777<<16, 0o700<<16)
	}
	edit(f, nil, func(b []byte) { b[4], b[5] = version, system })
}

// oddFields are the same in both headers.
func oddFields(random *rand.Rand, f *archivetest.ZipFile) {
	both := func(at int, n uint16) { edit(f, archivetest.Put16(at, n), archivetest.Put16(at+2, n)) }
	switch random.IntN(5) {
	case 0:
		both(4, pick[uint16](random, 10, 10, 20, 45, 45, 0, 46, 0x0314))
	case 1:
		edit(f, archivetest.Put32(10, random.Uint32()), archivetest.Put32(12, random.Uint32())) // times
	case 2:
		edit(f, nil, archivetest.Put16(36, uint16(random.IntN(4)))) // whether it is text
	case 3:
		f.Flags ^= pick[uint16](random, 2, 4, 6, 2, 4, utf8Flag, 1<<random.IntN(16))
	case 4:
		f.Comment = pick(random, "comment", "PK\x01\x02", "ü", "\x00", some(random, 40))
	}
}

// oddDescriptor writes sizes and checksum after the content.
func oddDescriptor(random *rand.Rand, f *archivetest.ZipFile) {
	if f.Descriptor != "" || f.Local != nil || f.Packed != "" {
		return
	}
	packed := f.Content
	if !f.Stored && f.Content != "" {
		packed = archivetest.Deflate(f.Content)
	}
	f.Flags |= descriptorFlag
	f.Descriptor = archivetest.Descriptor(pick(random, "PK\x07\x08", "PK\x07\x08", ""), f.Content, packed)
}

// oddBig has its sizes in zip64 fields of one header or both, which may repeat the headers.
func oddBig(random *rand.Rand, f *archivetest.ZipFile) {
	if f.Descriptor != "" || f.Packed != "" || strings.HasSuffix(f.Name, "/") {
		return
	}
	f.Stored = true
	n := uint64(len(f.Content))
	local := pick(random, archivetest.Zip64(n, n), archivetest.Zip64(n, n), archivetest.Zip64(n, n), archivetest.Zip64(0, 0), archivetest.Zip64(n, n+1), archivetest.Zip64(n), "")
	central := pick(random, archivetest.Zip64(n, n), archivetest.Zip64(n, n), archivetest.Zip64(n), archivetest.Zip64(n, n, 0), archivetest.Zip64(0, n), "", "")
	f.CentralExtra = central + f.CentralExtra
	if oneIn(random, 4) {
		f.LocalExtra += local
	} else {
		f.LocalExtra = local + f.LocalExtra
	}
	none := func(at int) archivetest.Edit {
		size, packed := archivetest.Put32(at+4, 1<<32-1), archivetest.Put32(at, 1<<32-1)
		return pick(random, archivetest.Both(packed, size), archivetest.Both(packed, size), archivetest.Both(), archivetest.Both(), size, packed)
	}
	edit(f, none(18), none(20))
	if oneIn(random, 3) {
		f.Flags |= descriptorFlag
		magic := pick(random, "PK\x07\x08", "")
		f.Descriptor = pick(random, archivetest.Descriptor64(magic, f.Content, f.Content), archivetest.Descriptor(magic, f.Content, f.Content))
		edit(f, pick(random, archivetest.Put32(14, 0), nil), nil)
	}
}

// oddDeflate is compressed in some way that few compressors choose.
func oddDeflate(random *rand.Rand, f *archivetest.ZipFile) {
	if f.Descriptor != "" || f.Content == "" && oneIn(random, 2) {
		return
	}
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, pick(random, -2, 0, 1, 9)) // fails for unknown levels only
	for _, part := range cut(random, f.Content, 4) {
		_, _ = w.Write([]byte(part)) // a buffer takes everything
		_ = w.Flush()
	}
	_ = w.Close()
	f.Packed, f.Stored = b.String(), false
	if oneIn(random, 8) {
		f.Packed += some(random, 3)
	}
}

// oddText is a name or a content that looks like something else.
func oddText(random *rand.Rand, f *archivetest.ZipFile) {
	if f.Descriptor != "" || f.Packed != "" || strings.HasSuffix(f.Name, "/") || f.Local != nil {
		return
	}
	f.Content, f.Stored = pick(random, "PK\x03\x04", "PK\x07\x08abcdefghijkl", "PK\x05\x06"+strings.Repeat("\x00", 18), "#!/bin/sh\n", string(archivetest.ZipOf(archivetest.Entry{Name: "x", Mode: 0o644}))), true
}

// misfit changes one number in one header, or the name in one.
func misfit(random *rand.Rand, f *archivetest.ZipFile) {
	change := func(at []int, wide map[int]bool) archivetest.Edit {
		i := pick(random, at...)
		width := 2
		if wide[i] {
			width = 4
		}
		bit, kind, other := random.IntN(8*width), random.IntN(6), random.Uint32()
		return func(b []byte) { changeNumber(b[i:i+width], kind, bit, other) }
	}
	switch random.IntN(5) {
	case 0:
		f.LocalName = pick(random, "./"+f.Name, f.Name+"x", strings.ToUpper(f.Name), f.Name+"/", "x")
	case 1, 2:
		edit(f, change([]int{4, 6, 8, 10, 12, 14, 18, 22, 26, 28}, map[int]bool{14: true, 18: true, 22: true}), nil)
	default:
		edit(f, nil, change([]int{4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 30, 32, 34, 36, 38, 42}, map[int]bool{16: true, 20: true, 24: true, 38: true, 42: true}))
	}
}

// changeNumber changes a number of two or four bytes.
func changeNumber(b []byte, kind, bit int, other uint32) {
	n := make([]byte, 4)
	copy(n, b)
	v := binary.LittleEndian.Uint32(n)
	v = []uint32{v + 1, v - 1, 0, 1<<32 - 1, v ^ 1<<bit, other}[kind]
	binary.LittleEndian.PutUint32(n, v)
	copy(b, n)
}
