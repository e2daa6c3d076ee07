package archivetest

import (
	"encoding/binary"
	"strings"
)

// Zip64 makes the field with sizes beyond 32 bits.
func Zip64(numbers ...uint64) string {
	var b []byte
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	return Extra(1, string(b))
}

// big is a file whose sizes are in zip64 fields.
func big(local, central string) ZipFile {
	return ZipFile{
		Name: "a", Content: Text(), Stored: true, LocalExtra: local, CentralExtra: central,
		Local:   Both(Put32(localPacked, 1<<32-1), Put32(localSize, 1<<32-1)),
		Central: Both(Put32(centralPacked, 1<<32-1), Put32(centralSizeAt, 1<<32-1)),
	}
}

func zipFrames() []Case {
	n := uint64(len(Text()))
	files := []ZipFile{manifest(), {Name: "a", Content: Text()}}
	with := func(z Zip) []byte {
		z.Files = files
		return z.Bytes()
	}
	end64 := func(edit func([]byte), shift uint64) []byte { return Zip{Files: files}.WithEnd64(edit, shift).Bytes() }
	plain := with(Zip{})
	other := Zip{Files: []ZipFile{manifest(), {Name: "evil", Content: "x"}}}.Bytes()
	end := string(plain[len(plain)-22:])
	empty := "PK\x05\x06" + string(make([]byte, 18))
	half := Put16(8, 1)
	return []Case{
		zipped("B07", "zip64", fine, big(Zip64(n, n), Zip64(n, n))),
		zipped("B07", "zip64, other sizes", format, big(Zip64(n, n), Zip64(n, n+1))),
		zipped("B07", "zip64 lies", format, big(Zip64(n+1, n+1), Zip64(n+1, n+1))),
		zipped("B07", "zip64, 2^63", format, big(Zip64(1<<63, n), Zip64(1<<63, n))),
		zipped("B07", "zip64, packed 2^63", format, big(Zip64(n, 1<<63), Zip64(n, 1<<63))),
		zipped("B07", "zip64 in the local header only", format, ZipFile{Name: "a", Content: Text(), LocalExtra: Zip64(n, n)}),
		zipped("B07", "zip64 in the central header only", format, ZipFile{Name: "a", Content: Text(), Stored: true, CentralExtra: Zip64(n, n), Central: big("", "").Central}),
		zipped("B07", "zip64 for one of two sizes", format, ZipFile{
			Name: "a", Content: Text(), Stored: true, LocalExtra: Zip64(n, n), CentralExtra: Zip64(n, n),
			Local: Put32(localPacked, 1<<32-1), Central: big("", "").Central,
		}),
		zipped("B07", "zip64 missing", format, big("", "")),
		zipped("B07", "zip64 twice", format, big(Zip64(n, n), Zip64(n, n)+Zip64(n, n))),
		zipped("B07", "zip64 too short", format, big(Zip64(n), Zip64(n, n))),
		zipped("B07", "zip64 not needed", format, ZipFile{Name: "a", Content: "x", CentralExtra: Zip64(1, 1)}),
		{"B04", "shared body", sharedBody(), format},
		{"B04", "quoted overlap", quotedOverlap(), format},
		{"B09", "garbage", with(Zip{Suffix: "garbage"}), format},
		{"B09", "one byte", with(Zip{Suffix: "\x00"}), format},
		{"B10", "self-extractor, offsets adjusted", with(Zip{Prefix: "#!/bin/sh\n"}), format},
		{"B10", "self-extractor, offsets as they were", with(Zip{Prefix: "#!/bin/sh\n", Shift: -10}), format},
		{"B11", "two archives", append(append([]byte{}, plain...), other...), format},
		{"B12", "end record in the comment", with(Zip{Comment: empty}), format},
		{"B12", "end record in the comment, with a tail", with(Zip{Comment: empty + "tail"}), format},
		{"B12", "whole archive in the comment", with(Zip{Comment: string(other)}), format},
		{"B12", "two end records", with(Zip{Suffix: end}), format},
		{"B12", "end record in the directory", Zip{Files: []ZipFile{manifest(), {Name: "a", Content: "x", Comment: end}}}.Bytes(), format},
		{"B12", "comment", with(Zip{Comment: "0ca87f5d99b7e82c145a3d5c4ef5fb0b8228c5c2"}), fine},
		{"B12", "comment cut", with(Zip{Comment: "comment", End: Put16(20, 9)}), format},
		{"B12", "comment too long", with(Zip{Comment: "comment", End: Put16(20, 3)}), format},
		{"B12", "wrong zip64 locator", with(Zip{BeforeEnd: "PK\x06\x07" + string(make([]byte, 16))}), format},
		{"B12", "zip64 end record with other content", end64(func(b []byte) { b[24]++; b[32]++ }, 0), format},
		{"B12", "zip64 locator beside the record", end64(nil, 1), format},
		{"B12", "zip64 end record", end64(nil, 0), fine},
		{"N03", "zip64 end record for the number of disks", end64Disks(files, 1<<32-1), fine},
		{"B17", "second disk beside a zip64 end record", end64Disks(files, 1), format},
		{"B17", "second disk for want of a zip64 end record", with(Zip{End: Put32(4, 1<<32-1)}), format},
		{"B12", "zip64 locator of no disk", end64(func(b []byte) { b[72] = 0 }, 0), format},
		{"B17", "too many", with(Zip{End: Both(Put16(8, 3), Put16(10, 3))}), format},
		{"B17", "too few", with(Zip{End: Both(Put16(8, 1), Put16(10, 1))}), format},
		{"B17", "two counts", with(Zip{End: half}), format},
		{"B17", "wrapped", manyFiles(1<<16 + 2), format},
		{"B17", "second disk", with(Zip{End: Put16(4, 1)}), format},
		{"B17", "directory on a second disk", with(Zip{End: Put16(6, 1)}), format},
		{"B17", "file on a second disk", Zip{Files: []ZipFile{{Name: "a", Content: "x", Central: Put16(34, 1)}}}.Bytes(), format},
		{"B17", "gap in front of the directory", with(Zip{Gap: "gap"}), format},
		{"B17", "gap after the directory", with(Zip{BeforeEnd: "gap"}), format},
		{"B17", "directory size", with(Zip{End: Put32(12, 46)}), format},
		{"B17", "directory offset", with(Zip{End: Put32(16, 0)}), format},
		{"B19", "no bytes", nil, format},
		{"B19", "no entries", []byte(empty), format},
	}
}

