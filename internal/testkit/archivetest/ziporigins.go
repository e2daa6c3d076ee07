package archivetest

import (
	"fmt"

	"github.com/packtrain/pack"
)

// zipOrigins are files of several systems, which decide what their attributes mean.
func zipOrigins() []Case {
	made := func(system byte, attributes uint32, more ...Edit) ZipFile {
		edit := Both(append(more, Put32(38, attributes), func(b []byte) { b[5] = system })...)
		return ZipFile{Name: "a", Content: "x", Central: edit}
	}
	dir := func(attributes uint32) ZipFile { return ZipFile{Name: "d/", Attributes: attributes} }
	const executable = 0o100755 << 16
	cases := []Case{
		zipped("N02", "mode of Unix on MS-DOS", fine, made(0, executable)),
		zipped("N02", "mode of Unix on MS-DOS, marked by 7-Zip", format, made(0, executable|0x8000)),
		zipped("N02", "mode of Unix on MS-DOS, executable for others", format, made(0, 0o100601<<16)),
		zipped("N02", "mode of Unix on Windows", fine, made(10, executable)),
		zipped("N02", "mode of Unix on Windows, of Info-ZIP", fine, made(11, executable)),
		zipped("N02", "mode of Unix on Windows, of Info-ZIP, marked by 7-Zip", format, made(11, executable|0x8000)),
		zipped("N02", "marked by 7-Zip, not executable", fine, made(11, 0o100644<<16|0x8000)),
		zipped("N02", "executable on macOS", format, made(19, executable)),
		zipped("N02", "plain file on macOS", fine, made(19, 0o100644<<16)),
		zipped("N02", "executable without a type", format, made(3, 0o755<<16)),
		zipped("N02", "plain file without a type", fine, made(3, 0o600<<16)),
		zipped("N02", "executable with a checksum for attributes", format, made(3, executable, Put16(36, 4))),
		zipped("N02", "text", fine, made(3, executable, Put16(36, 1))),
		zipped("N02", "directory of no type", fine, dir(0o177777<<16|0x10)),
		zipped("N02", "file of no type", typ, made(3, 0o177777<<16)),
		zipped("N02", "directory that is a pipe", typ, dir(0o010755<<16)),
	}
	for _, system := range []byte{1, 2, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18, 20, 30, 255} {
		for _, mode := range []uint32{0o100644, 0o104755} {
			cases = append(cases, zipped("N02", fmt.Sprintf("system %d, mode %o", system, mode), format, made(system, mode<<16)))
		}
	}
	return cases
}

// zipRepeats have zip64 fields that repeat what the headers say, as archivers write
// them that do not know the sizes beforehand.
func zipRepeats() []Case {
	n := uint64(len(Text()))
	const none = 1<<32 - 1
	local, localNone := Zip64(n, n), Both(Put32(localPacked, none), Put32(localSize, none))
	none64 := Both(Put32(centralPacked, none), Put32(centralSizeAt, none))
	disk := func(at uint64, disk string) string { return Extra(1, Zip64(n, n, at)[4:]+disk) }
	// first is the first file of an archive, at the offset 0.
	first := func(name string, want pack.Code, localExtra, centralExtra string, local, central Edit) Case {
		f := ZipFile{Name: "a", Content: Text(), Stored: true, LocalExtra: localExtra, CentralExtra: centralExtra, Local: local, Central: central}
		return Case{"N03", name, Zip{Files: []ZipFile{f, manifest()}}.Bytes(), want}
	}
	streamed := func(name string, want pack.Code, localExtra string, local Edit, descriptor string) Case {
		return zipped("N03", name, want, ZipFile{Name: "a", Content: Text(), Stored: true, Flags: 1 << 3, LocalExtra: localExtra, Local: local, Descriptor: descriptor})
	}
	const magic, zero = "PK\x07\x08", "\x00\x00\x00\x00"
	wide := Descriptor64(magic, Text(), Text())
	return []Case{
		first("Commons Compress", fine, local, "", nil, nil),
		first("Commons Compress, always", fine, local, disk(0, zero), localNone, Both(none64, Put32(42, none), Put16(34, 1<<16-1))),
		first("Python's force_zip64", fine, local, "", localNone, nil),
		first("in both headers", fine, local, local, nil, nil),
		first("sizes and offset", fine, local, disk(0, ""), nil, nil),
		first("sizes, offset and disk", fine, local, disk(0, zero), nil, nil),
		first("sizes needed, offset repeated", fine, local, disk(0, ""), localNone, none64),
		first("another size", format, Zip64(n, n+1), "", nil, nil),
		first("another size, centrally", format, "", Zip64(n+1, n), nil, nil),
		first("another offset", format, local, disk(1, ""), nil, nil),
		first("another disk", format, local, disk(0, "\x01\x00\x00\x00"), nil, nil),
		first("another disk that is needed", format, local, disk(0, "\x01\x00\x00\x00"), localNone, Both(none64, Put32(42, none), Put16(34, 1<<16-1))),
		first("offset needed, sizes repeated", format, local, disk(0, ""), nil, Put32(42, none)),
		first("packed size needed, size repeated", format, local, local, nil, Put32(centralPacked, none)),
		first("no numbers", fine, local, Extra(1, ""), localNone, nil),
		first("no numbers where some are needed", format, Extra(1, ""), "", localNone, nil),
		first("room for numbers", fine, Extra(0x9999, Zeros()[:16]), Extra(0x9999, Zeros()[:16]), nil, nil),
		first("half a number", format, Extra(1, local[4:16]), "", nil, nil),
		first("twice", format, local+local, "", nil, nil),
		streamed("zipstream", fine, Zip64(0, 0), localNone, wide),
		streamed("zipstream, not marked", fine, Zip64(0, 0), localNone, wide[4:]),
		streamed("Python to a pipe, force_zip64", fine, Zip64(0, 0), nil, wide),
		zipped("N03", "yazl, zip64", fine, ZipFile{Name: "a", Content: Text(), Stored: true, Flags: 1 << 3, CentralExtra: Zip64(n, n), Central: none64, Descriptor: wide}),
		zipped("N03", "sizes needed, narrow descriptor", format, ZipFile{Name: "a", Content: Text(), Stored: true, Flags: 1 << 3, CentralExtra: Zip64(n, n), Central: none64, Descriptor: Descriptor(magic, Text(), Text())}),
		streamed("narrow descriptor", fine, Zip64(0, 0), localNone, Descriptor(magic, Text(), Text())),
		streamed("another size in the descriptor", format, Zip64(0, 0), localNone, Descriptor64(magic, Text()+"x", Text())),
		streamed("size in the field, not in the descriptor", format, Zip64(n+1, n+1), localNone, wide),
	}
}
