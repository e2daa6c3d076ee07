package archivetest

import (
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// Offsets in local and central headers.
const (
	localFlags, localMethod, localCRC, localPacked, localSize             = 6, 8, 14, 18, 22
	centralFlags, centralMethod, centralCRC, centralPacked, centralSizeAt = 8, 10, 16, 20, 24
)

func manifest() ZipFile { return ZipFile{Name: "pack.yaml", Content: Manifest} }

// Text is content that compresses well.
func Text() string { return strings.Repeat("all work and no play ", 20) }

func zipped(id, name string, want pack.Code, files ...ZipFile) Case {
	return Case{id, name, Zip{Files: append([]ZipFile{manifest()}, files...)}.Bytes(), want}
}

// Zips are zip archives of group B, and of group A what only zip can spell. All
// have a good pack.yaml first.
func Zips() []Case {
	return slices.Concat(zipHeaders(), zipContents(), zipFrames(), zipNames(), zipOrigins(), zipRepeats())
}

func zipHeaders() []Case {
	a := ZipFile{Name: "a", Content: Text()}
	edit := func(local, central Edit) ZipFile {
		f := a
		f.Local, f.Central = local, central
		return f
	}
	both := func(l, c int, n uint16) ZipFile { return edit(Put16(l, n), Put16(c, n)) }
	return []Case{
		zipped("B01", "other name", format, ZipFile{Name: "a", LocalName: "b", Content: "x"}),
		zipped("B01", "longer name", format, ZipFile{Name: "a", LocalName: "a/../../b", Content: "x"}),
		zipped("B02", "size", format, edit(Put32(localSize, 1), nil)),
		zipped("B02", "packed size", format, edit(Put32(localPacked, 1), nil)),
		zipped("B02", "checksum", format, edit(Put32(localCRC, 1), nil)),
		zipped("B02", "method", format, edit(Put16(localMethod, 0), nil)),
		zipped("B02", "central size", format, edit(nil, Put32(centralSizeAt, 1))),
		zipped("B02", "flags", format, edit(Put16(localFlags, 1<<11), nil)),
		zipped("B02", "level of deflate", fine, edit(Put16(localFlags, 2), nil)),
		zipped("B02", "level of what is stored", format, ZipFile{Name: "a", Content: "x", Stored: true, Central: Put16(centralFlags, 2)}),
		zipped("B03", "only locally", format, ZipFile{Name: "hidden", Content: "x", Hidden: true}, a),
		zipped("B03", "only locally, last", format, a, ZipFile{Name: "hidden", Content: "x", Hidden: true}),
		zipped("B03", "only centrally", format, ZipFile{Name: "ghost", NotThere: true}, a),
		zipped("B03", "only centrally, last", format, a, ZipFile{Name: "ghost", NotThere: true}),
		zipped("B08", "checksum", format, edit(Put32(localCRC, 1), Put32(centralCRC, 1))),
		zipped("B08", "checksum zero", format, edit(Put32(localCRC, 0), Put32(centralCRC, 0))),
		zipped("B13", "traditional", format, both(localFlags, centralFlags, 1)),
		zipped("B13", "strong", format, both(localFlags, centralFlags, 1|1<<6)),
		zipped("B13", "masked headers", format, both(localFlags, centralFlags, 1<<13)),
		zipped("B13", "encrypted in one header", format, edit(Put16(localFlags, 1), nil)),
		zipped("B13", "AES", format, both(localMethod, centralMethod, 99)),
		zipped("B13", "AES field", format, ZipFile{Name: "a", Content: "x", CentralExtra: Extra(0x9901, "\x02\x00AE\x03\x08\x00")}),
		zipped("B14", "99", format, both(localMethod, centralMethod, 99)),
		zipped("B14", "LZMA", format, both(localMethod, centralMethod, 14)),
		zipped("B14", "bzip2", format, both(localMethod, centralMethod, 12)),
		zipped("B14", "deflate64", format, both(localMethod, centralMethod, 9)),
		zipped("B14", "97", format, both(localMethod, centralMethod, 97)),
		zipped("B14", "zstd", format, both(localMethod, centralMethod, 93)),
		zipped("B14", "patch", format, both(localFlags, centralFlags, 1<<5)),
		zipped("B14", "version of the far future", format, edit(Put16(4, 63), Put16(6, 63))),
		zipped("B16", "other name", format, ZipFile{Name: "a", Content: "x", Flags: 1 << 11, CentralExtra: UnicodePath("a", "../b")}),
		zipped("B16", "other name, locally", format, ZipFile{Name: "a", Content: "x", Flags: 1 << 11, LocalExtra: UnicodePath("a", "b")}),
		zipped("B16", "wrong checksum", format, ZipFile{Name: "a", Content: "x", Flags: 1 << 11, CentralExtra: UnicodePath("b", "a")}),
		zipped("B16", "same name", fine, ZipFile{Name: "ü", Content: "x", Flags: 1 << 11, CentralExtra: UnicodePath("ü", "ü"), LocalExtra: UnicodePath("ü", "ü")}),
		zipped("B16", "same name, not marked as UTF-8", format, ZipFile{Name: "a", Content: "x", CentralExtra: UnicodePath("a", "a")}),
		zipped("B16", "link in an extra field", format, ZipFile{Name: "a", Content: "x", CentralExtra: Extra(0x756e, strings.Repeat("\x00", 14))}),
		zipped("B16", "times without any", format, ZipFile{Name: "a", Content: "x", CentralExtra: Extra(0x5455, "")}),
		zipped("B16", "malformed field", format, ZipFile{Name: "a", Content: "x", CentralExtra: "\x01"}),
		zipped("B16", "field beyond the end", format, ZipFile{Name: "a", Content: "x", LocalExtra: "\x55\x54\xff\x00"}),
		zipped("B18", "content", format, ZipFile{Name: "d/", Content: "x"}),
		zipped("B18", "file by its attributes", format, ZipFile{Name: "d/", Attributes: 0o100644 << 16}),
		zipped("B18", "directory by its attributes", format, ZipFile{Name: "d", Attributes: 0o040755 << 16}),
		zipped("B18", "directory by its DOS attributes", format, ZipFile{Name: "d", Attributes: 0x10}),
		zipped("A18", "volume label", typ, ZipFile{Name: "a", Content: "x", Attributes: 0x08, Central: func(b []byte) { b[5] = 0 }}),
		zipped("B18", "deflated nothing", fine, ZipFile{Name: "d/", Packed: "\x03\x00"}),
	}
}

// UnicodePath makes the field that gives a file another name.
func UnicodePath(of, name string) string {
	sum := Descriptor("", of, "")[:4]
	return Extra(0x7075, "\x01"+sum+name)
}

func zipContents() []Case {
	const magic = "PK\x07\x08"
	packed := Deflate(Text())
	descriptor := func(text string) ZipFile {
		return ZipFile{Name: "a", Content: Text(), Flags: 1 << 3, Descriptor: text}
	}
	sizes := func(n uint32) ZipFile {
		return ZipFile{Name: "a", Content: Text(), Local: Put32(localSize, n), Central: Put32(centralSizeAt, n)}
	}
	inner := string(Zip{Files: []ZipFile{{Name: "../evil", Content: "x"}}}.Bytes())
	return []Case{
		zipped("B05", "zip in a zip", fine, ZipFile{Name: "inner.zip", Content: inner, Stored: true}),
		zipped("B05", "zip in a zip, deflated", fine, ZipFile{Name: "inner.zip", Content: inner}),
		zipped("B05", "three deep", fine, ZipFile{Name: "lib.zip", Stored: true, Content: string(Zip{Files: []ZipFile{{Name: "lib0.zip", Content: inner}}}.Bytes())}),
		zipped("B07", "too small", format, sizes(10)),
		zipped("B07", "too large", format, sizes(1000)),
		zipped("B07", "zero", format, sizes(0)),
		zipped("B07", "packed size too small", format, ZipFile{Name: "a", Content: Text(), Local: Put32(localPacked, 5), Central: Put32(centralPacked, 5)}),
		zipped("B07", "packed size too large", format, ZipFile{Name: "a", Content: Text(), Local: Put32(localPacked, 500), Central: Put32(centralPacked, 500)}),
		zipped("B07", "stored with two sizes", format, ZipFile{Name: "a", Content: "xyz", Stored: true, Local: Put32(localSize, 2), Central: Put32(centralSizeAt, 2)}),
		zipped("B07", "data after the stream", format, ZipFile{Name: "a", Content: Text(), Packed: packed + "garbage"}),
		zipped("B07", "stream cut", format, ZipFile{Name: "a", Content: Text(), Packed: packed[:len(packed)-2]}),
		zipped("B15", "without magic", fine, descriptor(Descriptor("", Text(), packed))),
		zipped("B15", "with magic", fine, descriptor(Descriptor(magic, Text(), packed))),
		zipped("B15", "other content", format, descriptor(Descriptor(magic, Text()+"x", packed))),
		zipped("B15", "other packed size", format, descriptor(Descriptor(magic, Text(), packed+"x"))),
		zipped("B15", "other magic", format, descriptor(Descriptor("PK\x07\x09", Text(), packed))),
		zipped("B15", "cut", format, descriptor(Descriptor(magic, Text(), packed)[:14])),
		zipped("B15", "64 bits without a zip64 field", format, descriptor(Descriptor64(magic, Text(), packed))),
		zipped("B15", "without the flag", format, ZipFile{Name: "a", Content: "x", Descriptor: Descriptor(magic, "x", "x")}),
		zipped("B15", "flag without descriptor", format, ZipFile{Name: "a", Content: "x", Flags: 1 << 3}),
	}
}