// WithEnd64 returns the archive with the end records of zip64, the first changed by
// edit unless that is nil, and its locator pointing beside it by shift.
func (z Zip) WithEnd64(edit func([]byte), shift uint64) Zip {
	plain := Zip{Files: z.Files}.Bytes()
	start := len(plain) - 22
	size, at := binary.LittleEndian.Uint32(plain[start+12:]), binary.LittleEndian.Uint32(plain[start+16:])
	b := make([]byte, 56+20)
	copy(b, "PK\x06\x06")
	binary.LittleEndian.PutUint64(b[4:], 44)
	b[24], b[32] = byte(len(z.Files)), byte(len(z.Files))
	binary.LittleEndian.PutUint64(b[40:], uint64(size))
	binary.LittleEndian.PutUint64(b[48:], uint64(at))
	copy(b[56:], "PK\x06\x07")
	binary.LittleEndian.PutUint64(b[64:], uint64(start)+shift)
	b[72] = 1
	if edit != nil {
		edit(b)
	}
	z.BeforeEnd = string(b)
	z.End = Both(Put16(8, 1<<16-1), Put16(10, 1<<16-1), Put32(12, 1<<32-1), Put32(16, 1<<32-1))
	return z
}

// end64Disks makes an archive with a zip64 end record, and numbers of disks in the other.
func end64Disks(files []ZipFile, disks uint32) []byte {
	z := Zip{Files: files}.WithEnd64(nil, 0)
	z.End = Both(z.End, Put32(4, disks))
	return z.Bytes()
}

// manyFiles makes an archive of empty files; their number is what 16 bits hold.
func manyFiles(n int) []byte {
	z := Zip{Files: make([]ZipFile, n)}
	for i := range z.Files {
		z.Files[i].Name = "f" + string(rune('0'+i%10)) + string(rune(0x4e00+i/10))
		z.Files[i].Flags = 1 << 11
	}
	return z.Bytes()
}

// ManyFiles makes an archive of n empty files.
func ManyFiles(n int) []byte { return manyFiles(n) }

// sharedBody makes an archive of 50 names for one content.
func sharedBody() []byte {
	z := Zip{Files: []ZipFile{{Name: "a", Content: Text()}}}
	for i := range 49 {
		z.Files = append(z.Files, ZipFile{Name: "b" + string(rune('a'+i)), LocalName: "a", Content: Text(), NotThere: true, Central: Put32(42, 0)})
	}
	return z.Bytes()
}

// quotedOverlap makes an archive where the content of each file holds the next
// one, header and all, in a stored block of deflate, so that all share the last
// content.
func quotedOverlap() []byte {
	kernel := Deflate(strings.Repeat("\x00", 1<<20))
	last := ZipFile{Name: "3", Content: strings.Repeat("\x00", 1<<20), Packed: kernel}
	inner, _ := last.headers(0)
	quote := func(header string) string {
		n := uint16(len(header))
		return "\x00" + string([]byte{byte(n), byte(n >> 8), byte(^n), byte(^n >> 8)}) + header
	}
	header := inner[:len(inner)-len(kernel)]
	first := ZipFile{Name: "2", Content: header + last.Content, Packed: quote(header) + kernel}
	z := Zip{Files: []ZipFile{first}}
	outer, _ := first.headers(0)
	z.Files = append(z.Files, ZipFile{Name: "3", Content: last.Content, Packed: kernel, NotThere: true, Central: Put32(42, uint32(len(outer)-len(kernel)-len(header)))})
	return z.Bytes()
}
